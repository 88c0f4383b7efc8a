"""What a run costs, for a thousand reports."""

from __future__ import annotations

import math

from ..errors import OptionError
from ..extraction.answer import Usage
from .pairing import Paired
from .result import Cost

PER = 1000


def cost(paired: Paired, cost_per_hour: float | None = None) -> Cost | None:
    """Engine seconds and tokens per 1,000 reports, from the scored ones; ``None`` if no report is.

    ``cost_per_hour`` is what an hour of the engine costs, in any currency. Seconds are those the engine
    worked on each report, added up: an engine that answers several reports at once is done sooner.
    Raises ``OptionError`` for a cost below zero or not finite.
    """
    if cost_per_hour is not None and not (math.isfinite(cost_per_hour) and cost_per_hour >= 0):
        raise OptionError(
            f"The cost per hour cannot be {cost_per_hour:g}.",
            hint="Give a number of 0 or more, such as 2.50.",
        )
    reports = len(paired.reports)
    if not reports:
        return None
    total = sum((report.usage for report in paired.reports), Usage())
    factor = PER / reports
    seconds = total.seconds * factor
    return Cost(
        reports=reports,
        seconds=seconds,
        evaluated_tokens=total.evaluated_tokens * factor,
        cached_tokens=total.cached_tokens * factor,
        generated_tokens=total.completion_tokens * factor,
        cost_per_hour=cost_per_hour,
        money=None if cost_per_hour is None else seconds / 3600 * cost_per_hour,
    )
