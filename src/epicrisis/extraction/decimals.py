"""Decimal numbers as reports write them, and the same with the other mark: ``2,5`` and ``2.5``."""

from __future__ import annotations

import re

#: Three digits behind the mark can be thousands, unless a 0 stands before it. Dates, times, versions and the
#: numbers of chapters have more marks, or none that is a comma or a point.
_DECIMAL = re.compile(r"(?<![\w.,:/-])(?:\d{1,4}[.,]\d{1,2}|0[.,]\d{3,6})(?!\d|[.,:/-]\d)")
#: A day and a month: "am 12.03. operiert", "op 03.11 gezien".
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])")
_OTHER = str.maketrans(",.", ".,")


def decimal_numbers(text: str) -> list[re.Match[str]]:
    """The decimal numbers in ``text``, in order; what can be a date is left out."""
    return [match for match in _DECIMAL.finditer(text) if not can_be_a_day(match[0])]


def can_be_a_day(number: str) -> bool:
    """Whether it can be a day with its month: ``12.03``."""
    return _DAY.fullmatch(number) is not None


def with_other_mark(number: str) -> str:
    """``2,5`` for ``2.5``, and the other way round."""
    return number.translate(_OTHER)
