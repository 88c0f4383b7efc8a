"""McNemar's test: whether two runs are right equally often in the same cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

#: With fewer discordant cells than this the exact test is used.
FEW = 25


@dataclass(frozen=True, slots=True)
class McNemar:
    """``gained``: cells that only the compared run has right; ``lost``: cells that only the baseline has.

    ``method`` is ``exact`` (binomial) or ``chi-square`` (one degree of freedom, continuity correction,
    with its ``statistic``). ``p`` is two-sided; ``adjusted`` is ``p`` after Holm's correction.
    """

    gained: int
    lost: int
    method: Literal["exact", "chi-square"]
    p: float
    statistic: float | None = None
    adjusted: float | None = None


def mcnemar(gained: int, lost: int) -> McNemar:
    """The test for counts of discordant cells, one cell per report.

    Below ``FEW`` discordant cells the exact conditional test: two-sided binomial with probability 1/2.
    Else McNemar's chi-square (Psychometrika 1947;12:153) with the continuity correction of Edwards
    (Psychometrika 1948;13:185). Without discordant cells p is 1.
    """
    if gained + lost < FEW:
        return McNemar(gained, lost, "exact", exact(gained, lost))
    statistic, p = chi_square(gained, lost)
    return McNemar(gained, lost, "chi-square", p, statistic)


def exact(gained: int, lost: int) -> float:
    """Twice the binomial probability of so few cells, or fewer, on the side that has fewer; at most 1."""
    n, fewer = gained + lost, min(gained, lost)
    return float(min(1.0, 2 * sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n))


def chi_square(gained: int, lost: int) -> tuple[float, float]:
    """The statistic (|gained - lost| - 1)^2 / (gained + lost), not below 0, and its p."""
    n = gained + lost
    if n == 0:
        return 0.0, 1.0
    statistic = max(0, abs(gained - lost) - 1) ** 2 / n
    # The upper tail of chi-square with one degree of freedom, by way of the normal distribution.
    return statistic, math.erfc(math.sqrt(statistic / 2))
