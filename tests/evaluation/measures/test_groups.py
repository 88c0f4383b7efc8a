"""Groups, report by report."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.resampling import Resampler
from epicrisis.extraction.answer import Answer, Status

SUBS = [
    {"name": "side", "kind": "category", "options": ["left", "right"], "definition": "d", "label": "Side"},
    {"name": "size", "kind": "quantity", "unit": "mm", "definition": "d"},
    {"name": "site", "kind": "text", "definition": "d"},
    {"name": "count", "kind": "count", "definition": "d"},
]
COUNTED = ("right", "wrong", "missed", "invented", "silent", "failed")


def item(side: str | None = None, size: float | None = None, site: str | None = None) -> dict[str, Any]:
    size_in_mm = None if size is None else {"value": size, "unit": "mm"}
    return {"side": side, "size": size_in_mm, "site": site, "count": None}


def answers(items: list[dict[str, Any]] | None) -> list[dict[str, Answer]] | None:
    if items is None:
        return None
    return [
        {
            name: Answer(Status.NOT_MENTIONED) if value is None else Answer(Status.STATED, value)
            for name, value in one.items()
        }
        for one in items
    ]


def measured(
    make: Any, cells: list[tuple[Any, Any]], keys: tuple[str, ...] = ("side",), draws: int = 30
) -> Any:
    variable = make.variable("group", variables=SUBS, keys=list(keys), max_items=10)
    column = make.column(
        variable, [(gold, said if said is make.FAILED else answers(said)) for gold, said in cells]
    )
    return measure(variable, column, Resampler(len(cells), draws=draws))


def test_items_then_sub_variables(make: Any) -> None:
    cells = [
        ([item("left", 3), item("right", 5)], [item("right", 5), item("left", 4)]),
        ([item("left", 3, "oud infarct")], [item("left", None, "oud letsel"), item("right", 7)]),
        ([item("left"), item("right")], [item("right")]),
        ([item("left", 3)], None),
        ([item("right", 3)], make.FAILED),
        (None, [item("left")]),
        (None, None),
        (make.UNSCORED, [item("left")]),
    ]
    found = measured(make, cells)
    metrics = {name: (one.value, one.n) for name, one in found.metrics.items()}
    assert metrics["item_precision"] == (pytest.approx(4 / 6), 6)
    assert metrics["item_recall"] == (pytest.approx(4 / 7), 7)
    assert metrics["item_f1"] == (pytest.approx(8 / 13), 13)
    assert metrics["accuracy"] == (1 / 7, 7)
    assert metrics["invented_rate"] == (1 / 2, 2)
    assert found.outcomes == dict(zip(COUNTED, (0, 3, 1, 1, 1, 1), strict=True))
    assert list(found.metrics)[:2] == ["item_f1", "cell_f1"]
    assert found.notes == ("Items are matched on side; a pair counts from a similarity of 0.5.",)

    side, size, site, count = found.parts
    assert (side.name, side.kind, side.label) == ("side", "category", "Side")
    assert side.outcomes == dict(zip(COUNTED, (4, 0, 2, 2, 0, 1), strict=True))
    assert side.n == 9
    assert side.metrics["accuracy"].value == pytest.approx(4 / 9)
    assert side.metrics["accuracy_matched"].value == 1
    assert (side.metrics["precision"].value, side.metrics["recall"].value) == (4 / 6, 4 / 7)
    assert side.metrics["f1"].value == pytest.approx(8 / 13)
    assert side.confusion is not None
    assert side.confusion.rows == ("left", "right", "(none)")
    assert side.confusion.columns == ("left", "right", "(none)", "(failed)")
    assert side.confusion.counts == ((2, 0, 2, 0), (0, 2, 0, 1), (1, 1, 0, 0))

    assert size.outcomes == dict(zip(COUNTED, (1, 1, 2, 1, 1, 1), strict=True))
    assert (size.metrics["mae"].value, size.metrics["mae"].n) == (0.5, 2)
    assert (size.metrics["accuracy_matched"].value, size.metrics["accuracy_matched"].n) == (0.5, 4)
    assert (site.metrics["token_f1"].value, site.metrics["token_f1"].n) == (0.5, 1)
    assert count.metrics["mae"].value is None
    assert size.confusion is site.confusion is None
    # All values together: 4 sides, 1 size and 1 site of 6 + 3 + 1 answered and 7 + 5 + 1 in gold.
    assert metrics["cell_f1"] == (pytest.approx(2 * 6 / 23), 23)


def test_nothing_to_find_is_not_defined(make: Any) -> None:
    silent = measured(make, [(None, None), ([], None), (None, [])])
    assert silent.outcomes["silent"] == 3
    for name in ("item_f1", "item_precision", "item_recall", "cell_f1"):
        assert silent.metrics[name].value is None
        assert silent.metrics[name].note == "no such cell"
    assert silent.metrics["accuracy"].value == 1
    assert {part.n for part in silent.parts} == {0}
    assert {one.value for part in silent.parts for one in part.metrics.values()} == {None}
    missed = measured(make, [([item("left")], None)])
    assert missed.metrics["item_precision"].note == "no item answered"
    assert missed.metrics["item_recall"].value == missed.metrics["item_f1"].value == 0
    invented = measured(make, [(None, [item("left")])])
    assert invented.metrics["item_recall"].note == "no item in gold"
    assert invented.metrics["item_precision"].value == 0


some_items = st.lists(
    st.builds(
        item,
        st.sampled_from(["left", "right", None]),
        st.sampled_from([3.0, 5.0, None]),
        st.sampled_from(["pons", "oud pons", None]),
    ),
    max_size=3,
)


@settings(max_examples=40)
@given(
    data=st.data(),
    keys=st.sampled_from([(), ("side",), ("side", "site")]),
    order=st.randoms(use_true_random=False),
)
def test_sound_numbers(make: Any, data: st.DataObject, keys: tuple[str, ...], order: random.Random) -> None:
    some = st.one_of(some_items, st.none())
    cells = data.draw(st.lists(st.tuples(some, st.one_of(some, st.just(make.FAILED))), max_size=8))
    found = measured(make, cells, keys)
    assert found.n == len(cells) == sum(found.outcomes.values())
    for result in (found, *found.parts):
        assert result.n == sum(result.outcomes.values())
        for name, estimate in result.metrics.items():
            if estimate.value is None:
                assert estimate.note
                continue
            assert estimate.n > 0
            assert estimate.value >= 0
            assert name == "mae" or estimate.value <= 1 + 1e-12
    # Every value of gold has one outcome.
    for part in found.parts:
        values = sum(one[part.name] is not None for gold, _ in cells for one in gold or [])
        recall = part.metrics["recall"]
        assert recall.n == values
        if values:
            assert recall.value == pytest.approx(part.outcomes["right"] / values)
    mixed = [
        tuple(order.sample(cell, len(cell)) if isinstance(cell, list) else cell for cell in both)
        for both in order.sample(cells, len(cells))
    ]
    again = measured(make, mixed, keys)
    for one, other in zip((found, *found.parts), (again, *again.parts), strict=True):
        assert one.outcomes == other.outcomes
        assert {name: estimate.value for name, estimate in one.metrics.items()} == {
            name: None if estimate.value is None else pytest.approx(estimate.value, abs=1e-12)
            for name, estimate in other.metrics.items()
        }
    perfect = measured(make, [(one, one) for one, _ in cells], keys)
    for name in ("item_f1", "item_precision", "item_recall", "cell_f1", "accuracy"):
        assert perfect.metrics[name].value in (1.0, None)


def test_intervals_are_over_reports(make: Any) -> None:
    cells = [([item("left", 3), item("right", 5)], [item("left", 3)])] * 10
    cells += [([item("left", 3), item("right", 5)], [item("left", 4), item("right", 5)])] * 10
    found = measured(make, cells, draws=500)
    recall = found.metrics["item_recall"]
    assert (recall.value, recall.n, recall.method) == (0.75, 40, "BCa")
    assert recall.low < 0.75 < recall.high
    mae = found.parts[1].metrics["mae"]
    assert (mae.value, mae.n, mae.method) == (pytest.approx(1 / 3), 30, "BCa")
