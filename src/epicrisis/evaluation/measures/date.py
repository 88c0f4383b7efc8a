"""Dates. One without its day or month is the period it spans; two are as far apart as the gap between."""

from __future__ import annotations

import datetime
from calendar import monthrange

from ...codebook.variable import DateVariable
from ..resampling import Resampler
from ..result import VariableResult
from .common import (
    Column,
    absence,
    accuracy,
    estimates,
    exact,
    in_both,
    in_gold,
    means,
    per_report,
    result,
    share,
)

WITHIN = (7, 30)


def measure_date(variable: DateVariable, column: Column, resampler: Resampler) -> VariableResult:
    """Exact (also in how precise it is) and within days, where gold has a date; mean gap where both have."""
    gaps = {
        place: float(days_apart(str(pair.answer.value), str(pair.gold.value)))
        for place, pair in enumerate(column)
        if pair is not None and in_both(pair)
    }
    dated = [place for place, pair in enumerate(column) if pair is not None and in_gold(pair)]
    within = {
        f"within_{days}_days": share(place in gaps and gaps[place] <= days for place in dated)
        for days in WITHIN
    }
    found = estimates(resampler, means(per_report(column, gaps)), ["mae_days"], len(gaps))
    metrics = {
        "accuracy": accuracy(column),
        f"within_{WITHIN[0]}_days": within.pop(f"within_{WITHIN[0]}_days"),
        "exact": exact(column),
        **within,
        **found,
        **absence(column),
    }
    return result(variable, column, metrics)


def days_apart(one: str, other: str) -> int:
    """Days between two dates (YYYY, YYYY-MM or YYYY-MM-DD), each taken as the period it spans; 0 where
    the periods touch or overlap in a day. Raises ``ValueError`` for what is no date."""
    (start, end), (other_start, other_end) = period(one), period(other)
    return max(0, (other_start - end).days, (start - other_end).days)


def period(date: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a year, a month or a day."""
    parts = [int(part) for part in date.split("-")]
    year = parts[0]
    first_month, last_month = (parts[1], parts[1]) if len(parts) > 1 else (1, 12)
    first_day, last_day = (parts[2], parts[2]) if len(parts) > 2 else (1, monthrange(year, last_month)[1])
    return datetime.date(year, first_month, first_day), datetime.date(year, last_month, last_day)
