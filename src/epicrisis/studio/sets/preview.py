"""The first reports of a set as they will be read, and what can be said about how to read them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from pydantic import BaseModel

from ...errors import EpicrisisError
from ...reading import ReportSet, survey
from ...reading.columns import NOBODY, ROLES
from ...reading.formats import TABLES, format_of, open_table
from ...reading.options import Options
from ...reading.report_set import reports_of
from ...reading.table import Table, key
from ...reading.workbook import sheet_names
from ..report_sets import Mapping, ReportSets
from .counting import Problem
from .sound import sound

#: Reports shown, and characters of each.
ROWS = 10
SHOWN = 300
_VALUE = 60
#: Columns that can be chosen among; of a table with more, those that are read already too.
_COLUMNS = 500


class ColumnView(BaseModel):
    """A column of the file, with the beginning of the first value that is not empty."""

    name: str
    value: str = ""


class RoleView(BaseModel):
    """Which column plays a part. ``said``: what somebody chose, ``none`` for no column, None where it is
    found by name; ``found``: the column that is read for it."""

    role: str
    said: str | None = None
    found: str | None = None


class PreviewRow(BaseModel):
    """One report as it will be read: the beginning of its ``text``, the ``length`` of all of it."""

    id: str
    patient: str | None
    date: str | None
    language: str | None
    text: str
    length: int
    line: int | None


class Preview(BaseModel):
    """How a set is read. ``format``, ``sheet``, ``encoding`` and ``delimiter`` are None where they are found
    out; ``read_as`` says what was found. ``carried`` columns go through to the results unchanged."""

    tabular: bool
    read_as: str = ""
    format: str | None = None
    formats: list[str] = []
    sheet: str | None = None
    sheets: list[str] = []
    encoding: str | None = None
    found_encoding: str | None = None
    delimiter: str | None = None
    found_delimiter: str | None = None
    columns: list[ColumnView] = []
    roles: list[RoleView] = []
    carried: list[str] = []
    rows: list[PreviewRow] = []
    notes: list[str] = []
    problem: Problem | None = None


def preview(sets: ReportSets, name: str, mapping: Mapping | None = None) -> Preview:
    """The first reports, read as was said or by another ``mapping``. What goes wrong is in ``problem``.

    Raises Refused (404).
    """
    path = sets.path(name)
    mapping = mapping or sets.mapping(name)
    seen = Preview(
        tabular=not path.is_dir(),
        format=mapping.format,
        formats=[] if path.is_dir() else [*TABLES, "txt"],
        sheet=mapping.sheet,
        encoding=mapping.encoding,
        delimiter=mapping.delimiter,
        roles=[RoleView(role=role, said=_said(mapping, role)) for role in ROLES],
    )
    try:
        with sound(path):
            _look(sets, name, path, mapping, seen)
    except EpicrisisError as error:
        seen.problem = Problem.of(error)
    named = {role.found for role in seen.roles} | {role.said for role in seen.roles}
    seen.columns = [one for at, one in enumerate(seen.columns) if at < _COLUMNS or one.name in named]
    return seen


def _look(sets: ReportSets, name: str, path: Path, mapping: Mapping, seen: Preview) -> None:
    options = Options(mapping.columns, mapping.format, mapping.sheet, mapping.encoding, mapping.delimiter)
    if path.is_dir() or (read_as := format_of(path, options)) == "txt":
        seen.tabular, seen.read_as = False, "txt"
        reports = sets.open(name, mapping)
    else:
        seen.read_as = read_as
        if read_as == "xlsx":
            seen.sheets = sheet_names(path)
        table = open_table(path, options)
        seen.found_encoding, seen.found_delimiter = table.encoding, table.delimiter
        seen.columns = _columns(table)
        reports = reports_of(table, mapping.columns)
    seen.notes = [*reports.notes]
    if seen.tabular:
        seen.carried = [*reports.columns.carried][:_COLUMNS]
        for role in seen.roles:
            role.found = getattr(reports.columns, role.role)
    _rows(reports, seen)
    if not seen.rows:
        survey(reports)  # says that there are none


def _rows(reports: ReportSet, seen: Preview) -> None:
    for report in islice(reports, ROWS):
        seen.rows.append(
            PreviewRow(
                id=report.id,
                patient=report.patient,
                date=report.date,
                language=report.language,
                text=report.text[:SHOWN],
                length=len(report.text),
                line=None if report.source is None else report.source.line,
            )
        )


def _columns(table: Table) -> list[ColumnView]:
    found = dict.fromkeys(table.columns, "")
    try:
        for _, row in islice(table.rows(), ROWS):
            for name, value in row.items():
                found[name] = found.get(name) or key(value).strip()[:_VALUE]
    except EpicrisisError:
        pass  # said where the reports are read
    return [ColumnView(name=name, value=value) for name, value in found.items()]


def _said(mapping: Mapping, role: str) -> str | None:
    said: str | None = getattr(mapping.columns, role)
    return "none" if said is not None and said.lower() in NOBODY else said
