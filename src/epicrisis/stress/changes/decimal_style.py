"""Decimal commas made points, and points commas."""

from __future__ import annotations

import re
from random import Random

from .choosing import changed, share_of

#: Of the decimal numbers, by strength.
SHARES = (1 / 3, 2 / 3, 1.0)
#: Three digits behind the mark can be thousands, unless a 0 stands before it. Dates, times, versions and the
#: numbers of chapters have more marks, or none that is a comma or a point.
_DECIMAL = re.compile(r"(?<![\w.,:/-])(?:\d{1,4}[.,]\d{1,2}|0[.,]\d{3,6})(?!\d|[.,:/-]\d)")
#: A day and a month: "am 12.03. operiert", "op 03.11 gezien".
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])")
_OTHER = str.maketrans(",.", ".,")


def decimal_style(text: str, strength: int, rng: Random) -> str:
    """A share of the decimal numbers with the other mark: ``2,5`` and ``2.5``. What can be a date is left."""
    numbers = [match for match in _DECIMAL.finditer(text) if not _DAY.fullmatch(match[0])]
    return changed(text, numbers, rng, share_of(SHARES, strength), lambda number, _: number.translate(_OTHER))
