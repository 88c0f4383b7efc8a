"""Amounts as reports write them: a number, or several of one measurement, before a unit."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from epicrisis.codebook.units import accepted_units, convert
from epicrisis.codebook.variable import QuantityVariable

_NUMBER = r"\d+(?:[.,]\d+)?"
#: The unit of a bare number.
_BARE = "1"
#: Two amounts are the same within this fraction: a report's ``1.2 cm`` and a table's 12.0 mm.
_SAME = 1e-6


class Amount(NamedTuple):
    """``number`` of ``unit`` (as the codebook spells it), written at ``start`` to ``end`` of the text."""

    number: float
    unit: str
    start: int
    end: int


def amounts(variable: QuantityVariable, text: str) -> Iterator[Amount]:
    """Every amount in a unit that the variable accepts, in the order of the text. Of ``1.2 x 0.8 cm`` both
    numbers are in cm. A decimal comma is a point."""
    units = accepted_units(variable)
    # "28-year-old" for 28 years.
    spelling = {unit.casefold().removesuffix("s"): unit for unit in reversed(units) if _plural(unit)}
    spelling |= {unit.casefold(): unit for unit in reversed(units)}
    for match in _pattern(tuple(spelling)).finditer(text):
        unit = spelling.get((match["unit"] or _BARE).casefold())
        if unit is None:
            continue
        negative = match["sign"] is not None
        for number in re.findall(_NUMBER, match["numbers"]):
            size = float(number.replace(",", "."))
            yield Amount(-size if negative else size, unit, match.start(), match.end())


def same_amount(variable: QuantityVariable, amount: Amount, number: float, unit: str) -> bool:
    """Whether ``amount`` is ``number`` of ``unit``. Amounts are compared in the variable's unit, or as they
    are where no factor leads there."""
    one = convert(amount.number, amount.unit, variable.unit)
    other = convert(number, unit, variable.unit)
    if one is None or other is None:
        one, other = amount.number, number
        if amount.unit != unit:
            return False
    return math.isclose(one, other, rel_tol=_SAME, abs_tol=1e-12)


def _plural(unit: str) -> bool:
    return len(unit) > 3 and unit.isalpha() and unit.endswith("s")


@lru_cache(maxsize=128)
def _pattern(units: tuple[str, ...]) -> re.Pattern[str]:
    named = sorted((unit for unit in units if unit != _BARE), key=len, reverse=True)
    choice = "|".join(re.escape(unit) for unit in named) or r"(?!)"
    unit = rf"(?P<unit>{choice})(?![^\W_])"
    behind = rf"(?:[\s-]?{unit}|(?!\s?[%°])(?![^\W_]))" if _BARE in units else rf"[\s-]?{unit}"
    between = rf"(?:\s?(?:{choice}))?\s?[x×*]\s?"
    return re.compile(
        rf"(?<!\d)(?<!\d[.,])(?:(?<![\w)])(?P<sign>[-−]))?"
        rf"(?P<numbers>{_NUMBER}(?:{between}{_NUMBER}){{0,3}}){behind}",
        re.I,
    )
