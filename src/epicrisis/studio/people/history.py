"""The list of who did what and when, searched."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from ...export.cells import guarded
from ..database import Database

#: Lines on a page, and lines read at once for an export.
PAGE = 50
_BATCH = 500
_COLUMNS = ("number", "at", "person", "action", "object", "details")


class Line(BaseModel):
    """One thing that was done. ``at``: UTC, ISO 8601. ``details``: names and numbers."""

    number: int
    at: str
    person: str
    action: str
    object: str
    details: dict[str, str | int | float | bool | list[str | int | float | bool | None] | None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: all that fit every one that is given. ``text`` may stand anywhere in a line; ``since`` and
    ``until`` are days, both included, where the studio runs."""

    person: str = ""
    action: str = ""
    object: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None


class History:
    """The activity of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, wanted: Wanted, before: int | None = None, size: int = PAGE) -> list[Line]:
        """The newest lines with a number below ``before``."""
        where, values = _where(wanted)
        if before is not None:
            where.append("number < ?")
            values.append(before)
        with self._database.reading() as db:
            rows = db.execute(
                f"SELECT * FROM activity{_joined(where)} ORDER BY number DESC LIMIT ?", (*values, size)
            ).fetchall()
        return [_line(row) for row in rows]

    def count(self, wanted: Wanted) -> int:
        where, values = _where(wanted)
        with self._database.reading() as db:
            found = db.execute(f"SELECT count(*) FROM activity{_joined(where)}", values).fetchone()[0]
        return int(found)

    def people(self) -> list[str]:
        """Everybody who did something, by name."""
        return self._distinct("person")

    def actions(self) -> list[str]:
        """Everything that was done, by name."""
        return self._distinct("action")

    def export(self, wanted: Wanted, form: Literal["csv", "jsonl"]) -> Iterator[str]:
        """All lines, the newest first, a piece of the file at a time; nothing is locked in between."""
        if form == "csv":
            yield _csv([_COLUMNS])
        before: int | None = None
        while lines := self.page(wanted, before, _BATCH):
            before = lines[-1].number
            if form == "csv":
                yield _csv(_cells(one) for one in lines)
            else:
                yield "".join(f"{_json(one.model_dump())}\n" for one in lines)

    def _distinct(self, column: Literal["person", "action"]) -> list[str]:
        with self._database.reading() as db:
            rows = db.execute(f"SELECT DISTINCT {column} FROM activity ORDER BY 1").fetchall()
        return [str(row[0]) for row in rows]


def _where(wanted: Wanted) -> tuple[list[str], list[object]]:
    where: list[str] = []
    values: list[object] = []
    for column, value in (("person", wanted.person), ("action", wanted.action)):
        if value:
            where.append(f"{column} = ? COLLATE NOCASE")
            values.append(value)
    if wanted.object:
        where.append("object LIKE ? ESCAPE '\\'")
        values.append(_anywhere(wanted.object))
    for word in wanted.text.split():
        where.append("(person || ' ' || action || ' ' || object || ' ' || details) LIKE ? ESCAPE '\\'")
        values.append(_anywhere(word))
    if wanted.since is not None and (first := _midnight(wanted.since)) is not None:
        where.append("at >= ?")
        values.append(first)
    if wanted.until is not None and (last := _midnight(wanted.until, 1)) is not None:
        where.append("at < ?")
        values.append(last)
    return where, values


def _joined(where: list[str]) -> str:
    return f" WHERE {' AND '.join(where)}" if where else ""


def _anywhere(text: str) -> str:
    for sign in ("\\", "%", "_"):
        text = text.replace(sign, f"\\{sign}")
    return f"%{text}%"


def _midnight(day: date, later: int = 0) -> str | None:
    """When the day begins here, as the list writes times; ``None`` where no calendar goes."""
    try:
        begins = datetime.combine(day + timedelta(days=later), datetime.min.time()).astimezone()
        return begins.astimezone(UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return None


def _line(row: sqlite3.Row) -> Line:
    document = json.loads(row["details"])
    details = document if isinstance(document, dict) else {"details": str(document)}
    flat = {
        name: value
        if value is None or isinstance(value, str | int | float | bool)
        else [one if isinstance(one, str | int | float | bool) else _json(one) for one in value]
        if isinstance(value, list)
        else _json(value)
        for name, value in details.items()
    }
    return Line(
        number=row["number"],
        at=row["at"],
        person=row["person"],
        action=row["action"],
        object=row["object"],
        details=flat,
    )


def _cells(one: Line) -> tuple[object, ...]:
    """What people named something must be no formula to a spreadsheet."""
    return one.number, one.at, guarded(one.person), one.action, guarded(one.object), _json(one.details)


def _csv(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
