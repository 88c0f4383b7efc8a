"""What a person may see of a review: in a blind one, nobody who is still to judge sees what others said."""

from __future__ import annotations

import sqlite3

from ..people.activity import now
from . import queue
from .reviews import Review


def sees_answers(db: sqlite3.Connection, review: Review, person: str) -> bool:
    """Whether the model's answers are shown: in a blind review only when it is closed, when the person has
    nothing left to review, or has seen them before."""
    if not review.blind or review.closed is not None:
        return True
    return _has_seen(db, review.id, person) or not queue.left(db, review, person)


def sees_others(db: sqlite3.Connection, review: Review, report_id: str, person: str) -> bool:
    """Whether what other reviewers said of a report is shown."""
    if review.closed is not None:
        return True
    if review.blind:
        return sees_answers(db, review, person)
    if review.raters == 1 or queue.done_at(db, review.id, report_id, person) is not None:
        return True
    count = db.execute(
        "SELECT count(*) FROM review_done WHERE review = ? AND report_id = ?", (review.id, report_id)
    ).fetchone()[0]
    return bool(count >= review.raters)


def must_remember(db: sqlite3.Connection, review: Review, person: str) -> bool:
    """Whether that the person sees the answers of a blind review now is not written down yet."""
    return review.blind and sees_answers(db, review, person) and not _has_seen(db, review.id, person)


def remember(db: sqlite3.Connection, review_id: str, person: str) -> None:
    """Write down that the person has seen the model's answers."""
    db.execute("INSERT OR IGNORE INTO review_seen VALUES (?, ?, ?)", (review_id, person, now()))


def _has_seen(db: sqlite3.Connection, review_id: str, person: str) -> bool:
    query = "SELECT 1 FROM review_seen WHERE review = ? AND reviewer = ?"
    return db.execute(query, (review_id, person)).fetchone() is not None
