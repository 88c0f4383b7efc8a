"""SQLite files that outlive the program: who may read them, their versions, what their errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from .errors import StoreError

_BUSY_SECONDS = 30.0
#: Pages (4 KiB) in the write-ahead log before it is written back. A commit per report makes many small
#: writes; writing back less often halves their cost.
_CHECKPOINT_PAGES = 8000


@dataclass(frozen=True, slots=True)
class FileKind:
    """What a file is: its name in messages, the number that marks it, and where its migrations lie.

    ``application_id`` stands in the file's header. ``package`` holds a folder ``migrations`` with numbered
    SQL scripts. ``missing`` says what to do where there is no file, ``elsewhere`` how to choose another one.
    """

    name: str
    application_id: int
    package: str
    missing: str
    elsewhere: str

    def migrations(self) -> list[tuple[int, str]]:
        """Number and SQL of every migration, in order. They are only ever added, never changed."""
        return list(_migrations(self.package))


@cache
def _migrations(package: str) -> tuple[tuple[int, str], ...]:
    # Read once: the studio opens its file for every request.
    folder = resources.files(package) / "migrations"
    scripts = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return tuple(sorted((int(file.name[:4]), file.read_text("utf-8")) for file in scripts))


def connect(path: Path, kind: FileKind, *, create: bool, any_thread: bool = False) -> sqlite3.Connection:
    """A connection to the file at ``path``, brought up to this program's version.

    It belongs to the thread that opens it, or, with ``any_thread``, to one at a time.

    Raises StoreError if there is none and ``create`` is false, if it cannot be opened or is not of this
    kind, or if it was written by a newer program.
    """
    if path.is_dir():
        raise StoreError(f"The {kind.name} is a folder, not a file.", path=path, hint=kind.elsewhere)
    if not path.exists():
        if not create:
            raise StoreError(f"There is no {kind.name} here.", path=path, hint=kind.missing)
        make_file(path, kind)
    with sqlite_errors(path, kind):
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=not any_thread
        )
        try:
            _prepare(connection, path, kind)
        except BaseException:
            connection.close()
            raise
    return connection


@contextmanager
def sqlite_errors(path: Path, kind: FileKind) -> Iterator[None]:
    """Turn SQLite's errors into StoreErrors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        message = str(error)
        if "full" in message:
            hint = "Free some disk space, then run the same command again: what is done is kept."
        elif "not a database" in message or "malformed" in message:
            hint = f"The file is not a {kind.name} or is damaged. {kind.elsewhere}"
        elif "locked" in message:
            hint = "Another program is writing to it. Try again when that is done."
        else:
            hint = f"Check that the disk can be written to. {kind.elsewhere}"
        raise StoreError(f"The {kind.name} cannot be used: {message}.", path=path, hint=hint) from error


def make_file(path: Path, kind: FileKind) -> None:
    """An empty file that only its owner can read: it will hold quotes from reports."""
    folder = path.parent
    try:
        # Another process may make the folder at the same time.
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700, parents=True)
            # Patients' words do not belong under version control.
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(
            f"The {kind.name} cannot be made: {reason}.", path=path, hint=kind.elsewhere
        ) from error


def _prepare(connection: sqlite3.Connection, path: Path, kind: FileKind) -> None:
    known = kind.migrations()
    newest = known[-1][0]
    version = _pragma(connection, "user_version")
    if version > newest:
        raise _too_new(path, kind, version, newest)
    if version == 0:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _another(path, kind)
    elif _pragma(connection, "application_id") != kind.application_id:
        raise _another(path, kind)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    if version < newest:
        _migrate(connection, known, kind.application_id)


def _migrate(connection: sqlite3.Connection, known: list[tuple[int, str]], application_id: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for its turn.
        version = _pragma(connection, "user_version")
        for number, script in known:
            if number > version:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {application_id}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one (``executescript`` would end the transaction)."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _another(path: Path, kind: FileKind) -> StoreError:
    return StoreError(f"This is a database, but not a {kind.name}.", path=path, hint=kind.elsewhere)


def _too_new(path: Path, kind: FileKind, version: int, newest: int) -> StoreError:
    from ._version import __version__

    return StoreError(
        f"The {kind.name} has version {version}; this program (epicrisis {__version__}) knows versions up to "
        f"{newest}.",
        path=path,
        hint=f"Upgrade with 'pip install -U epicrisis'. {kind.elsewhere}",
    )
