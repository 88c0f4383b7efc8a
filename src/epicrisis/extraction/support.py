"""Words of the report that a value can rest on, where the model gave no quote that could be found.

A numeric value needs its number beside a word for the variable, in one clause; an option needs its own
words; a boolean needs a word for the variable. Nothing else is taken for evidence.
"""

from __future__ import annotations

import re
from typing import Any

from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    LocalText,
    QuantityVariable,
    TextVariable,
    Variable,
)

from .answer import Evidence, Grade
from .grounding import Grounds

#: How far, in characters, a number may stand from the word it belongs to.
_REACH = 48
_CLAUSE_END = re.compile(r"[;\n]|[.!?]\s")


def support(variable: Variable, value: Any, grounds: Grounds, near: int = 0) -> Evidence | None:
    """The stretch of the report nearest to ``near`` that says ``value`` of ``variable``, or ``None``."""
    match variable:
        case TextVariable():
            return grounds.locate(str(value), near)
        case CountVariable():
            return _beside(_terms(variable), _numbers(value), grounds, near)
        case QuantityVariable():
            return _beside(_terms(variable), _numbers(value["value"]), grounds, near)
        case ClosedVariable() if isinstance(value, int | float):
            return _beside(_terms(variable), _numbers(value), grounds, near)
        case ClosedVariable():
            option = next(one for one in variable.options if one.value == value)
            words = [str(value).replace("_", " "), *_all(option.label), *_flat(option.synonyms)]
            return _first(words, grounds, near)
        case BooleanVariable():
            return _first(_terms(variable), grounds, near)
        case _:
            return None


def _terms(variable: Variable) -> list[str]:
    return [variable.name.replace("_", " "), *_all(variable.label), *_flat(variable.synonyms)]


def _all(text: LocalText | None) -> list[str]:
    if text is None:
        return []
    return [text] if isinstance(text, str) else list(text.values())


def _flat(synonyms: dict[str, list[str]]) -> list[str]:
    return [word for words in synonyms.values() for word in words]


def _numbers(value: float) -> list[str]:
    plain = f"{value:g}"
    return list(dict.fromkeys([plain, f"{value:.1f}", plain.replace(".", ",")]))


def _first(words: list[str], grounds: Grounds, near: int) -> Evidence | None:
    for word in words:
        places = grounds.occurrences(word) if len(word) > 1 else []
        if places:
            start, end = min(places, key=lambda place: abs(place[0] - near))
            return Evidence(grounds.text[start:end], start, end, Grade.NORMALISED)
    return None


def _beside(words: list[str], numbers: list[str], grounds: Grounds, near: int) -> Evidence | None:
    text = grounds.text
    found: list[tuple[int, int, int]] = []
    for word in words:
        for start, end in grounds.occurrences(word) if len(word) > 1 else []:
            for number in numbers:
                for low, high in grounds.occurrences(number):
                    left, right = min(start, low), max(end, high)
                    gap = max(low - end, start - high)
                    if 0 <= gap <= _REACH and not _CLAUSE_END.search(text, left, right):
                        # The number after its word is the rule ("MTA links 2"); before it, the exception.
                        found.append((gap if low >= end else gap + _REACH, left, right))
    if not found:
        return None
    _, left, right = min(found, key=lambda one: (one[0], abs(one[1] - near)))
    return Evidence(text[left:right], left, right, Grade.NORMALISED)
