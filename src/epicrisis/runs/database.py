"""Opening the run store's SQLite file: where it lies, who may read it, which version it has."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from ..errors import StoreError

#: Marks the file as an epicrisis run store ("EPIC" in ASCII).
APPLICATION_ID = 0x45504943
DEFAULT_STORE = Path(".epicrisis") / "store.sqlite"
STORE_VARIABLE = "EPICRISIS_STORE"
_BUSY_SECONDS = 30.0
#: Pages (4 KiB) in the write-ahead log before it is written back. A commit per report makes many small
#: writes; writing back less often halves their cost.
_CHECKPOINT_PAGES = 8000


def store_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Where the run store lies: ``path``, else ``$EPICRISIS_STORE``, else under the working directory."""
    return Path(path or os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)


def migrations() -> list[tuple[int, str]]:
    """Number and SQL of every migration, in order. They are only ever added, never changed."""
    folder = resources.files(__package__) / "migrations"
    found = [(int(file.name[:4]), file.read_text("utf-8")) for file in folder.iterdir() if _is_sql(file.name)]
    return sorted(found)


def _is_sql(name: str) -> bool:
    return name.endswith(".sql")


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection to the store at ``path``, brought up to this program's version.

    Raises StoreError if there is none and ``create`` is false, if it cannot be opened or is not a run
    store, or if it was written by a newer program.
    """
    if path.is_dir():
        raise StoreError("The run store is a folder, not a file.", path=path, hint=_ELSEWHERE)
    if not path.exists():
        if not create:
            raise StoreError(
                "There is no run store here.",
                path=path,
                hint="Run 'epicrisis extract' first, or say where the store lies with --store.",
            )
        make_file(path)
    with store_errors(path):
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


_ELSEWHERE = "Choose another place with --store PATH or the variable EPICRISIS_STORE."


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into StoreErrors that say what to do."""
    try:
        yield
    except sqlite3.Error as error:
        message = str(error)
        if "full" in message:
            hint = "Free some disk space, then run the same command again: what is done is kept."
        elif "not a database" in message or "malformed" in message:
            hint = f"The file is not a run store or is damaged. {_ELSEWHERE}"
        elif "locked" in message:
            hint = "Another program is writing to it. Try again when that is done."
        else:
            hint = f"Check that the disk can be written to. {_ELSEWHERE}"
        raise StoreError(f"The run store cannot be used: {message}.", path=path, hint=hint) from error


def make_file(path: Path) -> None:
    """An empty file that only its owner can read: it will hold quotes from reports."""
    folder = path.parent
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            # Patients' words do not belong under version control.
            (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise StoreError(f"The run store cannot be made: {reason}.", path=path, hint=_ELSEWHERE) from error


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    known = migrations()
    newest = known[-1][0]
    version = _pragma(connection, "user_version")
    if version > newest:
        raise _too_new(path, version, newest)
    if version == 0:
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError("This is a database, but not a run store.", path=path, hint=_ELSEWHERE)
    elif _pragma(connection, "application_id") != APPLICATION_ID:
        raise StoreError("This is a database, but not a run store.", path=path, hint=_ELSEWHERE)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    if version < newest:
        _migrate(connection, known)


def _migrate(connection: sqlite3.Connection, known: list[tuple[int, str]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for its turn.
        version = _pragma(connection, "user_version")
        for number, script in known:
            if number > version:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
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


def _too_new(path: Path, version: int, newest: int) -> StoreError:
    from .._version import __version__

    return StoreError(
        f"The run store has version {version}; this program (epicrisis {__version__}) knows versions up to "
        f"{newest}.",
        path=path,
        hint="Upgrade with 'pip install -U epicrisis', or use another store with --store PATH.",
    )
