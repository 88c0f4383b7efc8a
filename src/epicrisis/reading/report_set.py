"""A set of reports that can be gone through again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..errors import ReadingError
from ..report import Cell, Report, Source
from .columns import Columns, ResolvedColumns, resolve
from .table import Table, key


@dataclass(frozen=True, slots=True)
class ReportSet:
    """Reports with what is known about where they came from.

    Every ``iter()`` opens the source anew and streams: only the report at hand is in memory.
    ``path`` is ``None`` for reports from memory. ``notes`` tell what a person should know about
    the reading (files left out, an encoding that had to be guessed).
    """

    format: str
    columns: ResolvedColumns
    open: Callable[[], Iterator[Report]] = field(repr=False)
    path: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Report]:
        return self.open()


def reports_of(table: Table, wanted: Columns) -> ReportSet:
    """The table's rows as reports. Raises ``ReadingError`` where the columns do not fit."""
    columns = resolve(wanted, table.columns, path=table.path, not_text=table.not_text)
    return ReportSet(
        format=table.format,
        columns=columns,
        open=lambda: _stream(table, columns),
        path=None if table.path is None else str(table.path),
        encoding=table.encoding,
        delimiter=table.delimiter,
        notes=table.notes,
    )


def _stream(table: Table, columns: ResolvedColumns) -> Iterator[Report]:
    path = None if table.path is None else str(table.path)
    text_column = columns.text or ""
    roles = {columns.text, columns.id, columns.patient, columns.date, columns.language}
    drop = tuple(name for name in roles if name is not None and name != columns.text)
    for number, (line, row) in enumerate(table.rows(), 1):
        text = row.pop(text_column, None)
        if type(text) is not str:
            text = _text(text, table, text_column, line)
        identifier = str(number) if columns.id is None else key(row.get(columns.id))
        if not identifier or identifier.isspace():
            raise ReadingError(
                f"The id column {columns.id!r} is empty here.",
                path=table.path,
                line=line,
                hint="Every report needs an id. Fill it in, name another column with --id, "
                "or number the reports with --id none.",
            )
        patient = key(row.get(columns.patient)) if columns.patient is not None else None
        date = key(row.get(columns.date)) if columns.date is not None else None
        language = key(row.get(columns.language)) if columns.language is not None else None
        for name in drop:
            row.pop(name, None)
        yield Report(
            id=identifier,
            text=text,
            patient=patient or None,
            date=date or None,
            language=language or None,
            metadata=row,
            source=None if path is None else Source(path, line),
        )


def _text(value: Cell, table: Table, column: str, line: int) -> str:
    if value is None:
        return ""
    if table.numbers_as_text:
        return key(value)
    raise ReadingError(
        f"The text column {column!r} holds something other than text here.",
        path=table.path,
        line=line,
        hint="A report's text must be text. Name the right column with --text, or mend this row.",
    )
