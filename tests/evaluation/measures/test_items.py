"""Items matched one to one."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.measures.items import Items, match, similarity
from epicrisis.extraction.answer import Answer, Status

SUBS = [
    {"name": "site", "kind": "text", "definition": "d"},
    {"name": "side", "kind": "category", "options": ["left", "right"], "definition": "d"},
    {"name": "size", "kind": "quantity", "unit": "mm", "definition": "d"},
]


def group(make: Any, keys: list[str]) -> Any:
    return make.variable("group", variables=SUBS, keys=keys)


def item(site: str | None = None, side: str | None = None, size: float | None = None) -> dict[str, Any]:
    return {"site": site, "side": side, "size": None if size is None else {"value": size, "unit": "mm"}}


def answered(items: list[dict[str, Any]]) -> list[dict[str, Answer]]:
    return [
        {
            name: Answer(Status.NOT_MENTIONED) if value is None else Answer(Status.STATED, value)
            for name, value in one.items()
        }
        for one in items
    ]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (item("oud infarct", "left"), item("oud infarct", "left"), 1),
        (item("oud infarct", "left"), item("oud infarct", "right"), 0.5),
        (item("oud infarct", "left"), item("oud letsel", "left"), 0.75),
        (item("<"), item("<"), 1),
        (item("oud", "left", 3), item("oud", "left"), 2 / 3),
        (item("oud"), item(None, "left"), 0),
        (item(), item(), None),
    ],
)
def test_similarity(make: Any, one: Any, other: Any, expected: float | None) -> None:
    subs = group(make, []).variables
    for left, right in ((one, other), (other, one), (one, answered([other])[0])):
        assert similarity(subs, left, right) == (None if expected is None else pytest.approx(expected))


def test_a_failed_cell_is_like_nothing(make: Any) -> None:
    said = {**answered([item("oud")])[0], "side": Answer(Status.FAILED)}
    assert similarity(group(make, []).variables, item("oud", "left"), said) == 0.5


def test_keys_decide(make: Any) -> None:
    gold = [item("hippocampus", "left", 3), item("temporal", "right", 5)]
    said = answered([item("frontal", "right", 9), item("pons", "left", 8)])
    assert match(group(make, ["side"]), gold, said) == [(0, 1), (1, 0)]
    assert match(group(make, []), gold, said) == []


def test_less_alike_than_the_minimum_is_another_item(make: Any) -> None:
    gold = [item("a b c d")]
    assert match(group(make, ["site"]), gold, answered([item("a b x y")])) == [(0, 0)]
    assert match(group(make, ["site"]), gold, answered([item("a x y z")])) == []


def test_where_keys_leave_a_choice_the_rest_decides(make: Any) -> None:
    gold = [item("pons", "left", 3), item("temporal", "left", 5)]
    said = answered([item("temporal", "left", 5), item("pons", "left", 4)])
    assert match(group(make, ["side"]), gold, said) == [(0, 1), (1, 0)]
    # Where no item has a key, the rest has to do.
    assert match(group(make, ["side"]), [item("pons")], answered([item("pons")])) == [(0, 0)]
    assert match(group(make, ["side"]), [item("pons")], answered([item("frontal")])) == []
    assert match(group(make, ["side"]), [item()], answered([item()])) == [(0, 0)]


def test_cells(make: Any) -> None:
    variable = group(make, ["site"])
    gold = [item("pons", "left"), item("temporal", None, 5)]
    said = answered([item("pons", "right", 3), item("frontal", "left")])
    found = Items.of(variable, make.pair(variable, gold, said))
    seen = {
        sub.name: sorted((pair.outcome, matched) for pair, matched in found.cells(sub))
        for sub in variable.variables
    }
    assert seen == {
        "site": [(Outcome.INVENTED, False), (Outcome.MISSED, False), (Outcome.RIGHT, True)],
        "side": [(Outcome.INVENTED, False), (Outcome.WRONG, True)],
        "size": [(Outcome.INVENTED, True), (Outcome.MISSED, False)],
    }
    failed = Items.of(variable, make.pair(variable, gold, make.FAILED))
    assert [pair.outcome for pair, _ in failed.cells(variable.variables[0])] == [Outcome.FAILED] * 2
    assert Items.of(variable, None).matched == ()


some_items = st.lists(
    st.builds(
        item,
        st.sampled_from(["pons", "oud pons", None]),
        st.sampled_from(["left", "right", None]),
        st.sampled_from([3.0, 5.0, None]),
    ),
    max_size=4,
)


@given(
    some_items,
    some_items,
    st.sampled_from([[], ["side"], ["site", "side"]]),
    st.randoms(use_true_random=False),
)
def test_the_order_of_items_does_not_matter(
    make: Any, gold: Any, said: Any, keys: list[str], order: random.Random
) -> None:
    variable = group(make, keys)

    def outcomes(gold: Any, said: Any) -> Any:
        found = Items.of(variable, make.pair(variable, gold, answered(said)))
        return {sub.name: sorted(pair.outcome for pair, _ in found.cells(sub)) for sub in variable.variables}

    expected = outcomes(gold, said)
    assert outcomes(order.sample(gold, len(gold)), order.sample(said, len(said))) == expected
    assert {one for some in outcomes(gold, gold).values() for one in some} <= {Outcome.RIGHT, Outcome.SILENT}
