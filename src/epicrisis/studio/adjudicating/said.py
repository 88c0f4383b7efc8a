"""What people said of the answers to a review's reports, as the studio's file keeps it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...codebook.codebook import Codebook
from ...codebook.variable import GroupVariable, Variable
from ...evaluation.gold import GoldCell, cell_of
from ...extraction.answer import Answer, Evidence, Grade, Status
from ...extraction.checking import InvalidValueError

#: A report and a variable: one cell of the table.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Said:
    """One person's answer to one question about one report. ``version`` counts the changes to it."""

    report_id: str
    variable: str
    person: str
    answer: Answer
    comment: str
    version: int
    at: str

    @property
    def place(self) -> Place:
        return self.report_id, self.variable

    def cell(self, variable: Variable) -> GoldCell:
        """As gold has it: a list of nothing says nothing. Raises InvalidValueError for what the codebook does
        not allow."""
        cell = cell_of(variable, self.answer)
        return GoldCell(Status.NOT_MENTIONED, None, cell.quote) if cell.value == [] else cell


def judgements(
    db: sqlite3.Connection, review: str, codebook: Codebook, place: Place | None = None
) -> dict[Place, list[Said]]:
    """What reviewers said, by cell, the first to say it first; of one cell only if ``place`` is given.

    Left out: variables that the codebook does not have, and what is no answer ('failed').
    """
    query = "SELECT *, reviewer AS who FROM judgements WHERE review = ?"
    found: dict[Place, list[Said]] = {}
    for said in _read(db, query, review, codebook, place):
        found.setdefault(said.place, []).append(said)
    for several in found.values():
        several.sort(key=lambda said: said.person.casefold())
    return found


def decisions(
    db: sqlite3.Connection, review: str, codebook: Codebook, place: Place | None = None
) -> dict[Place, Said]:
    """What was decided, by cell; of one cell only if ``place`` is given."""
    query = "SELECT *, person AS who FROM decisions WHERE review = ?"
    return {said.place: said for said in _read(db, query, review, codebook, place)}


def _read(
    db: sqlite3.Connection, query: str, review: str, codebook: Codebook, place: Place | None
) -> list[Said]:
    arguments: tuple[str, ...] = (review,)
    if place is not None:
        query += " AND report_id = ? AND variable = ?"
        arguments += place
    variables = {variable.name: variable for variable in codebook.columns}
    found = []
    for row in db.execute(query, arguments):
        variable = variables.get(row["variable"])
        if variable is None or row["status"] == Status.FAILED:
            continue
        found.append(
            Said(
                report_id=row["report_id"],
                variable=variable.name,
                person=row["who"],
                answer=answer_of(variable, row),
                comment=row["comment"],
                version=row["version"],
                at=row["at"],
            )
        )
    return found


def answer_of(variable: Variable, row: Mapping[str, Any] | sqlite3.Row) -> Answer:
    """The answer in a row of ``judgements`` or ``decisions``."""
    status = Status(row["status"])
    value = json.loads(row["value"]) if status.has_value else None
    if isinstance(variable, GroupVariable) and isinstance(value, list):
        # As gold holds them: plain values, none where the item is silent.
        value = [
            {
                name: Answer(Status.NOT_MENTIONED if part is None else Status.STATED, part)
                for name, part in item.items()
            }
            for item in value
        ]
    evidence = None
    if row["quote"] is not None and row["start"] is not None and row["end"] is not None:
        evidence = Evidence(row["quote"], row["start"], row["end"], Grade.EXACT)
    return Answer(status, value, evidence)


def cells_of(codebook: Codebook, several: list[Said]) -> list[GoldCell] | None:
    """What was said of one cell as gold has it; ``None`` if one of it cannot be gold."""
    try:
        return [said.cell(codebook[said.variable]) for said in several]
    except InvalidValueError:
        return None
