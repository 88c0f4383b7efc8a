"""How a score grows with the number of reports: ``a - b * n ** -c``, an inverse power law.

What learning curves of classifiers follow: Cortes et al., NIPS 1993; Figueroa et al., BMC Med Inform Decis
Mak 2012;12:8, who predict from it what more annotation brings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any

#: The exponents that are tried: slower than any seen, to faster than a mean converges.
_SLOWEST, _FASTEST, _STEPS = 0.1, 2.0, 60


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """``ceiling`` is what endless data would give (1 at the most), ``drop`` how far below it one report is,
    ``rate`` how fast that is made up for."""

    ceiling: float
    drop: float
    rate: float

    def at(self, reports: float) -> float:
        """The score that is expected of so many reports."""
        return float(self.ceiling - self.drop * reports**-self.rate)

    def gain(self, reports: float) -> float:
        """What twice as many reports are expected to add."""
        return self.at(2 * reports) - self.at(reports)


def fit(reports: Sequence[float], scores: Sequence[float]) -> PowerLaw:
    """The law nearest to the points (least squares), never falling and never above 1."""
    numpy = with_numpy()
    ceilings, drops, rates = _fits(numpy.asarray(reports, float), numpy.asarray([scores], float))
    return PowerLaw(float(ceilings[0]), float(drops[0]), float(rates[0]))


def gains(reports: Sequence[float], scores: Array) -> Array:
    """What twice the largest number of reports is expected to add, for each row of scores (rows x points)."""
    numpy = with_numpy()
    sizes = numpy.asarray(reports, float)
    _, drops, rates = _fits(sizes, scores)
    found: Array = drops * sizes[-1] ** -rates * (1 - 2.0**-rates)
    return found


def _fits(sizes: Array, scores: Array) -> tuple[Array, Array, Array]:
    """Ceiling, drop and rate for each row. For a given rate the law is a straight line in ``n ** -rate``,
    whose best bounded fit is known; of all rates the one with the smallest error."""
    numpy = with_numpy()
    rates = numpy.geomspace(_SLOWEST, _FASTEST, _STEPS)
    x = sizes[None, :] ** -rates[:, None]  # rates x points
    middle = x.mean(axis=1)
    means = scores.mean(axis=1)
    spread = ((x - middle[:, None]) ** 2).sum(axis=1)
    slope = (scores - means[:, None]) @ (x - middle[:, None]).T / spread  # rows x rates
    drops = numpy.maximum(0.0, -slope)
    ceilings = means[:, None] + drops * middle
    # The line through 1, where the free one would end above it.
    bounded = numpy.maximum(0.0, (1 - scores) @ x.T / (x**2).sum(axis=1))
    above = ceilings > 1
    drops, ceilings = numpy.where(above, bounded, drops), numpy.where(above, 1.0, ceilings)
    errors = ((scores[:, None, :] - ceilings[:, :, None] + drops[:, :, None] * x[None, :, :]) ** 2).sum(
        axis=2
    )  # rows x rates
    # Of equal fits (a flat curve) the first: the slowest.
    best = numpy.argmin(numpy.round(errors, 15), axis=1)
    rows = numpy.arange(len(scores))
    return ceilings[rows, best], drops[rows, best], rates[best]


def with_numpy() -> Any:
    """The module. Raises ``MissingExtraError`` where it is not installed."""
    try:
        import numpy
    except ImportError as error:  # pragma: no cover - the core install has no numpy
        raise MissingExtraError.for_extra("tune", "Tuning") from error
    return numpy
