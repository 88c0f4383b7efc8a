"""What reviewers say of answers, as the studio's file keeps it: nothing is overwritten unseen."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Literal

from pydantic import BaseModel

from ..people.activity import now
from .judging import Checked

How = Literal["accepted", "changed", "blind"]


class Judgement(BaseModel):
    """What one person says of one answer. ``value`` is as gold holds it; ``start`` and ``end`` count
    characters of the report. ``how``: whether the model's answer was accepted or changed, or given without
    having seen it. ``version`` is another one after every change."""

    variable: str
    status: str
    value: Any = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    comment: str = ""
    how: How
    version: int
    at: str
    reviewer: str

    @classmethod
    def of(cls, row: sqlite3.Row) -> Judgement:
        named = {name: row[name] for name in cls.model_fields if name != "value"}
        return cls(**named, value=json.loads(row["value"]))


class StaleError(Exception):
    """A change rests on a version that is no longer the current one; ``None``: it was taken back."""

    def __init__(self, current: Judgement | None) -> None:
        self.current = current
        super().__init__()


def of_report(db: sqlite3.Connection, review: str, report_id: str, reviewer: str) -> dict[str, Judgement]:
    """What one person said of the answers to a report, by variable."""
    rows = db.execute(
        "SELECT * FROM judgements WHERE review = ? AND report_id = ? AND reviewer = ?",
        (review, report_id, reviewer),
    )
    return {row["variable"]: Judgement.of(row) for row in rows}


def of_others(db: sqlite3.Connection, review: str, report_id: str, reviewer: str) -> list[Judgement]:
    """What all others said of them."""
    rows = db.execute(
        "SELECT * FROM judgements WHERE review = ? AND report_id = ? AND reviewer <> ? ORDER BY reviewer",
        (review, report_id, reviewer),
    )
    return [Judgement.of(row) for row in rows]


def put(
    db: sqlite3.Connection,
    review: str,
    report_id: str,
    reviewer: str,
    variable: str,
    said: Checked,
    *,
    comment: str,
    how: How,
    version: int,
) -> Judgement:
    """Keep a judgement that rests on ``version`` (0: none yet). Raises StaleError if that is not current.

    Said a second time (the answer to the first was lost on its way), it stays as it is.
    """
    current = _current(db, review, report_id, reviewer, variable)
    if current is not None and _says(current, said, comment):
        return current
    if (0 if current is None else current.version) != version:
        raise StaleError(current)
    at = now()
    document = {
        "status": said.status.value,
        "value": said.value,
        "quote": said.quote,
        "start": said.start,
        "end": said.end,
        "comment": comment,
        "how": how,
    }
    number = _change(db, review, report_id, reviewer, variable, json.dumps(document), at)
    row = {
        **document,
        "value": json.dumps(said.value),
        "review": review,
        "report_id": report_id,
        "reviewer": reviewer,
        "variable": variable,
        "version": number,
        "at": at,
    }
    db.execute(
        "INSERT OR REPLACE INTO judgements (review, report_id, reviewer, variable, status, value, quote,"
        ' start, "end", comment, how, version, at) VALUES (:review, :report_id, :reviewer, :variable,'
        " :status, :value, :quote, :start, :end, :comment, :how, :version, :at)",
        row,
    )
    return Judgement.model_validate(
        {**document, "variable": variable, "version": number, "at": at, "reviewer": reviewer}
    )


def take_back(
    db: sqlite3.Connection, review: str, report_id: str, reviewer: str, variable: str, version: int
) -> None:
    """Remove a judgement that rests on ``version``, if there is one; StaleError if it is another one."""
    current = _current(db, review, report_id, reviewer, variable)
    if current is None:
        return
    if current.version != version:
        raise StaleError(current)
    _change(db, review, report_id, reviewer, variable, None, now())
    db.execute(
        "DELETE FROM judgements WHERE review = ? AND report_id = ? AND reviewer = ? AND variable = ?",
        (review, report_id, reviewer, variable),
    )


def _current(
    db: sqlite3.Connection, review: str, report_id: str, reviewer: str, variable: str
) -> Judgement | None:
    row = db.execute(
        "SELECT * FROM judgements WHERE review = ? AND report_id = ? AND reviewer = ? AND variable = ?",
        (review, report_id, reviewer, variable),
    ).fetchone()
    return None if row is None else Judgement.of(row)


def _says(current: Judgement, said: Checked, comment: str) -> bool:
    return (current.status, current.value, current.start, current.end, current.comment) == (
        said.status.value,
        said.value,
        said.start,
        said.end,
        comment,
    )


def _change(
    db: sqlite3.Connection,
    review: str,
    report_id: str,
    reviewer: str,
    variable: str,
    document: str | None,
    at: str,
) -> int:
    cursor = db.execute(
        "INSERT INTO judgement_changes (review, report_id, reviewer, variable, document, at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (review, report_id, reviewer, variable, document, at),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid
