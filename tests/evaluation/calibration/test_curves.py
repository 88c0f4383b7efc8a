"""The fitted curves beside scikit-learn's and scipy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression
from scipy.special import logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from epicrisis.evaluation.calibration.curves import along, isotonic, platt
from epicrisis.extraction.curves import NEAREST

CELLS = st.lists(
    st.tuples(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 0.9, 1.0])), st.booleans()),
    min_size=1,
    max_size=60,
)


def arrays(cells: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray([one for one, _ in cells]), np.asarray([float(right) for _, right in cells])


@given(CELLS)
def test_isotonic_is_scikit_learns_but_for_certainty(cells: list[tuple[float, bool]]) -> None:
    confidence, right = arrays(cells)
    theirs = IsotonicRegression(out_of_bounds="clip").fit(confidence, right)
    edge = 1 / (len(cells) + 2)
    at = np.concatenate([confidence, np.linspace(0, 1, 11)])
    expected = np.clip(theirs.predict(at), edge, 1 - edge)
    curve = isotonic(confidence, right)
    # Close neighbours may be joined there: they are far nearer than any confidence is exact.
    if len(np.unique(np.round(confidence, 6))) == len(np.unique(confidence)):
        assert along(curve, at) == pytest.approx(expected, abs=1e-9)


@given(CELLS)
def test_isotonic_rises_within_what_the_cells_can_show(cells: list[tuple[float, bool]]) -> None:
    confidence, right = arrays(cells)
    at = np.linspace(0, 1, 101)
    values = along(isotonic(confidence, right), at)
    edge = 1 / (len(cells) + 2)
    assert np.all(np.diff(values) >= -1e-12)
    assert np.all((values >= edge) & (values <= 1 - edge))


def test_isotonic_goes_through_scipys_fit() -> None:
    generator = np.random.default_rng(1)
    confidence = np.sort(generator.uniform(size=300))
    right = (generator.uniform(size=300) < confidence**2).astype(float)
    curve = isotonic(confidence, right)
    fitted = np.clip(isotonic_regression(right).x, 1 / 302, 301 / 302)
    assert [curve(one) for one in confidence] == pytest.approx(list(fitted))
    assert len(curve.points) < 60


@given(CELLS)
def test_both_ways_to_apply_a_curve_are_one(cells: list[tuple[float, bool]]) -> None:
    confidence, right = arrays(cells)
    for curve in (isotonic(confidence, right), platt(confidence, right)):
        assert [curve(one) for one in confidence] == pytest.approx(list(along(curve, confidence)), abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_platt_is_logistic_regression_on_his_targets(seed: int) -> None:
    generator = np.random.default_rng(seed)
    confidence = generator.uniform(size=200) ** 0.3
    right = (generator.uniform(size=200) < confidence**3).astype(float)
    ones, zeros = right.sum(), 200 - right.sum()
    # A target of t is a right cell of weight t and a wrong one of weight 1 - t.
    target = np.where(right > 0, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    x = logit(np.clip(confidence, NEAREST, 1 - NEAREST))
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(
        np.concatenate([x, x])[:, None], np.repeat([1, 0], 200), np.concatenate([target, 1 - target])
    )
    ours = platt(confidence, right)
    assert ours.slope == pytest.approx(theirs.coef_[0, 0], abs=1e-4)
    assert ours.intercept == pytest.approx(theirs.intercept_[0], abs=1e-4)


def test_platt_finds_the_line_that_made_the_cells() -> None:
    generator = np.random.default_rng(3)
    x = generator.normal(size=50_000)
    right = (generator.uniform(size=len(x)) < 1 / (1 + np.exp(-(0.6 * x - 0.4)))).astype(float)
    ours = platt(1 / (1 + np.exp(-x)), right)
    assert ours.slope == pytest.approx(0.6, abs=0.05)
    assert ours.intercept == pytest.approx(-0.4, abs=0.05)


def test_platt_never_falls_and_then_says_the_share_that_is_right() -> None:
    confidence = np.linspace(0.01, 0.99, 400)
    right = (confidence < 0.25).astype(float)
    curve = platt(confidence, right)
    assert curve.slope == pytest.approx(0, abs=1e-6)
    assert curve(0.9) == pytest.approx(right.mean(), abs=0.01)


@pytest.mark.parametrize("confidence", [[1.0] * 60, [0.0, 1.0] * 30])
def test_confidences_without_spread(confidence: list[float]) -> None:
    right = np.asarray([1.0] * 45 + [0.0] * 15)
    for curve in (isotonic(np.asarray(confidence), right), platt(np.asarray(confidence), right)):
        assert curve(1.0) == pytest.approx(0.75, abs=0.04)
