"""Dates as people write them: ``3-2-2024``, ``3 feb 2024``, ``feb 2024``, ``02/2024``."""

from __future__ import annotations

import re

from ...codebook.variable import DateVariable
from ...evaluation.gold_values import scalar
from ...extraction.checking import InvalidValueError, check

_MONTHS = (
    "jan",
    "feb febr",
    "mar maa mrt mär mrz mae",
    "apr",
    "may mei mai",
    "jun",
    "jul",
    "aug",
    "sep sept",
    "oct okt",
    "nov",
    "dec dez",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?\Z")
_NUMBERS = re.compile(r"(?:(\d{1,2})[-/. ]+)?(\d{1,2})[-/. ]+(\d{4})\Z")
_NAMED = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th|e|de|ste)?[-.,\s]*)?([^\W\d_]{3,9})[-.,\s]*(\d{4})\Z")
_NAMED_FIRST = re.compile(r"([^\W\d_]{3,9})[.\s]*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\Z")


def read_date(variable: DateVariable, written: str, language: str) -> str:
    """The date as the table has it (YYYY, YYYY-MM or YYYY-MM-DD).

    Numbers are read day first, except in English, where ``3/2/2024`` can be two days and is refused. Raises
    ``InvalidValueError``.
    """
    text = " ".join(written.split()).casefold()
    year, month, day = _parts(text, language)
    if year is None:
        return str(scalar(variable, written))
    return str(check(variable, "-".join([year, *(f"{int(one):02d}" for one in (month, day) if one)])))


def _parts(text: str, language: str) -> tuple[str | None, str | None, str | None]:
    if found := _ISO.match(text):
        return found[1], found[2], found[3]
    if found := _NUMBERS.match(text):
        day, month, year = found[1], found[2], found[3]
        if day is not None and language.startswith("en"):
            first, second = int(day), int(month)
            if first <= 12 and second <= 12 and first != second:
                raise InvalidValueError("can be two days; write it as 2024-02-03 or 3 Feb 2024")
            if second > 12:
                day, month = month, day
        return year, month, day
    if (found := _NAMED.match(text)) and (number := _month(found[2])):
        return found[3], number, found[1]
    if (found := _NAMED_FIRST.match(text)) and (number := _month(found[1])):
        return found[3], number, found[2]
    return None, None, None


def _month(word: str) -> str | None:
    number = _MONTH.get(word) or _MONTH.get(word[:3])
    return None if number is None else str(number)
