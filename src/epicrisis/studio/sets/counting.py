"""Going through a set of reports once: its counts, its problem if it has one, and where each report is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from ...errors import EpicrisisError
from ...reading import ReportSet, survey
from ...report import Report
from .sound import sound
from .wording import in_studio_words

_BATCH = 1000
_TABLES = """
CREATE TABLE reports (
    seq      INTEGER PRIMARY KEY,
    id       TEXT NOT NULL,
    patient  TEXT,
    date     TEXT,
    language TEXT,
    length   INTEGER NOT NULL,
    blank    INTEGER NOT NULL,
    line     INTEGER,
    source   TEXT
);
CREATE TABLE summary (content TEXT NOT NULL);
"""


class Problem(BaseModel):
    """Why a set cannot be read as it is: never a report's words. ``line`` or row of the file, from 1."""

    message: str
    hint: str = ""
    line: int | None = None

    @classmethod
    def of(cls, error: EpicrisisError) -> Problem:
        return cls(message=error.message, hint=in_studio_words(error.hint), line=error.line)


class Summary(BaseModel):
    """What a set of reports is like. Lengths in characters. With a ``problem``, counts are of the reports
    before it. ``repeated`` counts ids that occur more than once."""

    reports: int
    characters: int = 0
    shortest: int = 0
    median: int = 0
    longest: int = 0
    empty: int = 0
    empty_ids: list[str] = []
    repeated: int = 0
    without_date: int = 0
    without_patient: int = 0
    patients: int = 0
    first_date: str | None = None
    last_date: str | None = None
    problem: Problem | None = None


def count(opened: Callable[[], ReportSet], path: Path, place: Path, tell: Callable[[int], None]) -> Summary:
    """Go through all reports and write what is known of them, without their texts, to an SQLite file.

    ``tell`` hears how many there are so far and may raise to stop. ``place`` appears whole or not at all.
    """
    part = place.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(part, isolation_level=None)) as db:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.executescript(_TABLES)
            db.execute("BEGIN")
            problem = _go_through(opened, path, db, tell)
            db.execute("CREATE INDEX by_id ON reports (id)")
            summary = _summary(db, problem)
            db.execute("INSERT INTO summary VALUES (?)", (summary.model_dump_json(),))
            db.execute("COMMIT")
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return summary


def _go_through(
    opened: Callable[[], ReportSet], path: Path, db: sqlite3.Connection, tell: Callable[[int], None]
) -> Problem | None:
    passes = 0

    def watched() -> Iterator[Report]:
        nonlocal passes
        passes += 1
        # A second pass looks only for ids that repeat.
        return _noted(reports, db, tell) if passes == 1 else iter(reports)

    try:
        with sound(path):
            reports = opened()
            survey(replace(reports, open=watched))
    except EpicrisisError as error:
        return Problem.of(error)
    return None


def _noted(reports: ReportSet, db: sqlite3.Connection, tell: Callable[[int], None]) -> Iterator[Report]:
    rows: list[tuple[object, ...]] = []

    def write() -> None:
        db.executemany("INSERT INTO reports VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        rows.clear()

    number = 0
    try:
        for number, report in enumerate(reports, 1):
            source = report.source
            rows.append(
                (
                    report.id,
                    report.patient,
                    report.date,
                    report.language,
                    len(report.text),
                    not report.text.strip(),
                    None if source is None else source.line,
                    # Of a table all reports have the same.
                    source.path if source is not None and source.line is None else None,
                )
            )
            if len(rows) == _BATCH:
                write()
                tell(number)
            yield report
    finally:
        write()


def _summary(db: sqlite3.Connection, problem: Problem | None) -> Summary:
    row = db.execute(
        "SELECT count(*), sum(length), min(length), max(length), sum(blank), sum(date IS NULL),"
        " sum(patient IS NULL), count(DISTINCT patient) FROM reports"
    ).fetchone()
    reports = row[0]
    if not reports:
        return Summary(reports=0, problem=problem)
    median = db.execute(
        "SELECT length FROM reports ORDER BY length LIMIT 1 OFFSET ?", ((reports - 1) // 2,)
    ).fetchone()[0]
    dates = db.execute(
        "SELECT min(date), max(date) FROM reports WHERE date GLOB '[12][0-9][0-9][0-9]-[01][0-9]*'"
    ).fetchone()
    repeated = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM reports GROUP BY id HAVING count(*) > 1)"
    ).fetchone()[0]
    return Summary(
        reports=reports,
        characters=row[1],
        shortest=row[2],
        median=median,
        longest=row[3],
        empty=row[4],
        empty_ids=[one[0] for one in db.execute("SELECT id FROM reports WHERE blank LIMIT 5")],
        repeated=repeated,
        without_date=row[5],
        without_patient=row[6],
        patients=row[7],
        first_date=dates[0],
        last_date=dates[1],
        problem=problem,
    )
