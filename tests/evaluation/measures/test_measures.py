"""What all kinds have in common."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.measures.common import estimates, means, per_report
from epicrisis.evaluation.resampling import Resampler

KINDS = ("boolean", "category", "ordinal", "count", "quantity", "date")
VALUES: dict[str, list[Any]] = {
    "boolean": [True, False],
    "category": ["a", "b", "c"],
    "ordinal": [0, 1, 2, 3],
    "count": [0, 1, 5],
    "quantity": [{"value": one, "unit": "mm"} for one in (0.0, 1.0, 3.0, 30.0)],
    "date": ["2020", "2020-05", "2020-05-28", "2021-01-01"],
}
#: Those that are no share of anything, or may be below 0.
UNBOUNDED = ("mae", "mae_steps", "mae_days", "kappa", "linear_kappa", "quadratic_kappa")


def drawn_cells(make: Any, kind: str) -> st.SearchStrategy[list[tuple[Any, Any, float | None]]]:
    some = st.sampled_from([*VALUES[kind], None])
    answer = st.sampled_from([*VALUES[kind], None, make.FAILED])
    confidence = st.one_of(st.none(), st.sampled_from([0.5, 0.8, 0.9, 1.0]))
    return st.lists(st.tuples(some, answer, confidence), max_size=15)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data(), order=st.randoms(use_true_random=False))
def test_any_cells_give_sound_numbers(
    make: Any, kind: str, data: st.DataObject, order: random.Random
) -> None:
    cells = data.draw(drawn_cells(make, kind))
    variable = make.variable(kind)
    found = measure(variable, make.column(variable, cells), Resampler(len(cells), draws=50))
    assert found.n == len(cells) == sum(found.outcomes.values())
    assert list(found.outcomes) == [str(one) for one in Outcome]
    for name, estimate in found.metrics.items():
        if estimate.value is None:
            assert estimate.note
            assert estimate.low is None
            assert estimate.high is None
            continue
        numbers = [one for one in (estimate.low, estimate.value, estimate.high) if one is not None]
        assert all(math.isfinite(one) for one in numbers)
        assert 0 < estimate.n <= len(cells)
        if name not in UNBOUNDED:
            assert all(-1e-12 <= one <= 1 + 1e-12 for one in numbers)
        elif "kappa" in name:
            assert -1 - 1e-12 <= estimate.value <= 1 + 1e-12
        else:
            assert estimate.value >= 0
        if estimate.low is None or estimate.high is None:
            assert estimate.note
        else:
            assert estimate.n >= 5
            assert estimate.low <= estimate.high
    # The order of the reports is nobody's business.
    order.shuffle(cells)
    again = measure(variable, make.column(variable, cells), Resampler(len(cells), draws=50))
    assert again.outcomes == found.outcomes
    for name, estimate in found.metrics.items():
        assert again.metrics[name].n == estimate.n
        assert again.metrics[name].value == pytest.approx(estimate.value, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_absence_is_scored_as_its_own_thing(make: Any, kind: str) -> None:
    one, other = VALUES[kind][0], VALUES[kind][-1]
    variable = make.variable(kind)
    cells = [
        *[(one, one)] * 6,
        *[(one, other)] * 2,
        *[(one, None)] * 3,
        (one, make.FAILED),
        *[(None, one)] * 2,
        *[(None, None)] * 5,
        (None, make.FAILED),
        *[(make.UNSCORED, one)] * 4,
    ]
    found = measure(variable, make.column(variable, cells), Resampler(len(cells), draws=100))
    assert found.outcomes == {"right": 6, "wrong": 2, "missed": 3, "invented": 2, "silent": 5, "failed": 2}
    assert found.n == 20
    expected = {
        "accuracy": (11, 20),
        "value_recall": (6, 12),
        "value_precision": (6, 10),
        "invented_rate": (2, 8),
    }
    for name, (count, n) in expected.items():
        estimate = found.metrics[name]
        assert (estimate.value, estimate.n, estimate.method) == (count / n, n, "Wilson")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 6])
def test_a_column_without_cells_has_no_numbers(make: Any, kind: str, size: int) -> None:
    found = measure(make.variable(kind), [None] * size, Resampler(size, draws=20))
    assert found.n == 0
    assert found.confusion is None
    assert {estimate.value for estimate in found.metrics.values()} == {None}
    assert {estimate.n for estimate in found.metrics.values()} == {0}
    assert {estimate.note for estimate in found.metrics.values()} == {"no such cell"}


@pytest.mark.parametrize("kind", KINDS)
def test_fewer_than_five_cells_have_no_interval(make: Any, kind: str) -> None:
    one, other = VALUES[kind][0], VALUES[kind][-1]
    variable = make.variable(kind)
    few = [(one, one, 0.9), (one, other, 0.8), (other, other, 0.9), (None, one, 0.6)]
    for cells in (few, [*few, *[(make.UNSCORED, one)] * 20]):
        found = measure(variable, make.column(variable, cells), Resampler(len(cells), draws=20))
        for estimate in found.metrics.values():
            assert (estimate.low, estimate.high) == (None, None)
            assert "of at least 5" in str(estimate.note)


@pytest.mark.parametrize("kind", KINDS)
def test_all_failed_is_all_wrong(make: Any, kind: str) -> None:
    variable = make.variable(kind)
    cells = [(VALUES[kind][n % 2], make.FAILED) for n in range(10)]
    metrics = measure(variable, make.column(variable, cells), Resampler(10, draws=50)).metrics
    assert metrics["accuracy"].value == 0
    assert metrics["value_recall"].value == 0
    assert metrics["value_precision"].value is None
    for name in (
        "recall",
        "f1",
        "specificity",
        "balanced_accuracy",
        "macro_f1",
        "weighted_f1",
        "exact",
        "r_smape",
    ):
        assert name not in metrics or metrics[name].value == 0
    for name in ("mae", "mae_days", "quadratic_kappa"):
        assert name not in metrics or metrics[name].value is None


@pytest.mark.parametrize("kind", KINDS)
def test_all_right_is_all_right(make: Any, kind: str) -> None:
    variable = make.variable(kind)
    cells = [(VALUES[kind][n % 2], VALUES[kind][n % 2], 0.9) for n in range(10)]
    metrics = measure(variable, make.column(variable, cells), Resampler(10, draws=50)).metrics
    for name, estimate in metrics.items():
        if name != "invented_rate":
            assert estimate.value == (0 if name.startswith("mae") else 1), name


def test_the_first_two_metrics_are_for_the_summary(make: Any) -> None:
    first = {kind: list(measure(make.variable(kind), [], Resampler(0)).metrics)[:2] for kind in KINDS}
    assert first == {
        "boolean": ["accuracy", "f1"],
        "category": ["accuracy", "macro_f1"],
        "ordinal": ["accuracy", "quadratic_kappa"],
        "count": ["accuracy", "mae"],
        "quantity": ["accuracy", "r_smape"],
        "date": ["accuracy", "within_7_days"],
    }


def test_a_label_is_shown_in_a_language_it_has(make: Any) -> None:
    variable = make.variable("boolean", label={"nl": "Infarct"})
    assert measure(variable, [], Resampler(0)).label == "Infarct"


def test_the_reason_for_no_value_is_given() -> None:
    statistic = means(per_report([None] * 8, {}), per_report([None] * 8, {1: 2.0, 3: 4.0}))
    found = estimates(Resampler(8, draws=50), statistic, ["none", "few"], [6, 2], why={"none": "because"})
    assert (found["none"].value, found["none"].note) == (None, "because")
    assert (found["few"].value, found["few"].low) == (3.0, None)
