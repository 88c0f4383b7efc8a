"""Which reports a run is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.errors import OptionError, ReadingError
from epicrisis.reading import reports as reports_of
from epicrisis.report import Report
from epicrisis.runs.selection import select

TEN = reports_of([Report(f"r{n}", f"text {n}") for n in range(10)])


def ids(selected: Any) -> list[str]:
    return [report.id for report in selected.reports]


def test_all_the_first_or_the_named() -> None:
    assert len(ids(select(TEN))) == 10
    assert ids(select(TEN, limit=3)) == ["r0", "r1", "r2"]
    chosen = select(TEN, ids=frozenset({"r7", "r2"}))
    assert ids(chosen) == ids(chosen) == ["r2", "r7"]
    assert chosen.survey.reports == 2
    assert (chosen.source.limit, chosen.source.ids) == (None, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": 0}, "limit is 0"),
        ({"ids": frozenset()}, "empty"),
        ({"ids": frozenset({"r1", "x9"})}, "x9"),
        ({"ids": frozenset({"x9"})}, "x9"),
    ],
)
def test_what_cannot_be_selected(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        select(TEN, **options)


def test_a_repeated_id_stops_before_anything_begins() -> None:
    with pytest.raises(ReadingError, match="more than once"):
        select(reports_of([Report("a", "one"), Report("a", "two")]))


@pytest.mark.parametrize(
    "change",
    [
        lambda r: Report("other", r.text),
        lambda r: Report(r.id, "other"),
        lambda r: Report(r.id, r.text, patient="p"),
        lambda r: Report(r.id, r.text, date="2026"),
        lambda r: Report(r.id, r.text, metadata={"ward": "A"}),
    ],
)
def test_any_change_of_the_reports_shows_in_the_digest(change: Callable[[Report], Report]) -> None:
    reports = [Report("a", "one"), Report("b", "two")]
    before = select(reports_of(reports)).source.digest
    assert select(reports_of(list(reports))).source.digest == before
    assert select(reports_of([reports[0], change(reports[1])])).source.digest != before
    assert select(reports_of(reports[::-1])).source.digest != before
