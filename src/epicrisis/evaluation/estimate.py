"""A number with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

#: Share of repeated studies whose interval would hold the true value.
LEVEL = 0.95
#: Fewer reports than this say nothing about how reports vary.
FEWEST_REPORTS = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """``value`` is ``None`` where it is not defined, ``low`` and ``high`` where no interval can be given;
    ``note`` then says why. ``n`` is what the value was computed on, in the measure's own unit (cells,
    pairs, items). ``method`` is ``BCa``, ``Wilson``, ``percentile`` or empty."""

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    method: str = ""
    note: str | None = None

    def __str__(self) -> str:
        if self.value is None:
            return "not defined"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def undefined(n: int, note: str) -> Estimate:
    """An estimate that has no value, and why."""
    return Estimate(None, n, note=note)


def wilson(successes: float, n: int, level: float = LEVEL) -> Estimate:
    """A plain proportion of ``n`` independent cases with its score interval.

    Source: Wilson, J Am Stat Assoc 1927;22:209. Undefined for ``n`` 0; below ``FEWEST_REPORTS`` the
    interval is refused.
    """
    if n == 0:
        return undefined(0, "no such cell")
    share = successes / n
    if n < FEWEST_REPORTS:
        return Estimate(share, n, note=too_few(n))
    z = NormalDist().inv_cdf(0.5 + level / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the ends of the scale the formula gives the end itself, but for rounding.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return Estimate(share, n, low, high, "Wilson")


def too_few(n: int) -> str:
    """The note of a refused interval."""
    return f"no interval: {n} of at least {FEWEST_REPORTS} reports"
