"""Which cells a curve is fitted on, and what is held out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from epicrisis.evaluation.calibration.fitting import FOLDS, can_fit, enough, fit_curves, held_out
from epicrisis.evaluation.calibration.scores import scores
from epicrisis.evaluation.pairing import Paired


def test_patients_are_groups_and_reports_where_no_patient_is_known(paired: Callable[..., Paired]) -> None:
    rows = [[(0.5, True)]] * 4
    assert list(scores(paired(rows, patients=["p", "q", "p", "q"])).groups) == [0, 1, 0, 1]
    assert list(scores(paired(rows)).groups) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("cells", "right", "answer"), [(50, 45, True), (49, 40, False), (60, 56, False), (60, 4, False)]
)
def test_what_a_curve_needs(cells: int, right: int, answer: bool) -> None:
    assert enough(np.repeat([1.0, 0.0], [right, cells - right])) is answer


def test_a_variable_with_few_cells_borrows_the_curve_of_all(paired: Callable[..., Paired]) -> None:
    generator = np.random.default_rng(0)
    rows = [
        [(float(p), bool(r)), (float(p), bool(r)) if number < 20 else None]
        for number, (p, r) in enumerate(
            zip(generator.uniform(0.2, 1, 80), generator.uniform(size=80) < 0.6, strict=True)
        )
    ]
    curves = fit_curves(scores(paired(rows)), "platt")
    assert list(curves.own) == [0]
    assert curves.own[0].n == 80
    assert curves.pooled.n == 100


def test_a_cell_has_no_say_in_its_own_probability(simulated: Callable[..., Paired]) -> None:
    cells = scores(simulated(120, 2))
    before = held_out(cells, "isotonic")
    first = cells.report == 0
    cells.right[first] = 1 - cells.right[first]
    assert held_out(cells, "isotonic")[first] == pytest.approx(before[first])


def test_neither_have_the_other_reports_of_its_patient(paired: Callable[..., Paired]) -> None:
    generator = np.random.default_rng(4)
    rows = [[(float(p), bool(p > 0.5))] for p in generator.uniform(size=90)]
    together = paired(rows, patients=[f"p{number // 3}" for number in range(90)])
    cells = scores(together)
    before = held_out(cells, "isotonic")
    cells.right[0] = 1 - cells.right[0]
    after = held_out(cells, "isotonic")
    assert after[:3] == pytest.approx(before[:3])
    assert not np.allclose(after[3:], before[3:])


def test_the_same_seed_gives_the_same_folds(simulated: Callable[..., Paired]) -> None:
    cells = scores(simulated(100))
    assert np.array_equal(held_out(cells, "platt", seed=3), held_out(cells, "platt", seed=3))
    assert not np.array_equal(held_out(cells, "platt", seed=3), held_out(cells, "platt", seed=4))


def test_fewer_groups_than_folds(simulated: Callable[..., Paired]) -> None:
    cells = scores(simulated(3, 26))
    assert len(cells.groups) < FOLDS
    assert can_fit(cells)
    assert np.all(np.isfinite(held_out(cells, "platt")))
    assert not can_fit(scores(simulated(1, 26)))
