"""Dates of reports as they come, made comparable."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?!\d)(?:[T ].*)?", re.DOTALL)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?\d{0,6})?")
_DAY_FIRST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})(?:[T ,].*)?", re.DOTALL)


def day_of(text: str | None) -> str | None:
    """YYYY, YYYY-MM or YYYY-MM-DD, which are in order as texts; None for what cannot be told for certain.

    The day stands before the month, unless a slash parts them: 03/04/2024 means two things, 25/04/2024 one.
    """
    if text is None:
        return None
    text = text.strip()
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = (None if part is None else int(part) for part in found.groups())
        return _checked(year, month, day)
    if found := _DAY_FIRST.fullmatch(text):
        first, sign, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
        if sign != "/" or first == second or first > 12:
            return _checked(year, second, first)
        return _checked(year, first, second) if second > 12 else None
    return None


def _checked(year: int | None, month: int | None, day: int | None) -> str | None:
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part is not None)])
