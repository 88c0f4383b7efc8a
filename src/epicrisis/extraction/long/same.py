"""Whether two parts of a report say the same."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from epicrisis.codebook.units import convert_for
from epicrisis.codebook.variable import (
    DateVariable,
    OrdinalVariable,
    QuantityVariable,
    TextVariable,
    Variable,
)

from ..likeness import held
from ..normalise import normalise

_WORD = re.compile(r"\w+")
#: Texts that name one thing share this much: "segment 4" and "lever segment 4" do, "long" and "linker long"
#: do not, since a side is held to equality.
_SHARED = 0.6
#: Words that name nothing: "segment 4 van de lever" is "segment 4, lever".
_EMPTY = frozenset(
    _WORD.findall(
        "van de het een in op aan of the a an at on der die das den dem des im am du la le les l d à au aux"
    )
)


def same(variable: Variable, one: Any, other: Any) -> bool:
    """Whether two values of ``variable`` (not a list of mentions or items) are one and the same.

    Amounts within the variable's tolerance after conversion to one unit; a date and the same date less
    precisely; texts if the words of the shorter are most of those of the longer, with the same numbers,
    denials and sides.
    """
    if isinstance(variable, QuantityVariable):
        first, second = _in_its_unit(variable, one), _in_its_unit(variable, other)
        if first is None or second is None:
            return bool(one == other)
        return math.isclose(first, second, rel_tol=variable.tolerance, abs_tol=1e-9)
    if isinstance(variable, DateVariable):
        return bool(one.startswith(other) or other.startswith(one))
    if isinstance(variable, TextVariable):
        return _same_text(str(one), str(other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def amount(variable: Variable, value: Any) -> float | str | None:
    """What ``value`` is compared by where the largest is looked for: a number in the variable's unit, an
    option's place, a date's text; ``None`` if it cannot be compared."""
    if isinstance(variable, QuantityVariable):
        return _in_its_unit(variable, value)
    if isinstance(variable, OrdinalVariable):
        return float(variable.values.index(value)) if value in variable.values else None
    if isinstance(variable, DateVariable):
        return str(value)
    return float(value) if isinstance(value, int | float) else None


def _in_its_unit(variable: QuantityVariable, value: Mapping[str, Any]) -> float | None:
    return convert_for(variable, float(value["value"]), str(value["unit"]), variable.unit)


def _same_text(one: str, other: str) -> bool:
    first, second = normalise(one).text, normalise(other).text
    if first == second:
        return True
    short, long = sorted((_words(first), _words(second)), key=len)
    if not short or _held(first) != _held(second):
        return False
    return short <= long and len(short) >= _SHARED * len(long)


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text)) - _EMPTY


def _held(text: str) -> list[str]:
    numbers, words = held(text)
    return sorted([*numbers, *words])
