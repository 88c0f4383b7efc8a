"""Two raters' mentions, or items, of one report, matched one to one.

Neither rater is the reference: what counts is how many match, out of how many both have, which is
``F1 = 2 matched / (one's + other's)``, the same whichever of the two is called gold. There is no chance
agreement to subtract, for nobody counts the mentions that neither made (Hripcsak & Rothschild, J Am Med
Inform Assoc 2005;12:296). What matches is the same as when a run is measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...codebook.variable import GroupVariable
from ..gold import GoldCell
from ..measures.assignment import total
from ..measures.items import match
from ..measures.mentions import worth


def matched_mentions(one: GoldCell, other: GoldCell, *, strict: bool) -> int:
    """How many mentions of two raters match, each at most once, as many as possible."""
    credit = worth([dict(left) for left in listed(one)], [dict(right) for right in listed(other)])
    return round(total(credit["strict" if strict else "overlap"]))


def matched_items(variable: GroupVariable, one: GoldCell, other: GoldCell) -> int:
    """How many items of two raters match, each at most once."""
    return len(match(variable, listed(one), listed(other)))


def listed(cell: GoldCell) -> Sequence[Mapping[str, Any]]:
    """The mentions or items of a rating; none where it has no value."""
    return cell.value or () if cell.status.has_value else ()
