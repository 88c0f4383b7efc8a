"""Mentions, report by report."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.measures.mentions import SCHEMES, worth
from epicrisis.evaluation.resampling import Resampler

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def m(
    start: int | None, end: int | None, kind: str | None = "drug", text: str | None = None
) -> dict[str, Any]:
    """A mention in a report that is the alphabet."""
    words = LETTERS[start:end] if text is None else text
    return {"text": words, "type": kind, "start": start, "end": end}


def measured(make: Any, cells: list[tuple[Any, Any]], draws: int = 30, **more: Any) -> Any:
    variable = make.variable("spans", options=["drug", "dose"], **more)
    return measure(variable, make.column(variable, cells), Resampler(len(cells), draws=draws))


def f1(found: Any) -> dict[str, Any]:
    return {scheme: found.metrics[f"{scheme}_f1"].value for scheme in SCHEMES}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (m(0, 5), (1, 1, 1, 1)),
        (m(0, 5, "dose"), (0, 0, 1, 1)),
        (m(0, 4), (0, 1, 0.5, 0)),
        (m(4, 9), (0, 1, 0.5, 0)),
        (m(4, 9, "dose"), (0, 0, 0.5, 0)),
        (m(5, 9), (0, 0, 0, 0)),
        (m(0, 5, None), (0, 0, 1, 1)),
        (m(None, None, text="ABCDE"), (1, 1, 1, 1)),
        (m(None, None, text="abcde mg"), (0, 1, 0.5, 0)),
        (m(None, None, "dose", text="abcde"), (0, 0, 1, 1)),
        (m(None, None, text="other"), (0, 0, 0, 0)),
    ],
)
def test_schemes(make: Any, answer: Any, expected: tuple[float, ...]) -> None:
    found = measured(make, [([m(0, 5)], [answer])])
    assert f1(found) == dict(zip(SCHEMES, expected, strict=True))
    for scheme in SCHEMES:
        turned = measured(make, [([answer], [m(0, 5)])])
        assert f1(turned)[scheme] == f1(found)[scheme]


def test_micro_over_reports(make: Any) -> None:
    cells = [
        ([m(0, 3), m(5, 8)], [m(0, 3)]),
        ([m(0, 3)], [m(0, 3), m(10, 12), m(13, 15)]),
        ([m(0, 3), m(4, 5)], make.FAILED),
        ([m(0, 3)], None),
        (None, [m(0, 3)]),
        (None, None),
        (None, make.FAILED),
        (make.UNSCORED, [m(0, 3)]),
    ]
    found = measured(make, cells)
    precision, recall = found.metrics["strict_precision"], found.metrics["strict_recall"]
    assert (precision.value, precision.n) == (pytest.approx(2 / 5), 5)
    assert (recall.value, recall.n) == (pytest.approx(2 / 6), 6)
    assert found.metrics["strict_f1"].value == pytest.approx(4 / 11)
    assert found.outcomes == {"right": 0, "wrong": 2, "missed": 1, "invented": 1, "silent": 1, "failed": 2}
    assert (found.metrics["invented_rate"].value, found.metrics["invented_rate"].n) == (1 / 3, 3)
    assert found.metrics["accuracy"].value == 1 / 7
    drug = found.parts[0]
    assert drug.outcomes == {"right": 2, "wrong": 0, "missed": 2, "invented": 3, "silent": 0, "failed": 2}
    assert list(found.metrics)[:2] == ["strict_f1", "overlap_f1"]


def test_nothing_to_find_is_not_defined(make: Any) -> None:
    silent = measured(make, [(None, None), ([], None), (None, [])])
    assert silent.outcomes["silent"] == 3
    assert {
        scheme: silent.metrics[f"{scheme}_{name}"].value for scheme in SCHEMES for name in ("f1", "recall")
    } == (dict.fromkeys(SCHEMES))
    assert silent.metrics["accuracy"].value == 1
    assert silent.metrics["bio_f1"].value is None
    missed = measured(make, [([m(0, 3)], None)])
    assert missed.metrics["strict_precision"].value is None
    assert missed.metrics["strict_precision"].note == "no mention answered"
    assert (missed.metrics["strict_recall"].value, missed.metrics["strict_f1"].value) == (0, 0)
    invented = measured(make, [(None, [m(0, 3)])])
    assert invented.metrics["strict_recall"].note == "no mention in gold"
    assert invented.metrics["strict_precision"].value == 0
    assert invented.metrics["bio_weighted_f1"].value == 0


def test_mentions_are_paired_for_the_largest_sum(make: Any) -> None:
    # The first of gold overlaps both answers, the second only the first answer.
    found = measured(make, [([m(0, 10), m(10, 12)], [m(8, 11), m(0, 2)])])
    assert f1(found) == {"strict": 0, "overlap": 1, "partial": 0.5, "exact": 0}


def test_a_part_for_each_type(make: Any) -> None:
    cells = [
        ([m(0, 3), m(4, 6, "dose")], [m(0, 3), m(4, 7, "dose")]),
        ([m(0, 3), m(4, 6, "dose")], [m(0, 3, "dose"), m(8, 9, None)]),
    ]
    found = measured(make, cells)
    drug, dose, none = found.parts
    assert (drug.name, dose.name, none.name) == ("drug", "dose", "(no type)")
    assert (drug.metrics["strict_f1"].value, drug.metrics["overlap_f1"].value) == (2 / 3, 2 / 3)
    assert (dose.metrics["strict_f1"].value, dose.metrics["overlap_f1"].value) == (0, 0.5)
    assert {name: drug.outcomes[name] for name in ("right", "wrong", "missed")} == {
        "right": 1,
        "wrong": 1,
        "missed": 0,
    }
    assert {name: dose.outcomes[name] for name in ("right", "wrong", "missed")} == {
        "right": 0,
        "wrong": 1,
        "missed": 1,
    }
    assert none.outcomes["invented"] == none.n == 1
    assert none.metrics["strict_recall"].value is None


def test_mentions_without_options_have_no_parts(make: Any) -> None:
    variable = make.variable("spans")
    column = make.column(variable, [([m(0, 3, None)], [m(0, 3, None)])])
    found = measure(variable, column, Resampler(1, draws=10))
    assert found.parts == ()
    assert found.metrics["strict_f1"].value == found.metrics["bio_f1"].value == 1


def test_mentions_without_a_place_are_said(make: Any) -> None:
    cells = [([m(None, None, text="abc")], [m(0, 3)]), ([m(0, 3)], [m(0, 3)])]
    found = measured(make, cells)
    assert found.notes[0].startswith("1 mentions have no place in the report")
    assert found.metrics["strict_f1"].value == 1
    assert found.metrics["bio_f1"].n == 2


mentions = st.lists(
    st.builds(
        lambda start, length, kind, placed: (
            m(start, start + length, kind)
            if placed
            else m(None, None, kind, text=LETTERS[start : start + length])
        ),
        st.integers(0, 6),
        st.integers(1, 4),
        st.sampled_from(["drug", "dose", None]),
        st.sampled_from([True, True, True, False]),
    ),
    max_size=4,
)


@given(mentions, mentions)
def test_no_pairing_is_worth_more(gold: Any, answered: Any) -> None:
    from epicrisis.evaluation.measures.assignment import total

    few, many = sorted((gold, answered), key=len)
    for scheme in SCHEMES:
        credit = worth(few, many)[scheme]
        best = max(
            sum(credit[row, column] for row, column in enumerate(order))
            for order in itertools.permutations(range(len(many)), len(few))
        )
        assert total(worth(gold, answered)[scheme]) == pytest.approx(best)


@settings(max_examples=60)
@given(data=st.data(), order=st.randoms(use_true_random=False))
def test_sound_numbers(make: Any, data: st.DataObject, order: random.Random) -> None:
    some = st.one_of(mentions, st.none())
    cells = data.draw(st.lists(st.tuples(some, st.one_of(some, st.just(make.FAILED))), max_size=8))
    found = measured(make, cells)
    for name, estimate in [
        *found.metrics.items(),
        *(one for part in found.parts for one in part.metrics.items()),
    ]:
        if estimate.value is None:
            assert estimate.note, name
            continue
        assert estimate.n > 0
        assert 0 <= estimate.value <= 1 + 1e-12
    scores = f1(found)
    if scores["strict"] is not None:
        assert scores["strict"] <= scores["exact"] + 1e-12 <= scores["partial"] + 2e-12
        assert scores["strict"] <= scores["overlap"] + 1e-12
    # Every mention has one outcome, and the strict hits are the same whichever way they are counted.
    gold = sum(len(one or []) for one, _ in cells)
    counts = {outcome: sum(part.outcomes[outcome] for part in found.parts) for outcome in map(str, Outcome)}
    assert counts["right"] + counts["wrong"] + counts["missed"] + counts["failed"] == gold
    if gold:
        assert found.metrics["strict_recall"].value == pytest.approx(counts["right"] / gold)
    # Nothing depends on the order of reports, nor of mentions.
    mixed = [
        tuple(order.sample(cell, len(cell)) if isinstance(cell, list) else cell for cell in both)
        for both in order.sample(cells, len(cells))
    ]
    again = measured(make, mixed)
    assert {part.name: part.outcomes for part in again.parts} == {
        part.name: part.outcomes for part in found.parts
    }
    for name in found.metrics:
        assert again.metrics[name].value == pytest.approx(found.metrics[name].value, abs=1e-12)
    perfect = measured(make, [(one, one) for one, _ in cells])
    assert set(f1(perfect).values()) <= {1.0, None}
    assert perfect.metrics["bio_f1"].value in (1.0, None)


def test_intervals_are_over_reports(make: Any) -> None:
    cells = [([m(0, 3), m(4, 6)], [m(0, 3), m(4, 6)]), ([m(0, 3), m(4, 6)], [m(0, 3)])] * 10
    found = measured(make, cells, draws=500)
    recall = found.metrics["strict_recall"]
    assert (recall.value, recall.n, recall.method) == (0.75, 40, "BCa")
    assert recall.low < 0.75 < recall.high
    few = measured(make, [*cells[:3], *[(None, None)] * 10])
    assert few.metrics["strict_recall"].low is None
    assert few.metrics["strict_recall"].note == "no interval: 3 of at least 5 reports"


def test_types_that_a_report_has(make: Any) -> None:
    cells = [
        ([m(0, 3), m(4, 5), m(8, 9, "dose")], [m(20, 22), m(9, 10), m(11, 12)]),
        ([m(0, 3)], [m(0, 3, "dose")]),
        (None, None),
    ]
    metrics = measured(make, cells).metrics
    assert {
        name: (metrics[f"type_{name}"].value, metrics[f"type_{name}"].n) for name in ("precision", "recall")
    } == {
        "precision": (1 / 2, 2),
        "recall": (1 / 3, 3),
    }
    assert metrics["type_f1"].value == pytest.approx(2 / 5)


def test_the_example_of_the_page(make: Any) -> None:
    gold = [m(0, 5), m(6, 11, "dose")]
    answered = [m(0, 8), m(6, 11)]
    found = measured(make, [(gold, answered)])
    assert f1(found) == {"strict": 0, "overlap": 0.5, "partial": 0.75, "exact": 0.5}
    assert found.metrics["type_f1"].value == pytest.approx(2 / 3)
