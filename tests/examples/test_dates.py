"""Dates as reports write them."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.examples.dates import dates_written
from epicrisis.extraction.grounding import Grounds


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("2023-01-12", "d.d. 12-01-2023"),
        ("2023-01-02", "op 2/1/23 gezien"),
        ("2023-01-12", "12 januari 2023"),
        ("2023-03-12", "12. März 2023"),
        ("2023-03-12", "12 mrt. 2023"),
        ("2023-03-12", "March 12, 2023"),
        ("2023-02-01", "le 01 février 2023"),
        ("2023-12-31", "12/31/2023"),
        ("2023-12-31", "2023-12-31"),
        ("2023-05", "mei 2023"),
        ("2023-05", "sinds 05-2023"),
        ("2023", "in 2023"),
    ],
)
def test_it_is_found(value: str, text: str) -> None:
    assert any(Grounds(text).occurrences(form) for form in dates_written(value))


@pytest.mark.parametrize(
    ("value", "text"), [("2023-01-12", "11-01-2023"), ("2023", "12023"), ("2023-01-02", "12-01-2023")]
)
def test_another_date_is_not(value: str, text: str) -> None:
    assert not any(Grounds(text).occurrences(form) for form in dates_written(value))


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_the_day_stands_before_the_month_first(date: datetime.date) -> None:
    forms = dates_written(date.isoformat())
    assert forms[0] == f"{date:%d-%m-%Y}"
    assert len(set(forms)) == len(forms)
