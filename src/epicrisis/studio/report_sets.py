"""The sets of reports of a project: files on the shelf 'reports', and those that ship."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .. import library
from ..reading import Columns, ReportSet, read
from .database import Database
from .people.activity import note, now
from .project import SHIPPED, Project
from .sets.in_use import in_use
from .shelves import Shelved, used
from .web.refusals import conflict, not_found


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
        self.shelved = Shelved(project, database, "reports")

    def names(self) -> list[str]:
        return self.shelved.names()

    def shipped(self) -> list[str]:
        """As ``library:NAME``."""
        return [f"{SHIPPED}{name}" for name in library.studies()]

    def path(self, name: str) -> Path:
        """Raises Refused (404)."""
        if name.startswith(SHIPPED):
            if name not in self.shipped():
                raise not_found("set of reports")
            return library.path(name.removeprefix(SHIPPED)) / library.REPORTS_FILE
        return self.shelved.path(name)

    def mapping(self, name: str) -> Mapping:
        with self._database.reading() as db:
            row = db.execute("SELECT settings FROM report_sets WHERE name = ?", (name,)).fetchone()
        if row is None:
            return Mapping()
        settings = json.loads(row["settings"])
        return Mapping(columns=Columns(**settings.pop("columns", {})), **settings)

    def map(self, name: str, mapping: Mapping, *, by: str) -> None:
        """Say how a file is read from now on. Raises Refused (404; 409 while a run reads it)."""
        self._own(name)
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO report_sets VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                " settings = excluded.settings, person = excluded.person, changed = excluded.changed",
                (name, json.dumps(asdict(mapping)), by, now()),
            )
            note(db, by, "reports.map", name)

    def open(self, name: str, mapping: Mapping | None = None) -> ReportSet:
        """The reports, streamed, read as was said or by another ``mapping``.

        Raises Refused (404), or ReadingError where they cannot be read.
        """
        mapping = mapping or self.mapping(name)
        return read(
            self.path(name),
            mapping.columns,
            format=mapping.format,
            sheet=mapping.sheet,
            encoding=mapping.encoding,
            delimiter=mapping.delimiter,
        )

    def rename(self, name: str, new: str, *, by: str) -> None:
        """Raises Refused (404; 409 for a name that is taken, and while a run reads the set)."""
        self._own(name)
        self.shelved.rename(name, new, by=by)

    def remove(self, name: str, *, by: str) -> None:
        """Raises Refused (404; 409 while a run reads the set). Runs keep what they read."""
        self._own(name)
        self.shelved.remove(name, by=by)

    def in_use(self, name: str) -> bool:
        """Whether a run reads the set, or is about to."""
        return in_use(self._project, name, self.path(name))

    def _own(self, name: str) -> None:
        """Raise Refused unless this is a set of the project that may be changed."""
        if name in self.shipped():
            raise conflict("This set comes with the program.", "Upload a set of your own to change it.")
        self.shelved.path(name)
        if self.in_use(name):
            raise used(name)
