"""Two raters' mentions, or items, of one report, matched one to one.

Neither rater is the reference: what counts is how many match, out of how many both have, which is
``F1 = 2 matched / (one's + other's)``, the same whichever of the two is called gold. There is no chance
agreement to subtract, for nobody counts the mentions that neither made (Hripcsak & Rothschild, J Am Med
Inform Assoc 2005;12:296).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from ...codebook.variable import GroupVariable
from ...extraction.answer import Answer
from ..cells import same
from ..gold import GoldCell


def strict_match(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same type at the same place; the same type and words where either rater gave no place."""
    if not _same_type(one, other):
        return False
    if _placed(one) and _placed(other):
        return (one["start"], one["end"]) == (other["start"], other["end"])
    return _words(one) == _words(other)


def overlap_match(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same type, and a character or more in common; a word where either rater gave no place."""
    if not _same_type(one, other):
        return False
    if _placed(one) and _placed(other):
        return bool(one["start"] < other["end"] and other["start"] < one["end"])
    return not set(_words(one)).isdisjoint(_words(other))


def matched_mentions(one: GoldCell, other: GoldCell, *, strict: bool) -> int:
    """How many mentions of two raters match, each at most once, as many as possible."""
    match = strict_match if strict else overlap_match
    return _most([[match(left, right) for right in listed(other)] for left in listed(one)])


def matched_items(variable: GroupVariable, one: GoldCell, other: GoldCell) -> int:
    """How many items of two raters match: equal in all the group's keys, or in all sub-variables where it
    declares no keys; each at most once, as many as possible."""
    parts = [part for part in variable.variables if not variable.keys or part.name in variable.keys]

    def match(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
        for part in parts:
            value, its = _plain(left.get(part.name)), _plain(right.get(part.name))
            if (value is None) is not (its is None):
                return False
            if value is not None and not same(part, value, its):
                return False
        return True

    return _most([[match(left, right) for right in listed(other)] for left in listed(one)])


def listed(cell: GoldCell) -> Sequence[Mapping[str, Any]]:
    """The mentions or items of a rating; none where it has no value."""
    return cell.value or () if cell.status.has_value else ()


def _most(matches: list[list[bool]]) -> int:
    """The most pairs of a row and a column that match, no row or column twice."""
    if not matches or not matches[0]:
        return 0
    table = np.array(matches, dtype=np.float64)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return int(table[rows, columns].sum())


def _plain(value: Any) -> Any:
    """A part of an item: gold holds values, a run's answer holds answers."""
    if isinstance(value, Answer | GoldCell):
        return value.value if value.status.has_value else None
    return value


def _same_type(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return str(one.get("type")).casefold() == str(other.get("type")).casefold()


def _placed(mention: Mapping[str, Any]) -> bool:
    return mention.get("start") is not None and mention.get("end") is not None


def _words(mention: Mapping[str, Any]) -> list[str]:
    return str(mention.get("text", "")).casefold().split()
