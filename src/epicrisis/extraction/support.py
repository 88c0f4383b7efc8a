"""Words of the report that a value can rest on, where the model gave no quote that could be found.

A numeric value needs its number beside a word for the variable, in one clause; an option needs its own
words; a boolean needs a word for the variable. Nothing else is taken for evidence.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

from epicrisis.codebook.names import names_of
from epicrisis.codebook.units import accepted_units, convert_for
from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    QuantityVariable,
    TextVariable,
    Variable,
)

from .answer import Evidence, Grade
from .grounding import Grounds, Place

#: How far, in characters, a number may stand from the word it belongs to.
_REACH = 48
_CLAUSE_END = re.compile(r"[;\n]|[.!?]\s")


def support(variable: Variable, value: Any, grounds: Grounds, near: int = 0) -> Evidence | None:
    """The stretch of the report nearest to ``near`` that says ``value`` of ``variable``, or ``None``."""
    match variable:
        case TextVariable():
            return grounds.locate(str(value), near)
        case CountVariable():
            return _beside(names_of(variable), _numbers(value), grounds=grounds, near=near)
        case QuantityVariable():
            return _beside(names_of(variable), *_amounts(variable, value), grounds=grounds, near=near)
        case ClosedVariable() if isinstance(value, int | float):
            return _beside(names_of(variable), _numbers(value), grounds=grounds, near=near)
        case ClosedVariable():
            option = next(one for one in variable.options if one.value == value)
            return _first(names_of(option), grounds, near)
        case BooleanVariable():
            return _first(names_of(variable), grounds, near)
        case _:
            return None


def _numbers(value: float) -> list[str]:
    """How reports write the number; a decimal comma is the same as a point when it is looked for."""
    if float(value).is_integer():
        return [f"{value:.0f}", f"{value:.1f}"]
    return [f"{value:.10g}"]


def _amounts(variable: QuantityVariable, value: dict[str, Any]) -> tuple[list[str], list[str]]:
    """How reports write the amount: the number alone, and with each unit (30 mm may stand there as
    ``3 cm``). Then what is another amount: the number with another unit."""
    number, unit = value["value"], value["unit"]
    right, wrong = _numbers(number), []
    for other in accepted_units(variable):
        same = number if other == unit else convert_for(variable, number, unit, other)
        if same is not None:
            right += _with_unit(same, other)
        if same != number:
            wrong += _with_unit(number, other)
    return right, wrong


def _with_unit(number: float, unit: str) -> list[str]:
    return [f"{written}{space}{unit}" for written in _numbers(number) for space in (" ", "")]


def _first(words: list[str], grounds: Grounds, near: int) -> Evidence | None:
    for word in words:
        places = grounds.occurrences_of_term(word) if len(word) > 1 else []
        if places:
            start, end = min(places, key=lambda place: abs(place[0] - near))
            return Evidence(grounds.text[start:end], start, end, Grade.NORMALISED)
    return None


def _beside(
    words: list[str], numbers: list[str], refused: Sequence[str] = (), *, grounds: Grounds, near: int
) -> Evidence | None:
    terms = [place for word in words if len(word) > 1 for place in grounds.occurrences_of_term(word)]
    if not terms:
        return None
    ends: dict[int, int] = {}  # the longest way of writing that begins there
    for number in numbers:
        for low, high in grounds.occurrences_of_term(number):
            ends[low] = max(high, ends.get(low, 0))
    for other in refused:
        for low, _ in grounds.occurrences_of_term(other):
            ends.pop(low, None)
    written = sorted(ends.items())
    best: tuple[int, int, int, int] | None = None
    for start, end in terms:
        # Nothing written is longer than the reach, so that nothing within it is passed over.
        for low, high in written[bisect_left(written, (start - 2 * _REACH, 0)) :]:
            if low > end + _REACH:
                break
            found = _joined((start, end), (low, high), grounds.text, near)
            if found is not None and (best is None or found < best):
                best = found
    if best is None:
        return None
    left, right = best[2:]
    return Evidence(grounds.text[left:right], left, right, Grade.NORMALISED)


def _joined(term: Place, number: Place, text: str, near: int) -> tuple[int, int, int, int] | None:
    """How far apart the two are, how far from ``near``, and where they stand; ``None``: not together."""
    left, right = min(term[0], number[0]), max(term[1], number[1])
    gap = max(number[0] - term[1], term[0] - number[1])
    if not 0 <= gap <= _REACH or _CLAUSE_END.search(text, left, right):
        return None
    # The number after its word is the rule ("MTA links 2"); before it, the exception.
    return (gap if number[0] >= term[1] else gap + _REACH), abs(left - near), left, right
