"""A patient's reports in the order of their dates, and what changed from one to the next."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from ...codebook.variable import (
    CountVariable,
    OrdinalVariable,
    QuantityVariable,
    Variable,
)
from ..index import Coverage
from .found import CellView, RowView

#: Reports of one patient that are shown.
MOST = 200
Change = Literal["up", "down", "other"]


class Moment(BaseModel):
    """One answer in the timeline. ``change`` from the last value before it: a higher one, a lower one,
    another one; ``None`` for the same, for the first, and where there is no value. ``before``: that value."""

    cell: CellView
    rank: float | None = None
    change: Change | None = None
    before: str | None = None


class Line(BaseModel):
    """A variable over time. ``points``: of numbers, (which report from 0, number), where there are two."""

    variable: str
    moments: list[Moment]
    points: list[tuple[int, float]] = []


class PatientRow(BaseModel):
    """A patient in the list. ``first`` and ``last``: the dates of the reports, as far as they are known."""

    patient: str
    reports: int
    first: str | None = None
    last: str | None = None
    failed: int = 0


def reports_of(db: sqlite3.Connection, covered: Coverage, patient: str) -> list[sqlite3.Row]:
    """A patient's reports by date, ``MOST`` at most; those whose date cannot be told last, as they stand in
    the run."""
    return db.execute(
        "SELECT * FROM reports WHERE run = ? AND patient = ? ORDER BY day IS NULL, day, seq LIMIT ?",
        (covered.run, patient, MOST),
    ).fetchall()


def lines(
    db: sqlite3.Connection,
    covered: Coverage,
    variables: Sequence[Variable],
    names: Sequence[str],
    rows: Sequence[RowView],
) -> list[Line]:
    """A line for each variable; ``names`` are all of the codebook's."""
    ranks = _ranks(db, covered, rows)
    every = []
    for variable in variables:
        number = names.index(variable.name)
        moments = [
            Moment(cell=cell, rank=ranks.get((number, row.place)))
            for row in rows
            for cell in row.cells
            if cell.variable == variable.name
        ]
        mark(variable, moments, [row.day is not None for row in rows])
        every.append(Line(variable=variable.name, moments=moments, points=_points(variable, rows, moments)))
    return every


def mark(variable: Variable, moments: Sequence[Moment], dated: Sequence[bool]) -> None:
    """Say of each answer what changed. A report that says nothing changes nothing; one without a date is
    compared with nothing."""
    last: Moment | None = None
    for moment, has_date in zip(moments, dated, strict=True):
        if moment.cell.shown is None or not has_date:
            continue
        if last is not None:
            moment.change = change(variable, last, moment)
            moment.before = last.cell.shown if moment.change else None
        last = moment


def change(variable: Variable, before: Moment, after: Moment) -> Change | None:
    """What changed in value between two answers that have one: numbers within the variable's tolerance, and
    texts but for case, are the same."""
    one, other = before.rank, after.rank
    if isinstance(variable, CountVariable | QuantityVariable | OrdinalVariable) and one is not None:
        if other is None or before.cell.shown == after.cell.shown:
            return None
        within = variable.tolerance if isinstance(variable, QuantityVariable) else 0.0
        if math.isclose(one, other, rel_tol=within, abs_tol=1e-9):
            return None
        return "up" if other > one else "down"
    shown, now_shown = (moment.cell.shown or "" for moment in (before, after))
    return None if shown.casefold() == now_shown.casefold() else "other"


def patients(
    db: sqlite3.Connection, covered: Coverage, q: str, page: int, size: int
) -> tuple[int, list[PatientRow]]:
    """How many patients have these words in their id, and one page of them in the order of their ids."""
    words = q.casefold().split()
    db.create_function("folded", 1, str.casefold, deterministic=True)
    where = " AND ".join(["run = ?", "patient IS NOT NULL", *["instr(folded(patient), ?) > 0"] * len(words)])
    arguments = (covered.run, *words)
    total = db.execute(f"SELECT count(DISTINCT patient) FROM reports WHERE {where}", arguments).fetchone()[0]
    rows = db.execute(
        "SELECT patient, count(*) AS reports, min(day) AS first, max(day) AS last,"
        f" sum(failure IS NOT NULL) AS failed FROM reports WHERE {where} GROUP BY patient"
        " ORDER BY patient_order, patient LIMIT ? OFFSET ?",
        (*arguments, size, (page - 1) * size),
    )
    return total, [PatientRow.model_validate(dict(row)) for row in rows]


def can_be_drawn(variable: Variable) -> bool:
    """Whether its values are numbers."""
    return isinstance(variable, CountVariable | QuantityVariable)


def _points(
    variable: Variable, rows: Sequence[RowView], moments: Sequence[Moment]
) -> list[tuple[int, float]]:
    if not can_be_drawn(variable):
        return []
    points = [
        (place, moment.rank)
        for place, (row, moment) in enumerate(zip(rows, moments, strict=True))
        if moment.rank is not None and row.day is not None
    ]
    return points if len(points) > 1 else []


def _ranks(
    db: sqlite3.Connection, covered: Coverage, rows: Sequence[RowView]
) -> dict[tuple[int, int], float]:
    marks = ", ".join("?" * len(rows))
    found = db.execute(
        "SELECT variable, seq, rank FROM cells WHERE run = ? AND typeof(rank) IN ('integer', 'real')"
        f" AND seq IN ({marks})",
        (covered.run, *(row.place for row in rows)),
    )
    return {(row[0], row[1]): float(row[2]) for row in found}
