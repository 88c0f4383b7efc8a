"""Gold in the long form: a row for each answer, mention, and part of an item."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, SpansVariable, Variable
from ..extraction.answer import Status
from ..extraction.checking import InvalidValueError
from ..reading.table import Row, key
from ..report import Cell
from .gold_cell import Blank, GoldCell
from .gold_columns import misspelt_of, one_slip_of
from .gold_entry import gold_cell, status_of
from .gold_problems import Problems
from .gold_values import item, mention, scalar
from .gold_wide import Cells, hint_of, sentence


class _Entry(NamedTuple):
    line: int
    row: dict[str, Cell]

    def text(self, column: str) -> str:
        return key(self.row.get(column)).strip()


def read_long(
    rows: Sequence[Row], id_name: str, codebook: Codebook, blank: Blank, problems: Problems
) -> tuple[Cells, tuple[str, ...], list[str]]:
    """The cells by report and variable, the variables there are, and the names that are no variable's.

    A report without a row for a variable that others have left it blank. What is wrong is added to the
    problems.
    """
    entries: dict[str, dict[str, list[_Entry]]] = {}
    unknown: dict[str, int] = {}
    for line, row in rows:
        entry = _Entry(line, row)
        report, name = entry.text(id_name), entry.text("variable")
        if not report:
            problems.add(f"The id column {id_name!r} is empty here.", line, "Every row needs a report's id.")
            continue
        found = entries.setdefault(report, {})
        if name in codebook:
            found.setdefault(name, []).append(entry)
        else:
            unknown.setdefault(name, line)
    present = {name for found in entries.values() for name in found}
    own = tuple(name for name in codebook.names if name in present)
    carried = list(_unknown(unknown, codebook, own, problems))
    cells: Cells = {}
    for report, found in entries.items():
        cells[report] = {}
        for name in own:
            cell = _cell(codebook[name], found.get(name, []), blank, problems)
            if cell is not None:
                cells[report][name] = cell
    return cells, own, carried


def _unknown(
    names: dict[str, int], codebook: Codebook, own: Sequence[str], problems: Problems
) -> Iterator[str]:
    for name, line in names.items():
        # A name may be misspelt in one row and right in the others.
        meant = misspelt_of(name, codebook, own) or one_slip_of(name, own)
        if meant is None:
            yield name
        else:
            problems.add(
                f"{name!r} is no variable of the codebook. Did you mean {meant!r}?",
                line,
                "Correct the name. Names that resemble no variable's are passed over.",
            )


def _cell(variable: Variable, entries: list[_Entry], blank: Blank, problems: Problems) -> GoldCell | None:
    if not entries:
        return None if blank is Blank.IGNORE else GoldCell(Status.NOT_MENTIONED)
    try:
        if isinstance(variable, SpansVariable):
            return _mentions(variable, entries, blank)
        if isinstance(variable, GroupVariable):
            return _group(variable, entries, blank)
        _only_one(entries)
        return _single(variable, entries[0], blank)
    except InvalidValueError as problem:
        line = entries[0].line
        cause = problem
        if isinstance(problem, _AtError):
            line, cause = problem.line, problem.cause
        problems.add(sentence(f"'{variable.name}' {cause}"), line, hint_of(str(cause)))
        return None


class _AtError(InvalidValueError):
    """A problem in another row than the first."""

    def __init__(self, line: int, cause: InvalidValueError) -> None:
        self.line = line
        self.cause = cause
        super().__init__(str(cause))


def _only_one(entries: list[_Entry]) -> None:
    if len(entries) > 1:
        raise _AtError(
            entries[1].line, InvalidValueError(f"is here a second time; it is at {entries[0].line} too")
        )


def _single(variable: Variable, entry: _Entry, blank: Blank) -> GoldCell | None:
    row = entry.row
    return gold_cell(
        variable,
        row.get("value"),
        unit=row.get("unit"),
        status=row.get("status"),
        quote=row.get("quote"),
        blank=blank,
    )


def _mentions(variable: SpansVariable, entries: list[_Entry], blank: Blank) -> GoldCell | None:
    numbered = [entry for entry in entries if entry.text("item") or entry.text("type") or entry.text("start")]
    if not numbered and len(entries) == 1:
        return _single(variable, entries[0], blank)
    found = []
    for entry in numbered or entries:
        row = entry.row
        text = row.get("value")
        try:
            found.append(
                mention(
                    variable,
                    row.get("quote") if text is None or text == "" else _as_text(text),
                    row.get("type"),
                    row.get("start"),
                    row.get("end"),
                )
            )
        except InvalidValueError as problem:
            raise _AtError(entry.line, problem) from None
    return _with_status(entries[0], found, found[0]["text"])


def _group(variable: GroupVariable, entries: list[_Entry], blank: Blank) -> GoldCell | None:
    heads = [entry for entry in entries if not entry.text("part")]
    parts = [entry for entry in entries if entry.text("part")]
    _only_one(heads)
    if not parts:
        return _single(variable, heads[0], blank)
    found: dict[str, dict[str, Any]] = {}
    for entry in parts:
        name = entry.text("part")
        values = found.setdefault(entry.text("item") or "1", {})
        if name in values:
            raise _AtError(entry.line, InvalidValueError(f"has {name!r} a second time for one item"))
        try:
            values[name] = _part(variable, name, entry)
        except InvalidValueError as problem:
            raise _AtError(entry.line, problem) from None
    items = [{part.name: values.get(part.name) for part in variable.variables} for values in found.values()]
    return _with_status(heads[0] if heads else None, items, None)


def _part(variable: GroupVariable, name: str, entry: _Entry) -> Any:
    status = status_of(entry.text("status"))
    silent = status is not None and not status.has_value
    part = next((one for one in variable.variables if one.name == name), None)
    if part is not None and status is not None and status.has_value and entry.text("value"):
        # Beside a status that has a value, "NA" is that value.
        try:
            return scalar(part, entry.row.get("value"), entry.text("unit") or None)
        except InvalidValueError as problem:
            raise InvalidValueError(f"{name!r} {problem}") from None
    document = {name: None if silent else entry.row.get("value"), f"{name}__unit": entry.text("unit") or None}
    return item(variable, document)[name]


def _with_status(entry: _Entry | None, value: list[dict[str, Any]], quote: str | None) -> GoldCell | None:
    status = (None if entry is None else status_of(entry.text("status"))) or Status.STATED
    if entry is not None and not quote:
        quote = entry.text("quote") or None
    if status is Status.FAILED:
        return None
    if not status.has_value:
        raise InvalidValueError(f"is '{status}' and has a value")
    return GoldCell(status, value, quote)


def _as_text(value: Cell) -> str:
    return value if isinstance(value, str) else key(value)
