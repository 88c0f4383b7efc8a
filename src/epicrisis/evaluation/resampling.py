"""Bootstrap intervals over reports, for many statistics at once.

A statistic is a function of weights: a row of weights says how often each report was drawn, and the
statistic turns rows into values. Sums over reports are then one matrix product for all draws together.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError
from .estimate import FEWEST_REPORTS, LEVEL, Estimate, too_few

try:
    import numpy as np
except ImportError as error:  # pragma: no cover - the core install has no numpy
    raise MissingExtraError.for_extra("evaluation", "Measuring") from error

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    #: Weights (draws x reports) in, values (draws x metrics) out; NaN where a value is not defined.
    Statistic = Callable[[Array], Array]
else:
    Array = Any
    Statistic = Callable

DRAWS = 2000
#: Weights held in memory at once, in numbers.
_CHUNK = 8_000_000
#: With more reports than this, the jackknife leaves out blocks of reports instead of single ones.
_JACKKNIFE = 500
#: An interval is refused if more than this share of the draws has no value.
_MOST_UNDEFINED = 0.1


class Resampler:
    """Draws ``reports`` reports with replacement, ``draws`` times. The same seed gives the same draws, so
    that two statistics of one resampler can be compared draw by draw."""

    def __init__(self, reports: int, *, draws: int = DRAWS, seed: int = 0, level: float = LEVEL) -> None:
        self.reports = reports
        self.draws = draws
        self.seed = seed
        self.level = level

    def estimate(
        self, statistic: Statistic, names: Sequence[str], n: int | Sequence[int]
    ) -> dict[str, Estimate]:
        """Each of the statistic's values with its BCa interval (Efron, J Am Stat Assoc 1987;82:171).

        ``names`` of the values in order; ``n`` for all, or one for each.
        """
        counts = [n] * len(names) if isinstance(n, int) else list(n)
        points = statistic(np.ones((1, self.reports)))[0]
        if self.reports < FEWEST_REPORTS:
            return {
                name: _bare(float(point), count, too_few(self.reports))
                for name, point, count in zip(names, points, counts, strict=True)
            }
        drawn = self.values(statistic)
        left_out = np.concatenate([statistic(weights) for weights in self._jackknife()])
        return {
            name: self._interval(float(points[place]), drawn[:, place], left_out[:, place], counts[place])
            for place, name in enumerate(names)
        }

    def values(self, statistic: Statistic) -> Array:
        """The statistic in every draw (draws x metrics)."""
        return np.concatenate([statistic(weights) for weights in self._weights()])

    def _interval(self, point: float, drawn: Array, left_out: Array, n: int) -> Estimate:
        if not np.isfinite(point):
            return Estimate(None, n, note="not defined for these reports")
        kept = drawn[np.isfinite(drawn)]
        if len(kept) < (1 - _MOST_UNDEFINED) * len(drawn):
            return _bare(point, n, "no interval: not defined in many of the draws")
        if np.ptp(kept) < 1e-12:
            return _bare(point, n, "no interval: the reports do not vary")
        normal = NormalDist()
        below = (np.mean(kept < point - 1e-12) + np.mean(kept <= point + 1e-12)) / 2
        bias = normal.inv_cdf(float(np.clip(below, 0.5 / len(kept), 1 - 0.5 / len(kept))))
        acceleration = _acceleration(left_out)
        bounds = []
        for tail in ((1 - self.level) / 2, (1 + self.level) / 2):
            z = bias + normal.inv_cdf(tail)
            share = normal.cdf(bias + z / max(1e-6, 1 - acceleration * z))
            bounds.append(float(np.quantile(kept, share)))
        return Estimate(point, n, min(bounds), max(bounds), "BCa")

    @cached_property
    def _kept(self) -> list[Array]:
        return list(self._draw())

    def _weights(self) -> Iterator[Array]:
        # All draws are kept for the next statistic where they fit.
        return iter(self._kept) if self.draws * self.reports <= _CHUNK else self._draw()

    def _draw(self) -> Iterator[Array]:
        generator = np.random.default_rng(self.seed)
        rows = max(1, _CHUNK // max(1, self.reports))
        for start in range(0, self.draws, rows):
            count = min(rows, self.draws - start)
            chosen = generator.integers(0, self.reports, size=(count, self.reports))
            chosen += np.arange(count)[:, None] * self.reports
            weights = np.bincount(chosen.ravel(), minlength=count * self.reports)
            yield weights.reshape(count, self.reports).astype(np.float64)

    def _jackknife(self) -> Iterator[Array]:
        order = np.random.default_rng(self.seed).permutation(self.reports)
        blocks = np.array_split(order, min(self.reports, _JACKKNIFE))
        rows = max(1, _CHUNK // max(1, self.reports))
        for start in range(0, len(blocks), rows):
            some = blocks[start : start + rows]
            weights = np.ones((len(some), self.reports))
            for row, block in enumerate(some):
                weights[row, block] = 0.0
            yield weights


def ratio(numerator: Array, denominator: Array) -> Array:
    """``numerator / denominator``, NaN where the denominator is 0."""
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(denominator == 0, np.nan, numerator / denominator), dtype=np.float64)


def _bare(point: float, n: int, note: str) -> Estimate:
    if not np.isfinite(point):
        return Estimate(None, n, note="not defined for these reports")
    return Estimate(point, n, note=note)


def _acceleration(left_out: Array) -> float:
    kept = left_out[np.isfinite(left_out)]
    if len(kept) < 2:
        return 0.0
    distance = kept.mean() - kept
    spread = float((distance**2).sum())
    return float((distance**3).sum()) / (6 * spread**1.5) if spread > 1e-24 else 0.0
