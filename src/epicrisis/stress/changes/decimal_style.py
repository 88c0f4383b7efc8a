"""Decimal commas made points, and points commas."""

from __future__ import annotations

from random import Random

from epicrisis.extraction.decimals import decimal_numbers, with_other_mark

from .choosing import changed, share_of

#: Of the decimal numbers, by strength.
SHARES = (1 / 3, 2 / 3, 1.0)


def decimal_style(text: str, strength: int, rng: Random) -> str:
    """A share of the decimal numbers with the other mark: ``2,5`` and ``2.5``. What can be a date is left."""
    share = share_of(SHARES, strength)
    return changed(text, decimal_numbers(text), rng, share, lambda number, _: with_other_mark(number))
