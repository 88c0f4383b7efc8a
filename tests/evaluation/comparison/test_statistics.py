"""Differences of statistics, draw by draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from epicrisis.evaluation.comparison.statistics import OVERALL, Cells, Noted, difference, headline
from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.resampling import Resampler
from epicrisis.extraction.answer import Answer, Status


def _mention(text: str, start: int) -> dict[str, Any]:
    return {"text": text, "type": None, "start": start, "end": start + len(text)}


_SHAPE = st.tuples(st.integers(5, 15), st.integers(1, 4))


@st.composite
def _two_runs(draw: Any) -> tuple[Cells, Cells]:
    """Two runs with the same cells."""
    shape = draw(_SHAPE)
    flags = arrays(np.float64, shape, elements=st.sampled_from([0.0, 1.0]))
    there = draw(flags)
    there[0] = 1.0
    return Cells(there, there * draw(flags)), Cells(there, there * draw(flags))


def _estimates(one: Cells, other: Cells) -> dict[str, Any]:
    reports, variables = one.there.shape
    names = [*(f"v{number}" for number in range(variables)), *OVERALL]
    return Resampler(reports, draws=80).estimate(difference(one.accuracies, other.accuracies), names, 1)


@given(_two_runs())
def test_swapping_the_runs_turns_the_sign(runs: tuple[Cells, Cells]) -> None:
    one, other = runs
    forward, back = _estimates(one, other), _estimates(other, one)
    for name, estimate in forward.items():
        mirrored = back[name]
        assert estimate.value == (None if mirrored.value is None else -mirrored.value)
        assert (estimate.low is None) == (mirrored.low is None)
        if estimate.low is not None:
            assert estimate.low == pytest.approx(-mirrored.high, abs=1e-9)
            assert estimate.high == pytest.approx(-mirrored.low, abs=1e-9)


@given(_two_runs())
def test_a_run_does_not_differ_from_itself(runs: tuple[Cells, Cells]) -> None:
    for estimate in _estimates(runs[0], runs[0]).values():
        assert estimate.value == 0.0
        assert estimate.low is None


@given(_two_runs())
def test_the_difference_is_the_difference_of_the_values(runs: tuple[Cells, Cells]) -> None:
    ones = np.ones((1, len(runs[0].there)))
    values = [cells.accuracies(ones)[0] for cells in runs]
    for estimate, one, other in zip(_estimates(*runs).values(), *values, strict=True):
        assert estimate.value == pytest.approx(one - other)
        assert abs(estimate.value) <= 1


def test_the_measures_over_all_cells_by_hand() -> None:
    # Three reports, two variables; one cell is not compared.
    there = np.array([[1, 1], [1, 0], [1, 1]], dtype=np.float64)
    right = np.array([[1, 1], [0, 0], [1, 0]], dtype=np.float64)
    assert Cells(there, right).accuracies(np.ones((1, 3)))[0] == pytest.approx(
        [2 / 3, 1 / 2, 3 / 5, (2 / 3 + 1 / 2) / 2, 1 / 3]
    )


def test_a_report_without_a_cell_is_no_report_wholly_right() -> None:
    there = np.array([[0.0], [1.0]])
    assert Cells(there, np.array([[0.0], [0.0]])).accuracies(np.ones((1, 2)))[0, -1] == 0.0


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("boolean", [(True, True), (False, True), (None, False)], "f1"),
        ("category", [("a", "b"), ("b", "b"), (None, None)], "macro_f1"),
        ("ordinal", [(0, 1), (2, 2), (3, 3)], "quadratic_kappa"),
        ("quantity", [({"value": 3.0, "unit": "mm"}, {"value": 4.0, "unit": "mm"})] * 3, "r_smape"),
        ("text", [("a b c", "a b d"), ("a", "a"), ("b", None)], "rouge_l"),
        ("spans", [([_mention("cyst", 3)], [_mention("cyst", 3), _mention("stone", 9)])] * 3, "strict_f1"),
        ("group", [([{"part": True}], [{"part": Answer(Status.STATED, True)}])] * 3, "item_f1"),
        ("count", [(1, 2), (2, 2), (3, 3)], None),
        ("date", [("2024-01-01", "2024-01-02")] * 3, None),
    ],
)
def test_the_headline_of_each_kind(kind: str, cells: list[Any], expected: str | None, make: Any) -> None:
    variable = make.variable(kind)
    column = make.column(variable, cells)
    found = headline(variable, column)
    assert (found and found.measure) == expected
    if found is not None:
        metric = measure(variable, column, Resampler(len(column))).metrics[found.measure]
        assert found.statistic(np.ones((1, len(column))))[0, 0] == pytest.approx(metric.value)
        assert found.n == metric.n


def test_what_is_not_defined_is_noted_without_a_value() -> None:
    noted = Noted(2)
    found = noted.estimate(lambda weights: np.full((len(weights), 1), np.nan), ["x"], 0)
    assert found["x"].value is None
    assert noted.statistic("x", found["x"]) is not None
    assert noted.statistic("y", found["x"]) is not None
    assert Noted(2).statistic("x", found["x"]) is None
