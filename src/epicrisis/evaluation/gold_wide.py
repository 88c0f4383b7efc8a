"""Gold in the wide form: a row for each report, a column for each variable."""

from __future__ import annotations

from collections.abc import Sequence

from ..codebook.codebook import Codebook
from ..extraction.checking import InvalidValueError
from ..reading.table import Row, key
from .gold_cell import Blank, GoldCell
from .gold_columns import GoldColumns
from .gold_entry import STATUSES_HINT, gold_cell
from .gold_problems import Problems

Cells = dict[str, dict[str, GoldCell]]


def read_wide(
    rows: Sequence[Row], columns: GoldColumns, codebook: Codebook, blank: Blank, problems: Problems
) -> Cells:
    """The cells by report and variable. What is wrong is added to the problems."""
    variables = [codebook[name] for name in columns.variables]
    cells: Cells = {}
    lines: dict[str, int] = {}
    for line, row in rows:
        report = key(row.get(columns.id)).strip()
        if not new_id(report, line, columns.id, lines, problems):
            continue
        cells[report] = {}
        for variable in variables:
            try:
                cell = gold_cell(
                    variable,
                    row.get(variable.name),
                    unit=row.get(f"{variable.name}__unit"),
                    status=row.get(f"{variable.name}__status"),
                    quote=row.get(f"{variable.name}__evidence"),
                    blank=blank,
                )
            except InvalidValueError as problem:
                problems.add(sentence(f"'{variable.name}' {problem}"), line, hint_of(str(problem)))
                continue
            if cell is not None:
                cells[report][variable.name] = cell
    return cells


def new_id(report: str, line: int, column: str, lines: dict[str, int], problems: Problems) -> bool:
    """Whether this is the id of a report not seen before; else a problem."""
    if not report:
        problems.add(f"The id column {column!r} is empty here.", line, "Every row needs a report's id.")
    elif report in lines:
        problems.add(
            f"The id {report!r} is here a second time; it is at {lines[report]} too.",
            line,
            "Keep one row for each report.",
        )
    else:
        lines[report] = line
        return True
    return False


def sentence(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."


def hint_of(problem: str) -> str | None:
    """What to do about a cell that breaks the rules, where the message does not say it."""
    if problem.startswith("has no known status"):
        return STATUSES_HINT
    if problem.endswith(("and has a value", "and has no value")):
        return "Empty the status where you changed the value, or delete the status columns: " + (
            "without them a value is 'stated' and a blank cell as --blank says."
        )
    return None
