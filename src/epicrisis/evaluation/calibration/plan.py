"""How many more annotated reports until an interval is as narrow as wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist

from ...errors import OptionError
from ..estimate import LEVEL, Estimate
from ..result import GoldPlan, VariableResult

#: Stands for the name of a variable where all are meant.
ALL = "(all)"


def plan(
    variables: Sequence[VariableResult],
    reports: int,
    half_width: float = 0.05,
    *,
    overall: Mapping[str, Estimate] | None = None,
) -> tuple[GoldPlan, ...]:
    """For each variable's first metric, how many annotated reports its interval needs to be
    ``half_width`` to both sides; the variable that needs most comes first, those that cannot be foretold
    last, and after them the first measure of ``overall``.

    ``reports``: reports scored now. A plain proportion is planned by Wilson's interval, for the same share
    of reports in which it is scored; anything else by the present interval, whose width falls with the
    root of the number of reports. Where there is no interval yet, nothing can be foretold and the note
    says why. Raises OptionError if ``half_width`` is not above 0 and below 0.5.
    """
    if not 0 < half_width < 0.5:
        raise OptionError(
            f"The half-width {half_width:g} makes no sense.", hint="Give 0.05 for 5 points to both sides."
        )
    found = []
    for variable in variables:
        if (first := next(iter(variable.metrics.items()), None)) is not None:
            found.append(_plan(variable.name, *first, reports, half_width))
    found.sort(key=lambda one: -1 if one.needed is None else one.needed, reverse=True)
    if overall and (first := next(iter(overall.items()), None)) is not None:
        found.append(_plan(ALL, *first, reports, half_width))
    return tuple(found)


def _plan(variable: str, measure: str, estimate: Estimate, reports: int, half_width: float) -> GoldPlan:
    needed, note = None, ""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        note = estimate.note or "no interval yet"
    elif estimate.method == "Wilson":
        cells = _cells_for(estimate.value, half_width)
        needed = math.ceil(cells * reports / estimate.n)
        if estimate.n < reports:
            note = f"scored in {estimate.n} of {reports} reports"
    else:
        present = (estimate.high - estimate.low) / 2
        needed = max(1, math.ceil(reports * (present / half_width) ** 2 - 1e-9))
    return GoldPlan(variable, measure, half_width, reports, needed, note)


def wilson_half_width(share: float, n: float, level: float = LEVEL) -> float:
    """Half the width of Wilson's interval for a share seen in ``n`` cases."""
    z = NormalDist().inv_cdf(0.5 + level / 2)
    return z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))


def _cells_for(share: float, half_width: float) -> int:
    """The fewest cases for which Wilson's interval is no wider: solved for n, where the square of the half
    width is h² = z² (n p (1 - p) + z²/4) / (n + z²)²."""
    z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    a, b = half_width**2, z * z
    # a n² + (2 a b - b p (1 - p)) n + a b² - b²/4 = 0
    half = a * b - b * share * (1 - share) / 2
    root = (-half + math.sqrt(half * half - a * (a * b * b - b * b / 4))) / a
    return max(1, math.ceil(root - 1e-9))
