"""Gold read from a wide table: a column per variable, as ``export`` writes it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, SpansVariable, Variable
from ..errors import ReadingError
from ..extraction.answer import Status
from ..extraction.checking import InvalidValueError, check


@dataclass(frozen=True, slots=True)
class GoldCell:
    """A human's answer. ``value`` is ``None`` unless ``status`` has one; ``quote`` is what it rests on."""

    status: Status
    value: Any = None
    quote: str | None = None


class Blank(StrEnum):
    """What a gold cell left blank says, where no status column stands beside it."""

    NOT_MENTIONED = "not-mentioned"  #: the report is silent
    IGNORE = "ignore"  #: nobody looked: the cell is not scored


@dataclass(frozen=True, slots=True)
class Gold:
    """Human answers by report id and variable name. A cell that is not there is not scored.

    ``name`` says where they came from (a file's name, a run's id), ``notes`` what was passed over.
    """

    name: str
    cells: Mapping[str, Mapping[str, GoldCell]]
    variables: tuple[str, ...]
    blank: Blank = Blank.NOT_MENTIONED
    notes: tuple[str, ...] = ()


def read_gold(path: Path, codebook: Codebook) -> dict[str, dict[str, GoldCell]]:
    """The cells by report id and variable name.

    A blank cell is ``not_mentioned`` unless its ``__status`` column says otherwise. Raises
    ``ReadingError`` with the line for an unknown status or a value that the codebook does not allow.
    """
    gold: dict[str, dict[str, GoldCell]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        columns = rows.fieldnames or []
        variables = [variable for variable in codebook.variables if variable.name in columns]
        if "id" not in columns or not variables:
            raise ReadingError(
                "This is no gold for the codebook: it needs a column 'id' and a column per variable.",
                path=path,
            )
        for row in rows:
            gold[row["id"]] = {
                variable.name: _cell(variable, row, path, rows.line_num) for variable in variables
            }
    return gold


def _cell(variable: Variable, row: dict[str, str], path: Path, line: int) -> GoldCell:
    text = (row.get(variable.name) or "").strip()
    named = (row.get(f"{variable.name}__status") or "").strip()
    try:
        status = Status(named) if named else (Status.STATED if text else Status.NOT_MENTIONED)
    except ValueError:
        raise ReadingError(
            f"'{variable.name}__status' is not a status.",
            path=path,
            line=line,
            hint=f"The statuses are {', '.join(Status)}.",
        ) from None
    if not status.has_value or isinstance(variable, SpansVariable | GroupVariable):
        return GoldCell(status)
    try:
        value = check(variable, text)
    except InvalidValueError as problem:
        raise ReadingError(f"'{variable.name}' {problem}.", path=path, line=line) from None
    return GoldCell(status, value, (row.get(f"{variable.name}__evidence") or "").strip() or None)
