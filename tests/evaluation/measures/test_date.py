from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.measures.date import days_apart, measure_date, period
from epicrisis.evaluation.resampling import Resampler

days = st.dates()
dates = days.flatmap(lambda day: st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]]))


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("2024-02-28", "2024-03-01", 2),
        ("2024-02", "2024-03-01", 1),
        ("2024-02", "2024-02-29", 0),
        ("2023", "2024", 1),
        ("2023", "2023-07", 0),
        ("2024-12-31", "2023", 366),
        ("9999", "9999-12-31", 0),
    ],
)
def test_periods_are_apart_by_the_gap_between_them(one: str, other: str, apart: int) -> None:
    assert days_apart(one, other) == days_apart(other, one) == apart


@settings(deadline=None)
@given(dates, dates)
def test_distances(one: str, other: str) -> None:
    assert days_apart(one, one) == 0
    assert days_apart(one, other) == days_apart(other, one) >= 0
    # Knowing less brings nothing further away.
    assert days_apart(one[:4], other) <= days_apart(one, other)


@settings(deadline=None)
@given(days)
def test_a_day_lies_in_its_month_and_year(day: datetime.date) -> None:
    text = day.isoformat()
    assert period(text) == (day, day)
    for part in (text[:7], text[:4]):
        start, end = period(part)
        assert start <= day <= end
    assert (period(text[:4])[1] - period(text[:4])[0]).days in (364, 365)


def test_dates_within_days(make: Any) -> None:
    cells = [
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01", "2024-05-08"),
        ("2024-05-01", "2024-05-09"),
        ("2024-05-01", "2024-05-31"),
        ("2024-05-01", "2024-06-01"),
        ("2024-05-01", "2024-05"),
        ("2024-05-01", None),
        ("2024-05-01", make.FAILED),
        (None, "2024-05-01"),
    ]
    variable = make.variable("date")
    found = measure_date(variable, make.column(variable, cells), Resampler(len(cells), draws=50)).metrics
    assert {
        name: (found[name].value, found[name].n) for name in ("exact", "within_7_days", "within_30_days")
    } == {
        "exact": (1 / 8, 8),
        "within_7_days": (3 / 8, 8),
        "within_30_days": (5 / 8, 8),
    }
    assert (found["mae_days"].value, found["mae_days"].n) == (pytest.approx((0 + 7 + 8 + 30 + 31 + 0) / 6), 6)
