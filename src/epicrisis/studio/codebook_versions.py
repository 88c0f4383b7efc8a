"""Every version of a project's codebooks. The file on the shelf is what counts; its past is kept here."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from ..codebook.lint import examine
from ..codebook.load import read_text
from ..errors import OutputError
from . import codebooks
from .database import Database
from .people.activity import note as note_activity
from .people.activity import now
from .project import SHIPPED, Project
from .web.refusals import Refusal, Refused, conflict, not_found

How = Literal["made", "imported", "copied", "saved", "restored", "outside"]


class Version(BaseModel):
    """One version. ``person`` is empty and ``how`` is ``outside`` where the file was changed by other means;
    ``digest`` is what answers depend on, ``None`` for a draft with errors."""

    number: int
    at: str
    person: str
    how: How
    note: str
    digest: str | None


class VersionText(Version):
    """One version with its text."""

    yaml: str


class Overtaken(Refusal):
    """Somebody else saved meanwhile: their version."""

    theirs: VersionText


class Versions:
    """The versions of all codebooks of one project."""

    def __init__(self, project: Project, database: Database) -> None:
        self._project = project
        self._database = database

    def current(self, name: str) -> VersionText:
        """What the file says now. Kept as a version first, where it was changed outside the studio.

        Raises Refused (404) where there is no such file, CodebookError where it cannot be read.
        """
        text = self._read(name)
        with self._database.reading() as db:
            latest = _latest(db, name)
        if latest is not None and latest.yaml == text:
            return latest
        with self._database.writing() as db:
            return self._reconciled(db, name)

    def all(self, name: str) -> list[Version]:
        """The latest first, also of a codebook that was removed."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT number, at, person, how, note, digest FROM codebook_versions WHERE codebook = ?"
                " ORDER BY number DESC",
                (name,),
            ).fetchall()
        return [Version(**row) for row in rows]

    def get(self, name: str, number: int) -> VersionText:
        """Raises Refused (404)."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT * FROM codebook_versions WHERE codebook = ? AND number = ?", (name, number)
            ).fetchone()
        if row is None:
            raise not_found("version")
        return _version(row)

    def removed(self) -> list[str]:
        """Codebooks that have versions but no file any more."""
        there = set(codebooks.names(self._project))
        with self._database.reading() as db:
            rows = db.execute("SELECT DISTINCT codebook FROM codebook_versions ORDER BY codebook").fetchall()
        return [row["codebook"] for row in rows if row["codebook"] not in there]

    def make(self, name: str, yaml: str, *, how: How, note: str, by: str) -> VersionText:
        """A new codebook. Raises Refused (409) where there is one, OptionError for a name that cannot be."""
        path = self._file(name)
        with self._database.writing() as db:
            if path.exists():
                raise conflict("There is a codebook of this name.", "Choose another name.")
            version = _add(db, name, yaml, how=how, note=note, by=by)
            note_activity(db, by, "codebook.restore" if how == "restored" else "codebook.make", name, how=how)
            _write(path, yaml)
        return version

    def save(self, name: str, yaml: str, *, base: int, note: str, by: str, how: How = "saved") -> VersionText:
        """A version that rests on version ``base``. A text that is the same as before makes none.

        Raises Refused (409, an Overtaken) where that is no longer the latest.
        """
        with self._database.writing() as db:
            latest = self._reconciled(db, name)
            if latest.yaml == yaml:
                return latest
            if latest.number != base:
                raise _overtaken(latest)
            version = _add(db, name, yaml, how=how, note=note, by=by)
            verb = "restore" if how == "restored" else "save"
            note_activity(db, by, f"codebook.{verb}", name, version=version.number)
            _write(self._file(name), yaml)
        return version

    def restore(self, name: str, number: int, *, base: int, note: str, by: str) -> VersionText:
        """Version ``number`` once more, as the latest; the file of a removed codebook is made again.

        Raises Refused (404; 409, an Overtaken, where ``base`` is no longer the latest).
        """
        text = self.get(name, number).yaml
        if name in codebooks.names(self._project):
            return self.save(name, text, base=base, note=note, by=by, how="restored")
        return self.make(name, text, how="restored", note=note, by=by)

    def rename(self, name: str, to: str, *, by: str) -> None:
        """Raises Refused (404, 409), or OptionError for a name that cannot be."""
        target = self._file(to)
        with self._database.writing() as db:
            self._reconciled(db, name)
            used = db.execute("SELECT 1 FROM codebook_versions WHERE codebook = ?", (to,)).fetchone()
            if target.exists() or used is not None:
                raise conflict("There is or was a codebook of this name.", "Choose another name.")
            db.execute("UPDATE codebook_versions SET codebook = ? WHERE codebook = ?", (to, name))
            note_activity(db, by, "codebook.rename", name, to=to)
            try:
                self._file(name).rename(target)
            except OSError as error:
                raise _not_written(error) from error

    def remove(self, name: str, *, by: str) -> None:
        """Remove the file; its versions stay. Raises Refused (404)."""
        with self._database.writing() as db:
            self._reconciled(db, name)
            note_activity(db, by, "codebook.remove", name)
            try:
                self._file(name).unlink()
            except OSError as error:
                raise _not_written(error) from error

    def _reconciled(self, db: sqlite3.Connection, name: str) -> VersionText:
        text = self._read(name)
        latest = _latest(db, name)
        if latest is not None and latest.yaml == text:
            return latest
        note_activity(db, "", "codebook.outside", name)
        return _add(db, name, text, how="outside", note="", by="")

    def _read(self, name: str) -> str:
        if name.startswith(SHIPPED):
            raise not_found("codebook of the project")
        return read_text(codebooks.path_of(self._project, name))

    def _file(self, name: str) -> Path:
        return self._project.file("codebooks", f"{name}{codebooks.ENDING}")


def _latest(db: sqlite3.Connection, name: str) -> VersionText | None:
    row = db.execute(
        "SELECT * FROM codebook_versions WHERE codebook = ? ORDER BY number DESC LIMIT 1", (name,)
    ).fetchone()
    return None if row is None else _version(row)


def _version(row: sqlite3.Row) -> VersionText:
    return VersionText(**{key: row[key] for key in VersionText.model_fields})


def _add(db: sqlite3.Connection, name: str, yaml: str, *, how: How, note: str, by: str) -> VersionText:
    before = _latest(db, name)
    codebook = examine(yaml).codebook
    version = VersionText(
        number=1 if before is None else before.number + 1,
        at=now(),
        person=by,
        how=how,
        note=note,
        digest=None if codebook is None else codebook.digest,
        yaml=yaml,
    )
    db.execute(
        "INSERT INTO codebook_versions (codebook, number, at, person, how, note, yaml, digest)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            name, version.number, version.at, by, how, note, yaml, version.digest,
        ),
    )  # fmt: skip
    return version


def _overtaken(theirs: VersionText) -> Refused:
    who = theirs.person or "Somebody, outside the studio,"
    refused = conflict(
        f"{who} saved version {theirs.number} meanwhile.",
        "Look at the difference and choose; nothing of yours is lost.",
    )
    refused.refusal = Overtaken(**refused.refusal.model_dump(), theirs=theirs)
    return refused


def _write(path: Path, text: str) -> None:
    """All of it or nothing; line ends as the file had them."""
    draft = path.with_name(f".{path.name}.new")
    try:
        windows = path.exists() and b"\r\n" in path.read_bytes()
        draft.write_text(text, encoding="utf-8", newline="\r\n" if windows else "\n")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise _not_written(error) from error


def _not_written(error: OSError) -> OutputError:
    return OutputError(
        f"The file of the codebook cannot be changed: {error.strerror or type(error).__name__}.",
        hint="Check the rights of the project's folder and the space on its disk.",
    )
