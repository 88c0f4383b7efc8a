"""Bins, their errors, and what is left out."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss

from epicrisis.evaluation.calibration import reliability
from epicrisis.evaluation.calibration.reliability import ece, make_bins
from epicrisis.evaluation.pairing import Paired
from epicrisis.evaluation.resampling import Resampler


def test_calibrated_confidences_have_a_small_error_and_bins_in_step(simulated: Callable[..., Paired]) -> None:
    raw, *fitted = reliability(simulated(400, 10), Resampler(400, draws=200))
    assert raw.method == "raw"
    assert raw.ece.value is not None
    assert raw.ece.value < 0.03
    assert [one.n for one in raw.bins] == [400] * 10
    for one in raw.bins:
        assert one.right.low is not None
        assert one.right.high is not None
        assert one.right.low - 0.03 < one.confidence < one.right.high + 0.03
    assert {one.method for one in fitted} == {"isotonic", "platt", "combined"}
    assert all((one.ece.value or 0) < 0.03 for one in fitted)


def test_overconfidence_is_seen_and_mended(simulated: Callable[..., Paired]) -> None:
    raw, *fitted = reliability(simulated(200, 5, power=4), Resampler(200, draws=200))
    assert raw.ece.value is not None
    assert raw.brier.value is not None
    assert raw.ece.value > 0.2
    for one in fitted:
        assert (one.ece.value or 1) < 0.06
        assert (one.brier.value or 1) < raw.brier.value - 0.05
        assert one.n == raw.n == 1000


def test_brier_is_scikit_learns_with_an_interval(simulated: Callable[..., Paired]) -> None:
    paired = simulated(80, 3, power=2)
    raw = reliability(paired, Resampler(80, draws=300))[0]
    pairs = [pair for report in paired.reports for pair in report.pairs.values()]
    theirs = brier_score_loss(
        [pair.outcome.agrees for pair in pairs], [pair.answer.confidence for pair in pairs]
    )
    assert raw.brier.value == pytest.approx(theirs)
    assert raw.brier.low is not None
    assert raw.brier.high is not None
    assert raw.brier.low < theirs < raw.brier.high


def test_cells_without_a_confidence_are_left_out_and_counted(paired: Callable[..., Paired]) -> None:
    rows = [[(0.9, True), (None, False), "failed", None]] * 6
    (raw,) = reliability(paired(rows), Resampler(6, draws=50))
    assert (raw.n, raw.left_out) == (6, 12)
    assert raw.brier.value == pytest.approx(0.01)
    assert raw.ece.value == pytest.approx(0.1)
    assert raw.bins[0].right.value == 1.0


def test_nothing_to_bin(paired: Callable[..., Paired]) -> None:
    assert reliability(paired([[(None, True)], ["failed"]]), Resampler(2, draws=10)) == ()
    assert reliability(paired([]), Resampler(0, draws=10)) == ()


def test_few_cells_have_no_curves(simulated: Callable[..., Paired]) -> None:
    assert [one.method for one in reliability(simulated(40), Resampler(40, draws=50))] == ["raw"]


def test_one_confidence_is_one_bin() -> None:
    bins = make_bins(np.full(200, 0.9), np.repeat([1.0, 0.0], [150, 50]))
    assert len(bins) == 1
    assert ece(bins) == pytest.approx(0.15)


@given(
    st.lists(
        st.tuples(st.one_of(st.floats(0, 1), st.sampled_from([0.5, 1.0])), st.booleans()),
        min_size=1,
        max_size=120,
    )
)
def test_bins_hold_every_cell_once_in_order(cells: list[tuple[float, bool]]) -> None:
    probability = np.asarray([one for one, _ in cells])
    right = np.asarray([float(one) for _, one in cells])
    bins = make_bins(probability, right)
    assert sum(one.n for one in bins) == len(cells)
    assert len(bins) <= 10
    assert all(left.high < following.low for left, following in pairwise(bins))
    assert sum(one.n * one.confidence for one in bins) == pytest.approx(probability.sum())
    assert sum(one.n * (one.right.value or 0) for one in bins) == pytest.approx(right.sum())
    assert 0 <= ece(bins) <= 1
    shuffled = np.random.default_rng(0).permutation(len(cells))
    assert ece(make_bins(probability[shuffled], right[shuffled])) == pytest.approx(ece(bins))
