"""Who did what and when: a list that is only added to."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime


def note(connection: sqlite3.Connection, person: str, action: str, what: str, **details: object) -> None:
    """Add one line, in the transaction of the change itself.

    ``action`` is a verb with its object's kind, such as ``codebook.save``; ``what`` names the object;
    ``details`` are names and numbers, never words of a report.
    """
    connection.execute(
        "INSERT INTO activity (at, person, action, object, details) VALUES (?, ?, ?, ?, ?)",
        (now(), person, action, what, json.dumps(details, ensure_ascii=False, default=str)),
    )


def now() -> str:
    """The time in UTC, ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
