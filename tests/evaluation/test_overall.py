from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.overall import outcome_counts, overall
from epicrisis.evaluation.resampling import Resampler


def two(make: Any) -> list[Any]:
    return [make.variable("boolean", "seen"), make.variable("count", "many")]


def test_all_cells_and_all_variables_count_in_their_own_way(make: Any) -> None:
    reports = [
        *[{"seen": (True, True), "many": (2, 2)}] * 4,
        *[{"seen": (True, None), "many": (None, 3)}] * 3,
        *[{"seen": (False, False)}] * 2,
        *[{"seen": (None, None)}] * 2,
        {"seen": (None, make.FAILED), "many": (1, make.FAILED)},
        {},
    ]
    paired = make.paired(two(make), reports)
    found = overall(paired, Resampler(len(reports), draws=100))
    assert {name: (one.value, one.n) for name, one in found.items() if name != "macro_f1"} == {
        "micro_accuracy": (pytest.approx(12 / 20), 20),
        "macro_accuracy": (pytest.approx((8 / 12 + 4 / 8) / 2), 2),
        "reports_right": (8 / 12, 12),  # the one without a scored cell is not counted
        "error_rate": (pytest.approx(8 / 20), 20),
        "missed_rate": (3 / 14, 14),
        "invented_rate": (3 / 6, 6),
    }
    assert found["reports_right"].method == "Wilson"
    assert found["micro_accuracy"].method == "BCa"
    assert outcome_counts(paired) == {
        "right": 10,
        "wrong": 0,
        "missed": 3,
        "invented": 3,
        "silent": 2,
        "failed": 2,
    }


def test_macro_f1_is_the_mean_over_closed_variables(make: Any) -> None:
    side = make.variable("category", "side")
    cells = [("a", "a"), ("a", "b"), ("b", "b"), ("c", None), (None, "c"), (None, None)]
    alone = measure(side, make.column(side, cells), Resampler(6, draws=10)).metrics["macro_f1"]
    reports = [{"side": cell, "seen": (True, True), "many": (1, 2)} for cell in cells]
    found = overall(make.paired([side, *two(make)], reports), Resampler(6, draws=50))["macro_f1"]
    assert alone.value is not None
    assert found.value == pytest.approx((alone.value + 1) / 2)
    assert found.n == 2
    bare = overall(make.paired([two(make)[1]], [{"many": (1, 1)}] * 6), Resampler(6, draws=50))["macro_f1"]
    assert (bare.value, bare.note) == (None, "no closed variable is scored")


@pytest.mark.parametrize("reports", [0, 7])
def test_nothing_to_score(make: Any, reports: int) -> None:
    found = overall(make.paired(two(make), [{}] * reports), Resampler(reports, draws=20))
    assert {one.value for one in found.values()} == {None}
    assert all(one.note for one in found.values())


def test_fewer_than_five_reports_have_no_interval(make: Any) -> None:
    reports = [{"seen": (True, True), "many": (2, 1)}] * 3 + [{}] * 10
    found = overall(make.paired(two(make), reports), Resampler(13, draws=50))
    assert found["micro_accuracy"].value == 0.5
    assert {one.low for one in found.values()} == {None}


@settings(max_examples=30, deadline=None)
@given(data=st.data(), order=st.randoms(use_true_random=False))
def test_bounds_and_the_order_of_reports(make: Any, data: st.DataObject, order: Any) -> None:
    seen = st.tuples(
        st.sampled_from([True, False, None, make.UNSCORED]), st.sampled_from([True, False, None, make.FAILED])
    )
    many = st.tuples(st.sampled_from([1, 2, None]), st.sampled_from([1, 2, None, make.FAILED]))
    reports = data.draw(st.lists(st.fixed_dictionaries({"seen": seen}, optional={"many": many}), max_size=12))
    found = overall(make.paired(two(make), reports), Resampler(len(reports), draws=40))
    order.shuffle(reports)
    again = overall(make.paired(two(make), reports), Resampler(len(reports), draws=40))
    for name, estimate in found.items():
        assert again[name].value == pytest.approx(estimate.value)
        for one in (estimate.low, estimate.value, estimate.high):
            assert one is None or -1e-12 <= one <= 1 + 1e-12
    micro, error = found["micro_accuracy"], found["error_rate"]
    if micro.value is not None and error.value is not None:
        assert micro.value + error.value == pytest.approx(1)
    if micro.low is not None and error.high is not None:
        assert micro.low + error.high == pytest.approx(1, abs=0.1)
    assert not any(np.isnan(one.value) for one in found.values() if one.value is not None)


def test_an_empty_list_says_nothing(make: Any) -> None:
    drugs = make.variable("spans", "drugs")
    mention = [{"text": "x", "type": None, "start": 0, "end": 1}]
    reports = [{"drugs": ([], mention)}, {"drugs": ([], [])}, {"drugs": (mention, [])}]
    found = overall(make.paired([drugs], reports), Resampler(3))
    assert (found["invented_rate"].value, found["invented_rate"].n) == (0.5, 2)
    assert (found["missed_rate"].value, found["missed_rate"].n) == (1.0, 1)
