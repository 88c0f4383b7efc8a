"""Holm's correction: many tests at once."""

from __future__ import annotations

from collections.abc import Sequence


def holm(ps: Sequence[float]) -> list[float]:
    """The adjusted p of each, in the order given: none is lower than it was, none above 1.

    The smallest of m is multiplied by m, the next by m - 1, and so on, and none may be below the one
    before it. Rejecting where the adjusted p is below 0.05 keeps the chance of any false rejection below
    0.05. Source: Holm, Scand J Stat 1979;6:65.
    """
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    adjusted = [0.0] * len(ps)
    highest = 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = highest
    return adjusted
