"""Cells that hold several things: mentions, and the items of a group."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from epicrisis.codebook.variable import Variable
from epicrisis.evaluation.cells import Outcome, compare, has_place, same, text_of, type_of, words
from epicrisis.extraction.answer import Answer, Status

ADAPTER: TypeAdapter[Any] = TypeAdapter(Variable)
DRUGS = ADAPTER.validate_python({"name": "drugs", "kind": "spans", "options": ["drug", "dose"]})
LESIONS = ADAPTER.validate_python(
    {
        "name": "lesions",
        "kind": "group",
        "variables": [
            {"name": "side", "kind": "category", "options": ["left", "right"]},
            {"name": "size", "kind": "quantity", "unit": "mm", "tolerance": 0.1},
            {"name": "site", "kind": "text"},
        ],
        "keys": ["side"],
    }
)


def mention(text: str, kind: Any = None, start: int | None = None) -> dict[str, Any]:
    return {"text": text, "type": kind, "start": start, "end": None if start is None else start + len(text)}


def stated(value: Any) -> Answer:
    return Answer(Status.STATED, value)


def item(**values: Any) -> dict[str, Answer]:
    """What a run says of one item; sub-variables left out are not mentioned."""
    return {
        sub.name: stated(values[sub.name]) if sub.name in values else Answer(Status.NOT_MENTIONED)
        for sub in LESIONS.variables
    }


ASCAL = mention("ascal", "drug", 4)


@pytest.mark.parametrize(
    ("value", "gold", "expected"),
    [
        ([ASCAL], [ASCAL], True),
        ([ASCAL], [mention("ascal", "DRUG", 4)], True),
        ([ASCAL], [mention("ascal", "dose", 4)], False),
        ([ASCAL], [mention("ascal", None, 4)], False),
        ([ASCAL], [mention("ascal", "drug", 5)], False),
        ([ASCAL], [mention("ascal 80", "drug", 4)], False),
        ([ASCAL], [ASCAL, ASCAL], False),
        ([ASCAL], [mention("Ascal", "drug")], True),
        ([ASCAL], [mention("ascal 80", "drug")], False),
        ([mention("80\n mg", "dose", 3)], [mention("80 mg", "dose")], True),
        ([mention("3", 1, 0)], [mention("3", 1.0, 0)], True),
        ([mention("3", 1, 0)], [mention("3", "1", 0)], True),
        # One has its place, of the other only the words are known.
        ([ASCAL, mention("ascal", "drug", 30)], [ASCAL, mention("ascal", "drug")], True),
        ([ASCAL, mention("ascal", "drug", 30)], [mention("ascal", "drug"), mention("ascal", "drug")], True),
        (
            [ASCAL, mention("ascal", "drug", 30)],
            [mention("ascal", "drug", 9), mention("ascal", "drug")],
            False,
        ),
    ],
)
def test_the_same_mentions(value: Any, gold: Any, expected: bool) -> None:
    assert same(DRUGS, value, gold) is expected
    assert same(DRUGS, gold, value) is expected


mentions = st.lists(
    st.builds(
        mention,
        st.sampled_from(["a", "A", "b"]),
        st.sampled_from(["drug", "dose"]),
        st.sampled_from([None, None, 0, 1, 2]),
    ),
    max_size=4,
)


def _alike(one: Any, other: Any) -> bool:
    if type_of(one) != type_of(other):
        return False
    if has_place(one) and has_place(other):
        return (one["start"], one["end"]) == (other["start"], other["end"])
    return text_of(one) == text_of(other)


@given(mentions, mentions)
def test_mentions_are_the_same_if_they_can_be_paired(one: Any, other: Any) -> None:
    # Two mentions at one place have the same words in a report.
    texts: dict[int, str] = {}
    for some in (*one, *other):
        if some["start"] is not None:
            some["text"] = texts.setdefault(some["start"], some["text"])
    expected = len(one) == len(other) and any(
        all(map(_alike, one, order)) for order in itertools.permutations(other)
    )
    assert same(DRUGS, one, other) is same(DRUGS, other, one) is expected


@pytest.mark.parametrize(
    ("value", "gold", "expected"),
    [
        ([item(side="left")], [{"side": "left", "size": None, "site": None}], True),
        ([item(side="left")], [{"side": "left"}], True),
        ([item(side="left")], [{"side": "right"}], False),
        ([item(side="left")], [{"side": "left", "site": "temporal"}], False),
        ([item(side="left", site="temporal")], [{"side": "left"}], False),
        ([item(side="left")], [{"side": "left"}, {"side": "right"}], False),
        ([item(side="left"), item(side="right")], [{"side": "right"}, {"side": "left"}], True),
        ([item(side="left"), item(side="left")], [{"side": "right"}, {"side": "left"}], False),
        ([item(size={"value": 3.0, "unit": "cm"})], [{"size": {"value": 30.0, "unit": "mm"}}], True),
    ],
)
def test_the_same_items(value: Any, gold: Any, expected: bool) -> None:
    assert same(LESIONS, value, gold) is expected
    assert same(LESIONS, gold, value) is expected


def test_the_first_item_that_fits_may_be_the_partner_of_another() -> None:
    sizes = [[item(size=100), item(size=91)], [{"size": 95}, {"size": 105}]]
    assert all(same(LESIONS, *order) for order in (sizes, sizes[::-1]))  # 91 is like 95 only


def test_a_failed_cell_is_never_the_same() -> None:
    failed = {**item(side="left"), "site": Answer(Status.FAILED)}
    assert not same(LESIONS, [failed], [{"side": "left"}])


items = st.lists(
    st.fixed_dictionaries(
        {"side": st.sampled_from(["left", "right", None]), "size": st.sampled_from([10.0, 10.9, 11.8, None])}
    ),
    max_size=4,
)


@given(items, items)
def test_items_are_the_same_if_they_can_be_paired(one: Any, other: Any) -> None:
    expected = len(one) == len(other) and any(
        all(same(LESIONS, [left], [right]) for left, right in zip(one, order, strict=True))
        for order in itertools.permutations(other)
    )
    assert same(LESIONS, one, other) is same(LESIONS, other, one) is expected


@given(items, st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_matter(some: Any, order: random.Random) -> None:
    mixed = list(some)
    order.shuffle(mixed)
    answered = [item(**{name: value for name, value in one.items() if value is not None}) for one in mixed]
    assert compare(LESIONS, stated(answered), some) is (Outcome.RIGHT if some else Outcome.SILENT)


@pytest.mark.parametrize(("which", "thing"), [(DRUGS, ASCAL), (LESIONS, {"side": "left"})])
def test_an_empty_list_says_nothing(which: Any, thing: Any) -> None:
    nothing = Answer(Status.NOT_MENTIONED)
    assert compare(which, stated([]), None) is Outcome.SILENT
    assert compare(which, stated([]), []) is Outcome.SILENT
    assert compare(which, nothing, []) is Outcome.SILENT
    assert compare(which, stated([]), [thing]) is Outcome.MISSED
    assert compare(which, stated([thing]), []) is Outcome.INVENTED
    assert compare(which, Answer(Status.FAILED), [thing]) is Outcome.FAILED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Oud infarct, 3-mm!", ["oud", "infarct", "3", "mm"]),
        ("snake_case", ["snake", "case"]),
        ("Größe", ["grösse"]),
        ("e\u0301e\u0301n", ["één"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("< +", []),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected
