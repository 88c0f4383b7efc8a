"""Mentions and items of two raters, matched one to one."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from epicrisis.evaluation.agreement.lists import matched_items, matched_mentions
from epicrisis.evaluation.gold import GoldCell
from epicrisis.extraction.answer import Answer, Status

WORDS = "ascal 80 mg en metoprolol"


def mention(start: int, end: int, kind: str = "drug") -> dict[str, Any]:
    return {"text": WORDS[start:end], "type": kind, "start": start, "end": end}


def without_place(text: str, kind: str | None = "drug") -> dict[str, Any]:
    return {"text": text, "type": kind, "start": None, "end": None}


def cell(values: list[dict[str, Any]]) -> GoldCell:
    return GoldCell(Status.STATED, values) if values else GoldCell(Status.NOT_MENTIONED)


spans = st.tuples(st.integers(0, 20), st.integers(1, 4), st.sampled_from(["drug", "dose"])).map(
    lambda found: mention(found[0], found[0] + found[1], found[2])
)
cells = st.lists(spans, max_size=6).map(cell)


def strict_match(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return matched_mentions(cell([one]), cell([other]), strict=True) == 1


def overlap_match(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return matched_mentions(cell([one]), cell([other]), strict=False) == 1


def test_what_matches() -> None:
    assert strict_match(mention(0, 5), mention(0, 5))
    assert not strict_match(mention(0, 5), mention(0, 5, "dose"))
    assert not strict_match(mention(0, 5), mention(0, 6))
    assert overlap_match(mention(0, 5), mention(4, 8))
    assert not overlap_match(mention(0, 5), mention(5, 8))
    assert not overlap_match(mention(0, 5), mention(4, 8, "dose"))


def test_mentions_without_a_place_are_matched_by_their_words() -> None:
    assert strict_match(without_place("Ascal  80 mg"), without_place("ascal 80 MG"))
    assert strict_match(without_place("ascal"), mention(0, 5))
    assert not strict_match(without_place("ascal"), without_place("ascal 80 mg"))
    assert overlap_match(without_place("ascal"), without_place("ascal 80 mg"))
    assert not overlap_match(without_place("ascal"), without_place("metoprolol"))
    assert not overlap_match(without_place("ascal"), without_place("ascal", None))


def test_as_many_as_possible_and_none_twice() -> None:
    # The first of the one overlaps both of the other; the second only the first of them.
    one, other = cell([mention(0, 10), mention(0, 3)]), cell([mention(0, 3), mention(5, 10)])
    assert matched_mentions(one, other, strict=False) == 2
    assert matched_mentions(cell([mention(0, 10)]), other, strict=False) == 1
    assert matched_mentions(cell([mention(0, 3)] * 2), other, strict=True) == 1


@given(cells, cells)
def test_matching_is_symmetric_and_bounded(one: GoldCell, other: GoldCell) -> None:
    counts = {}
    for strict in (True, False):
        counts[strict] = matched_mentions(one, other, strict=strict)
        assert counts[strict] == matched_mentions(other, one, strict=strict)
        assert 0 <= counts[strict] <= min(len(one.value or []), len(other.value or []))
        assert matched_mentions(one, one, strict=strict) == len(one.value or [])
    assert counts[True] <= counts[False]


def test_items(codebook: Any) -> None:
    lesions = codebook["lesions"]
    no_keys = lesions.model_copy(update={"keys": []})
    one = cell([{"place": "links", "size": {"value": 3.0, "unit": "mm"}}, {"place": None, "size": None}])
    other = cell([{"place": "links", "size": {"value": 4.0, "unit": "mm"}}, {"place": None}])
    assert matched_items(lesions, one, other) == 2
    # Without keys an item is the same if half of what it says is: as when a run is measured.
    assert matched_items(no_keys, one, other) == 2
    elsewhere = cell([{"place": "rechts", "size": {"value": 4.0, "unit": "mm"}}, {"place": None}])
    assert matched_items(no_keys, one, elsewhere) == 1
    answers = cell([{"place": Answer(Status.STATED, "links"), "size": Answer(Status.NOT_MENTIONED)}])
    assert matched_items(lesions, one, answers) == 1
    assert matched_items(lesions, one, GoldCell(Status.NOT_MENTIONED)) == 0
