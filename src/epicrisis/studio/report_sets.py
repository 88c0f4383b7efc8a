"""The sets of reports of a project: files on the shelf 'reports', and those that ship."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .. import library
from ..reading import Columns, ReportSet, read
from .database import Database
from .people.activity import note, now
from .project import Project, is_name
from .web.refusals import not_found

SHIPPED = "library:"


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a file is to be read; ``None``: found out."""

    columns: Columns = field(default_factory=Columns)
    format: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


class ReportSets:
    """Everything on the shelf, whether it was uploaded or put there by hand."""

    def __init__(self, project: Project, database: Database) -> None:
        self._project = project
        self._database = database

    def names(self) -> list[str]:
        return sorted(
            path.name
            for path in self._project.shelf("reports").iterdir()
            if is_name(path.name) and not path.is_symlink()
        )

    def shipped(self) -> list[str]:
        """As ``library:NAME``."""
        return [f"{SHIPPED}{name}" for name in library.studies()]

    def path(self, name: str) -> Path:
        """Raises Refused (404)."""
        if name.startswith(SHIPPED):
            if name not in self.shipped():
                raise not_found("set of reports")
            return library.path(name.removeprefix(SHIPPED)) / library.REPORTS_FILE
        path = self._project.file("reports", name)
        if not path.exists():
            raise not_found("set of reports")
        return path

    def mapping(self, name: str) -> Mapping:
        with self._database.reading() as db:
            row = db.execute("SELECT settings FROM report_sets WHERE name = ?", (name,)).fetchone()
        if row is None:
            return Mapping()
        settings = json.loads(row["settings"])
        return Mapping(columns=Columns(**settings.pop("columns", {})), **settings)

    def map(self, name: str, mapping: Mapping, *, by: str) -> None:
        """Say how a file is read from now on."""
        self.path(name)
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO report_sets VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " settings = excluded.settings, person = excluded.person, changed = excluded.changed",
                (name, json.dumps(asdict(mapping)), by, now()),
            )
            note(db, by, "reports.map", name)

    def open(self, name: str) -> ReportSet:
        """The reports, streamed. Raises Refused (404), or ReadingError where they cannot be read."""
        mapping = self.mapping(name)
        return read(
            self.path(name),
            mapping.columns,
            format=mapping.format,
            sheet=mapping.sheet,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
        )
