"""Free text."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.resampling import Resampler

SHARED = ("rouge_l", "token_f1", "rouge_1", "rouge_2")


def measured(make: Any, cells: list[tuple[Any, Any]], draws: int = 50) -> Any:
    variable = make.variable("text")
    return measure(variable, make.column(variable, cells), Resampler(len(cells), draws=draws))


def test_means_over_the_cells_with_gold(make: Any) -> None:
    cells = [
        ("oud infarct links", "oud  infarct\nlinks"),
        ("oud infarct links", "links oud infarct rechts"),
        ("oud infarct", None),
        ("oud infarct", make.FAILED),
        (None, "verzonnen tekst"),
        (None, None),
        (make.UNSCORED, "x"),
    ]
    found = measured(make, cells)
    values = {name: found.metrics[name].value for name in (*SHARED, "exact_match")}
    assert values == {
        "rouge_1": pytest.approx((1 + 6 / 7) / 4),
        "rouge_2": pytest.approx((1 + 2 * 1 / (2 + 3)) / 4),
        "rouge_l": pytest.approx((1 + 4 / 7) / 4),
        "token_f1": pytest.approx((1 + 6 / 7) / 4),
        "exact_match": 0.25,
    }
    assert {found.metrics[name].n for name in values} == {4}
    assert found.outcomes == {"right": 2, "wrong": 0, "missed": 1, "invented": 1, "silent": 1, "failed": 1}
    assert found.metrics["invented_rate"].value == 0.5
    assert list(found.metrics)[:2] == ["rouge_l", "token_f1"]


def test_gold_too_short_for_a_measure_is_left_out_of_it(make: Any) -> None:
    found = measured(make, [("links", "links"), ("<", "<"), ("oud infarct", "oud infarct")])
    assert {name: found.metrics[name].n for name in SHARED} == {
        "rouge_1": 2,
        "rouge_2": 1,
        "rouge_l": 2,
        "token_f1": 2,
    }
    assert {found.metrics[name].value for name in (*SHARED, "exact_match")} == {1.0}
    none = measured(make, [("links", "links")])
    assert none.metrics["rouge_2"].value is None
    assert none.metrics["rouge_2"].note == "no text in gold is long enough"


def test_exact_match_sees_case_and_not_white_space(make: Any) -> None:
    found = measured(make, [("Oud infarct", " Oud\ninfarct "), ("Oud infarct", "oud infarct")])
    assert found.metrics["exact_match"].value == 0.5


texts = st.lists(st.sampled_from(["oud", "infarct", "links", "3", "<"]), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=40)
@given(data=st.data(), order=st.randoms(use_true_random=False))
def test_sound_numbers(make: Any, data: st.DataObject, order: random.Random) -> None:
    answers = st.one_of(texts, st.none(), st.just(make.FAILED))
    cells = data.draw(st.lists(st.tuples(st.one_of(texts, st.none()), answers), max_size=12))
    found = measured(make, cells)
    with_gold = sum(gold is not None for gold, _ in cells)
    for name in (*SHARED, "exact_match"):
        estimate = found.metrics[name]
        assert estimate.n <= with_gold
        if estimate.value is None:
            assert (estimate.n, bool(estimate.note)) == (0, True)
            continue
        assert 0 <= estimate.value <= 1
        if estimate.low is not None:
            assert 0 <= estimate.low <= estimate.high <= 1
    order.shuffle(cells)
    again = measured(make, cells)
    for name in found.metrics:
        assert again.metrics[name].value == pytest.approx(found.metrics[name].value, abs=1e-12)
    perfect = measured(make, [(gold, gold) for gold, _ in cells])
    assert {perfect.metrics[name].value for name in SHARED} <= {1.0, None}


def test_intervals_are_over_reports(make: Any) -> None:
    cells = [("oud infarct links", "oud infarct links"), ("oud infarct links", "infarct")] * 10
    found = measured(make, cells, draws=500)
    estimate = found.metrics["rouge_l"]
    assert estimate.method == "BCa"
    assert 0.5 < estimate.low < 0.75 < estimate.high < 1
