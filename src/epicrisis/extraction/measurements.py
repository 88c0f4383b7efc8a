"""Amounts in a report as a variable has them: each number with its unit, spelled as in the codebook."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

from epicrisis.codebook.units import accepted_units, convert_for
from epicrisis.codebook.variable import QuantityVariable

from .amounts import find_amounts
from .quantities import unit_in

#: The unit of a bare number.
_BARE = "1"
#: What makes a bare number an amount of something else.
_SIGN = re.compile(r"\s?[%°]")
#: Two amounts are the same within this fraction: a report's ``1.2 cm`` and a table's 12.0 mm.
_SAME = 1e-6


class Measurement(NamedTuple):
    """``number`` of ``unit``, part of what stands at ``start`` to ``end`` of the text."""

    number: float
    unit: str
    start: int
    end: int


def measurements(variable: QuantityVariable, text: str) -> Iterator[Measurement]:
    """Every number in a unit that the variable accepts, in the order of the text. Of ``1.2 x 0.8 cm`` and of
    ``8-10 mm`` both numbers have the unit."""
    units = accepted_units(variable)
    for amount in find_amounts(text, [unit for unit in units if unit != _BARE]):
        unit = amount.units[-1] or _BARE
        if unit == _BARE and _SIGN.match(text, amount.end):
            continue
        found: list[Measurement] = []
        for number, own in zip(reversed(amount.numbers), reversed(amount.units), strict=True):
            unit = unit_in(variable, own) if own else unit
            if unit in units:
                found.append(Measurement(number, unit, amount.start, amount.end))
        yield from reversed(found)


def same_measurement(variable: QuantityVariable, one: Measurement, number: float, unit: str) -> bool:
    """Whether it is ``number`` of ``unit``. Both are compared in the variable's unit, or as they are where no
    factor leads there."""
    first = convert_for(variable, one.number, one.unit, variable.unit)
    second = convert_for(variable, number, unit, variable.unit)
    if first is None or second is None:
        first, second = one.number, number
        if one.unit != unit:
            return False
    return math.isclose(first, second, rel_tol=_SAME, abs_tol=1e-12)
