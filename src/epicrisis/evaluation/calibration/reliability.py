"""How far confidence is what it says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..estimate import Estimate, wilson
from ..pairing import Paired
from ..resampling import Array, Resampler, ratio
from ..result import Bin, Reliability
from .fitting import METHODS, Fitted, can_fit, held_out
from .scores import Scores, scores

_BINS = 10
#: With fewer cells than this in each, a bin says little: there are fewer bins then.
_PER_BIN = 10


def reliability(
    paired: Paired, resampler: Resampler, methods: Sequence[Fitted] = METHODS
) -> tuple[Reliability, ...]:
    """Raw confidence, then that of each of ``methods``, cross-validated, where there are cells enough.

    A cell is right where its outcome agrees with gold. Cells without a confidence (failed ones have none)
    are left out and counted. Empty if no cell has a confidence.
    """
    cells = scores(paired)
    if not len(cells):
        return ()
    found = [_reliability("raw", cells, cells.confidence, resampler)]
    if can_fit(cells):
        found += [
            _reliability(method, cells, held_out(cells, method, seed=resampler.seed), resampler)
            for method in methods
        ]
    return tuple(found)


def _reliability(method: str, cells: Scores, probability: Array, resampler: Resampler) -> Reliability:
    bins = make_bins(probability, cells.right)
    return Reliability(
        method=method,
        n=len(cells),
        ece=Estimate(ece(bins), len(cells), note="no interval: resampling would make it larger"),
        brier=_brier(cells, probability, resampler),
        bins=bins,
        left_out=cells.left_out,
    )


def make_bins(probability: Array, right: Array, bins: int = _BINS) -> tuple[Bin, ...]:
    """Bins of about as many cells each, from low to high; cells of one probability share a bin.

    Source of bins of equal mass: Nguyen and O'Connor, EMNLP 2015. The intervals are Wilson's.
    """
    place = _bin_of(probability, max(1, min(bins, len(probability) // _PER_BIN)))
    found = []
    for number in np.unique(place):
        inside = place == number
        its = probability[inside]
        n = int(inside.sum())
        found.append(
            Bin(
                low=float(its.min()),
                high=float(its.max()),
                n=n,
                confidence=float(its.mean()),
                right=wilson(float(right[inside].sum()), n),
            )
        )
    return tuple(found)


def _bin_of(probability: Array, bins: int) -> NDArray[np.int64]:
    _, level, counts = np.unique(probability, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / len(probability)
    its_bin = np.minimum((middle * bins).astype(np.int64), bins - 1)
    return np.asarray(its_bin[level], dtype=np.int64)


def ece(bins: tuple[Bin, ...]) -> float:
    """Expected calibration error: the mean distance between confidence and the share that is right, over
    bins, by their cells. Sources: Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017."""
    total = sum(one.n for one in bins)
    return sum(one.n * abs((one.right.value or 0.0) - one.confidence) for one in bins) / total


def brier_score(probability: Array, right: Array) -> float:
    """Mean squared distance between probability and outcome. Source: Brier, Mon Weather Rev 1950;78:1."""
    return float(np.mean((probability - right) ** 2))


def _brier(cells: Scores, probability: Array, resampler: Resampler) -> Estimate:
    count = np.bincount(cells.report, minlength=cells.reports).astype(np.float64)
    squares = np.bincount(cells.report, weights=(probability - cells.right) ** 2, minlength=cells.reports)

    def statistic(weights: Array) -> Array:
        return ratio(weights @ squares, weights @ count)[:, None]

    return resampler.estimate(statistic, ["brier"], len(cells))["brier"]
