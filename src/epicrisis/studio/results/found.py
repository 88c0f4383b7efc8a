"""Reports of a run that meet conditions, in an order: how many, which, and one page of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

from ...codebook.codebook import Codebook
from ..index import Coverage, Index
from ..web.refusals import Refused
from .asked import REPORT_SORTS, Asked
from .filters import Condition, Test, read, test

_AT_ONCE = 500
_ORDERS = {"@id": "r.id_order", "@patient": "r.patient_order", "@date": "r.day", "@certainty": "r.certainty"}


class CellView(BaseModel):
    """One answer in the table. ``remarks``: 0 none, 1 notes were made, 2 a rule is broken. ``differs``: from
    what the filter sets it beside."""

    variable: str
    status: str
    shown: str | None = None
    confidence: float | None = None
    grade: str | None = None
    remarks: int = 0
    differs: bool = False


class RowView(BaseModel):
    """One report in the table. ``failure``: why there is no answer at all. ``certainty``: the lowest
    confidence of its answers."""

    place: int
    id: str
    patient: str | None = None
    date: str | None = None
    day: str | None = None
    failure: str | None = None
    certainty: float | None = None
    cells: list[CellView] = []


class Found:
    """The reports that were asked for. All of it belongs to one connection to the index."""

    def __init__(self, db: sqlite3.Connection, covered: Coverage, codebook: Codebook, asked: Asked) -> None:
        """Raises Refused (422) for conditions and orders that mean nothing."""
        self._db = db
        self._run = covered.run
        self._codebook = codebook
        self._names = codebook.names
        self.conditions = read(asked.filter, codebook)
        self._where = _where(self.conditions, asked.q, codebook, covered.run)
        self._join, self._order = _order(asked, codebook)
        db.create_function("folded", 1, _folded, deterministic=True)

    def __len__(self) -> int:
        query = f"SELECT count(*) FROM reports r WHERE {self._where.sql}"
        return int(self._db.execute(query, self._where.arguments).fetchone()[0])

    def places(self) -> list[int]:
        """The places in the run of all of them, in the order asked for."""
        return [row[0] for row in self._ordered("r.seq")]

    def ids(self) -> list[str]:
        """The ids of all of them, in the order asked for."""
        return [row[0] for row in self._ordered("r.report_id")]

    def place_of(self, report_id: str) -> int | None:
        """Where a report stands in the run, whether it is among those found or not."""
        row = self._db.execute(
            "SELECT seq FROM reports WHERE run = ? AND report_id = ? ORDER BY seq", (self._run, report_id)
        ).fetchone()
        return None if row is None else int(row["seq"])

    def id_at(self, place: int) -> str:
        """The id of the report at a place."""
        query = "SELECT report_id FROM reports WHERE run = ? AND seq = ?"
        return str(self._db.execute(query, (self._run, place)).fetchone()[0])

    def page(self, number: int, size: int, variables: Collection[str]) -> list[RowView]:
        """The rows of one page (from 1), with the answers to these variables in codebook order."""
        return self.rows(self._ordered("r.*", size, (number - 1) * size), variables)

    def rows(self, reports: Sequence[sqlite3.Row], variables: Collection[str]) -> list[RowView]:
        """Rows of the table ``reports`` with their answers."""
        views = {row["seq"]: _row_view(row) for row in reports}
        numbers = [number for number, name in enumerate(self._names) if name in variables]
        seqs = list(views)
        for start in range(0, len(seqs), _AT_ONCE):
            part = seqs[start : start + _AT_ONCE]
            differing = self._differing(part)
            query = (
                "SELECT variable, seq, status, shown, confidence, grade, remarks FROM cells WHERE run = ?"
                f" AND variable IN ({_marks(numbers)}) AND seq IN ({_marks(part)}) ORDER BY variable"
            )
            for number, seq, status, shown, confidence, grade, remarks in self._db.execute(
                query, (self._run, *numbers, *part)
            ):
                views[seq].cells.append(
                    CellView(
                        variable=self._names[number],
                        status=status,
                        shown=shown,
                        confidence=confidence,
                        grade=grade,
                        remarks=remarks,
                        differs=(number, seq) in differing,
                    )
                )
        return list(views.values())

    def values(self, variable: str) -> list[tuple[str, str | None, int]]:
        """How many of them have which answer to a variable: status, value, number. A value counts once,
        whatever the status it comes with; the commonest first."""
        rows = self._db.execute(
            "SELECT min(c.status), c.shown, count(*) AS many FROM reports r JOIN cells c"
            " ON c.run = r.run AND c.seq = r.seq AND c.variable = ?"
            f" WHERE {self._where.sql} GROUP BY c.shown, CASE WHEN c.shown IS NULL THEN c.status END"
            " ORDER BY many DESC, c.shown, c.status",
            (self._names.index(variable), *self._where.arguments),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def ranks(self, variable: str) -> list[float]:
        """The values of a number, ascending."""
        rows = self._db.execute(
            "SELECT c.rank FROM reports r JOIN cells c ON c.run = r.run AND c.seq = r.seq AND c.variable = ?"
            f" WHERE {self._where.sql} AND c.rank IS NOT NULL ORDER BY c.rank",
            (self._names.index(variable), *self._where.arguments),
        )
        return [float(row[0]) for row in rows]

    def _ordered(self, what: str, limit: int = -1, offset: int = 0) -> list[sqlite3.Row]:
        join, arguments = self._join
        query = (
            f"SELECT {what} FROM reports r {join} WHERE {self._where.sql} ORDER BY {self._order}"
            " LIMIT ? OFFSET ?"
        )
        return self._db.execute(query, (*arguments, *self._where.arguments, limit, offset)).fetchall()

    def _differing(self, seqs: Sequence[int]) -> set[tuple[int, int]]:
        sources = [one.value for one in self.conditions if one.field == "differs"]
        rows = self._db.execute(
            f"SELECT variable, seq FROM differences WHERE run = ? AND source IN ({_marks(sources)})"
            f" AND seq IN ({_marks(seqs)})",
            (self._run, *sources, *seqs),
        )
        return {(row[0], row[1]) for row in rows}


@contextmanager
def finding(index: Index, covered: Coverage, codebook: Codebook, asked: Asked) -> Iterator[Found]:
    """What was asked for, for as long as the block lasts."""
    with index.reading() as db:
        yield Found(db, covered, codebook, asked)


def _where(conditions: Sequence[Condition], q: str, codebook: Codebook, run: int) -> Test:
    tests = [Test("r.run = ?", (run,))]
    tests += [test(one, codebook, run) for one in conditions]
    tests += [Test("instr(r.words, ?) > 0", (word,)) for word in q.casefold().split()]
    return Test(
        " AND ".join(one.sql for one in tests), tuple(value for one in tests for value in one.arguments)
    )


def _order(asked: Asked, codebook: Codebook) -> tuple[tuple[str, tuple[Any, ...]], str]:
    """What to join, and what to order by: what has no value stands last, either way round."""
    name, _, field = asked.sorted_by.partition(".")
    down = " DESC" if asked.descending else ""
    if asked.sorted_by in REPORT_SORTS:
        by = _ORDERS.get(asked.sorted_by)
        return ("", ()), f"r.seq{down}" if by is None else f"{by} IS NULL, {by}{down}, r.seq"
    if name not in codebook or field not in ("", "confidence"):
        raise Refused(422, "sort", "The results cannot be sorted by this.", "Choose a column of the table.")
    by = "s.confidence" if field else "s.rank"
    join = "LEFT JOIN cells s ON s.run = r.run AND s.seq = r.seq AND s.variable = ?"
    return (join, (codebook.names.index(name),)), f"{by} IS NULL, {by}{down}, r.seq"


def _row_view(row: sqlite3.Row) -> RowView:
    return RowView(
        place=row["seq"],
        id=row["report_id"],
        patient=row["patient"],
        date=row["date"],
        day=row["day"],
        failure=row["failure"],
        certainty=row["certainty"],
    )


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _folded(text: str | None) -> str | None:
    return None if text is None else text.casefold()
