"""The reports of a review, page by page, and who did what."""

from __future__ import annotations

import sqlite3
from typing import Literal

from pydantic import BaseModel

from . import seeing
from .choosing import Reason
from .reviews import Review

Show = Literal["all", "left", "full"]
PAGE = 50
_WHERE: dict[Show, str] = {
    "all": "",
    "left": " AND coalesce(d.mine, 0) = 0 AND coalesce(d.n, 0) < :raters",
    "full": " AND coalesce(d.n, 0) >= :raters",
}


class Worker(BaseModel):
    """What one person did on a report: how many answers are judged, and when it was done with."""

    person: str
    judged: int
    done: str | None = None


class ReportRow(BaseModel):
    """A report of a review. ``reason`` and ``confidence``: why it comes where it does; hidden from whoever
    must not know what the model answered."""

    place: int
    report_id: str
    reason: Reason | None = None
    confidence: float | None = None
    people: list[Worker] = []


class ReportPage(BaseModel):
    """Some of the reports. ``pages``: how many such pages there are, at least 1."""

    reports: list[ReportRow]
    page: int
    pages: int
    found: int


def page_of_reports(
    db: sqlite3.Connection, review: Review, person: str, *, show: Show, page: int
) -> ReportPage:
    """The reports of a page (from 1; beyond the last one is the last one), in the order of the review.

    ``left`` shows those that the person can still do, ``full`` those that nobody has to look at any more.
    """
    source = (
        " FROM review_reports r LEFT JOIN (SELECT report_id, count(*) AS n, max(reviewer = :me) AS mine"
        " FROM review_done WHERE review = :review GROUP BY report_id) d ON d.report_id = r.report_id"
        f" WHERE r.review = :review{_WHERE[show]}"
    )
    arguments: dict[str, object] = {"review": review.id, "me": person, "raters": review.raters}
    found = int(db.execute(f"SELECT count(*){source}", arguments).fetchone()[0])
    pages = max(1, -(-found // PAGE))
    page = min(page, pages)
    rows = db.execute(
        f"SELECT r.*{source} ORDER BY r.seq LIMIT :size OFFSET :start",
        {**arguments, "size": PAGE, "start": (page - 1) * PAGE},
    ).fetchall()
    people = _people(db, review.id, [row["report_id"] for row in rows])
    sees = seeing.sees_answers(db, review, person)
    return ReportPage(
        reports=[
            ReportRow(
                place=row["seq"],
                report_id=row["report_id"],
                reason=row["reason"] if sees else None,
                confidence=row["confidence"] if sees else None,
                people=people.get(row["report_id"], []),
            )
            for row in rows
        ],
        page=page,
        pages=pages,
        found=found,
    )


def why(
    db: sqlite3.Connection, review: Review, report_id: str, person: str
) -> tuple[Reason | None, float | None]:
    """Why a report comes where it does, if the person may know."""
    if not seeing.sees_answers(db, review, person):
        return None, None
    row = db.execute(
        "SELECT reason, confidence FROM review_reports WHERE review = ? AND report_id = ?",
        (review.id, report_id),
    ).fetchone()
    return (None, None) if row is None else (row["reason"], row["confidence"])


def _people(db: sqlite3.Connection, review_id: str, reports: list[str]) -> dict[str, list[Worker]]:
    marks = ", ".join("?" * len(reports))
    found: dict[str, dict[str, Worker]] = {}
    for report_id, person, count in db.execute(
        "SELECT report_id, reviewer, count(*) FROM judgements"
        f" WHERE review = ? AND report_id IN ({marks}) GROUP BY report_id, reviewer ORDER BY reviewer",
        (review_id, *reports),
    ):
        found.setdefault(report_id, {})[person.casefold()] = Worker(person=person, judged=count)
    for report_id, person, at in db.execute(
        f"SELECT report_id, reviewer, at FROM review_done WHERE review = ? AND report_id IN ({marks})",
        (review_id, *reports),
    ):
        people = found.setdefault(report_id, {})
        worker = people.setdefault(person.casefold(), Worker(person=person, judged=0))
        worker.done = at
    return {report_id: list(people.values()) for report_id, people in found.items()}
