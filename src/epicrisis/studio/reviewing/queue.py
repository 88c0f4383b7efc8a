"""Who is done with which report, which comes next, and how long the rest will take."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from pydantic import BaseModel

from ..people.activity import note, now
from ..web.refusals import not_found
from .reviews import Review

#: A report that somebody opened and left is given to others after this many seconds.
CLAIM = 30 * 60.0
#: A longer gap between two reports was a break, not work (seconds).
_BREAK = 15 * 60.0
#: How many of the latest reports a pace is taken from.
_LATEST = 30

# Reports with how many people are done with them, and whether the person is one.
_STATES = (
    " FROM review_reports r LEFT JOIN (SELECT report_id, count(*) AS n, max(reviewer = :me) AS mine"
    " FROM review_done WHERE review = :review GROUP BY report_id) d ON d.report_id = r.report_id"
    " WHERE r.review = :review"
)
# Reports that the person can still do.
_LEFT = f"{_STATES} AND coalesce(d.mine, 0) = 0 AND coalesce(d.n, 0) < :raters"


class Progress(BaseModel):
    """How far a review is. ``mine`` is what the person is done with, ``left`` what the person can still do,
    ``full`` what as many are done with as the review asks for. ``seconds``: for the rest, at one's own pace;
    ``None`` until one has a pace."""

    reports: int
    full: int
    mine: int
    left: int
    seconds: float | None = None


def progress(db: sqlite3.Connection, review: Review, person: str) -> Progress:
    """How far ``person`` is."""
    arguments = {"review": review.id, "me": person, "raters": review.raters}
    row = db.execute(
        "SELECT count(*), coalesce(sum(coalesce(d.n, 0) >= :raters), 0), coalesce(sum(d.mine), 0),"
        f" coalesce(sum(coalesce(d.mine, 0) = 0 AND coalesce(d.n, 0) < :raters), 0) {_STATES}",
        arguments,
    ).fetchone()
    each = pace(db, review.id, person)
    left = int(row[3])
    return Progress(
        reports=row[0], full=row[1], mine=row[2], left=left, seconds=None if each is None else each * left
    )


def left(db: sqlite3.Connection, review: Review, person: str) -> int:
    """How many reports the person can still do."""
    arguments = {"review": review.id, "me": person, "raters": review.raters}
    return int(db.execute(f"SELECT count(*) {_LEFT}", arguments).fetchone()[0])


def pace(db: sqlite3.Connection, review_id: str, person: str) -> float | None:
    """Seconds a report takes the person: the median time between two, breaks left out."""
    rows = db.execute(
        "SELECT at FROM review_done WHERE review = ? AND reviewer = ? ORDER BY at DESC LIMIT ?",
        (review_id, person, _LATEST),
    ).fetchall()
    times = [datetime.fromisoformat(row["at"]) for row in rows]
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(times)]
    worked = [gap for gap in gaps if gap <= _BREAK]
    return median(worked) if worked else None


def take_next(db: sqlite3.Connection, review: Review, person: str, after: str | None = None) -> str | None:
    """The next report for the person, which is the person's from now on; ``None`` if none is left or others
    are at work on all that are. Those behind ``after`` come first, then those before it."""
    row = db.execute(
        f"SELECT r.report_id {_LEFT} AND r.report_id IS NOT :after AND (SELECT count(*) FROM review_claims c"
        " WHERE c.review = :review AND c.report_id = r.report_id AND c.reviewer <> :me AND c.at > :since"
        " AND NOT EXISTS (SELECT 1 FROM review_done o WHERE o.review = c.review"
        " AND o.report_id = c.report_id AND o.reviewer = c.reviewer)) + coalesce(d.n, 0) < :raters"
        " ORDER BY r.seq < :place, r.seq LIMIT 1",
        {
            "review": review.id,
            "me": person,
            "raters": review.raters,
            "after": after,
            "since": (datetime.now(UTC) - timedelta(seconds=CLAIM)).isoformat(timespec="milliseconds"),
            "place": 0 if after is None else place_of(db, review.id, after),
        },
    ).fetchone()
    if row is None:
        return None
    claim(db, review.id, row["report_id"], person)
    return str(row["report_id"])


def claim(db: sqlite3.Connection, review_id: str, report_id: str, person: str) -> None:
    """Say that the person is at work on a report."""
    db.execute(
        "INSERT INTO review_claims VALUES (?, ?, ?, ?)"
        " ON CONFLICT (review, report_id, reviewer) DO UPDATE SET at = excluded.at",
        (review_id, report_id, person, now()),
    )


def previous(db: sqlite3.Connection, review_id: str, report_id: str, person: str) -> str | None:
    """The last report before this one that the person worked at."""
    row = db.execute(
        "SELECT r.report_id FROM review_reports r JOIN review_claims c ON c.review = r.review"
        " AND c.report_id = r.report_id AND c.reviewer = ? WHERE r.review = ? AND r.seq < ?"
        " ORDER BY r.seq DESC LIMIT 1",
        (person, review_id, place_of(db, review_id, report_id)),
    ).fetchone()
    return None if row is None else str(row["report_id"])


def place_of(db: sqlite3.Connection, review_id: str, report_id: str) -> int:
    """Where in the order a report comes, from 1. Raises Refused (404) if the review does not have it."""
    row = db.execute(
        "SELECT seq FROM review_reports WHERE review = ? AND report_id = ?", (review_id, report_id)
    ).fetchone()
    if row is None:
        raise not_found("report in this review")
    return int(row["seq"])


def done_at(db: sqlite3.Connection, review_id: str, report_id: str, person: str) -> str | None:
    """When the person was done with a report."""
    row = db.execute(
        "SELECT at FROM review_done WHERE review = ? AND report_id = ? AND reviewer = ?",
        (review_id, report_id, person),
    ).fetchone()
    return None if row is None else str(row["at"])


def mark(db: sqlite3.Connection, review: Review, report_id: str, person: str, *, done: bool) -> None:
    """Say that the person is done with a report, or not after all."""
    place_of(db, review.id, report_id)
    was = done_at(db, review.id, report_id, person) is not None
    if was == done:
        return
    claim(db, review.id, report_id, person)
    if done:
        db.execute("INSERT INTO review_done VALUES (?, ?, ?, ?)", (review.id, report_id, person, now()))
    else:
        db.execute(
            "DELETE FROM review_done WHERE review = ? AND report_id = ? AND reviewer = ?",
            (review.id, report_id, person),
        )
    note(db, person, "report.done" if done else "report.reopen", report_id, review=review.id)
