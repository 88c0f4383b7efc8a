"""Putting files on the shelves of a project, renaming them there, and taking them away."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from enum import StrEnum
from pathlib import Path

from .database import Database
from .people.activity import note
from .project import Project, Shelf, is_name
from .web.refusals import Refused, conflict, not_found

#: How activity and messages call what lies on a shelf.
_NOUNS: dict[Shelf, str] = {
    "reports": "set of reports",
    "gold": "gold file",
    "codebooks": "codebook",
    "adapters": "adapter",
}


class Existing(StrEnum):
    """What to do where the shelf has something of that name already."""

    REFUSE = "refuse"
    REPLACE = "replace"
    KEEP_BOTH = "keep-both"


class Shelved:
    """What lies on one shelf, as files or folders."""

    def __init__(self, project: Project, database: Database, shelf: Shelf) -> None:
        self.project = project
        self.shelf = shelf
        self._database = database
        self._away: list[Path] = []

    def names(self) -> list[str]:
        return sorted(
            path.name
            for path in self.project.shelf(self.shelf).iterdir()
            if is_name(path.name) and not path.is_symlink()
        )

    def path(self, name: str) -> Path:
        """Raises Refused (404)."""
        path = self.project.file(self.shelf, name)
        if not path.exists():
            raise not_found(_NOUNS[self.shelf])
        return path

    def put(self, db: sqlite3.Connection, source: Path, name: str, *, by: str, replace: bool) -> None:
        """Move a file or folder onto the shelf, in the transaction ``db``, which keeps others out.

        Raises Refused (409) where there is one of that name, unless it is to be replaced.
        """
        target = self.project.file(self.shelf, name)
        if target.exists():
            if not replace:
                raise exists([name])
            self._aside(target)
        source.rename(target)
        note(db, by, f"{self.shelf}.{'replace' if replace else 'add'}", name)

    def rename(self, name: str, new: str, *, by: str) -> None:
        """Raises Refused (404, 409), or OptionError for a name that cannot be."""
        target = self.project.file(self.shelf, new)
        with self._database.writing() as db:
            source = self.path(name)
            if target.exists():
                raise conflict(f"There is a {_NOUNS[self.shelf]} of that name.", "Choose another name.")
            db.execute(
                "UPDATE report_sets SET name = ? WHERE name = ? AND ? = 'reports'", (new, name, self.shelf)
            )
            note(db, by, f"{self.shelf}.rename", name, new=new)
            source.rename(target)

    def remove(self, name: str, *, by: str) -> None:
        """Raises Refused (404)."""
        with self._database.writing() as db:
            path = self.path(name)
            db.execute("DELETE FROM report_sets WHERE name = ? AND ? = 'reports'", (name, self.shelf))
            note(db, by, f"{self.shelf}.remove", name)
            self._aside(path)
        self.sweep()

    def sweep(self) -> None:
        """Remove for good what was replaced or taken away; to be called after the transaction."""
        while self._away:
            shutil.rmtree(self._away.pop(), ignore_errors=True)

    def _aside(self, path: Path) -> None:
        """Gone from the shelf at once, however long it takes to remove."""
        away = self.project.database.parent / "incoming" / secrets.token_hex(8)
        away.mkdir(mode=0o700, parents=True)
        self._away.append(away)
        path.rename(away / path.name)


def exists(names: list[str]) -> Refused:
    """There is something of that name (409): replace it, or keep both?"""
    refused = Refused(
        409, "exists", "There is one of that name already.", "Replace it, keep both, or choose another name."
    )
    refused.refusal.where = ", ".join(names[:5])
    return refused


def used(name: str) -> Refused:
    """A run needs the file (409)."""
    refused = Refused(
        409, "in-use", "A run reads this set of reports.", "Wait until the run ends, or cancel it first."
    )
    refused.refusal.where = name
    return refused
