"""The index's SQLite file. Whatever is wrong with it, it can be made anew."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ... import sqlite_file
from ...errors import StoreError
from ...sqlite_file import FileKind

#: The application id is "EPIX" in ASCII.
INDEX_FILE = FileKind(
    name="index of results",
    application_id=0x45504958,
    package=__package__,
    missing="Reload the page.",
    elsewhere="Remove the project's folder .epicrisis/cache; it is made again.",
)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection on which all queries see the same state; rows by column name. Raises StoreError."""
    with _connected(path) as connection:
        connection.execute("BEGIN")
        yield connection


@contextmanager
def writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction: kept at the end, dropped on any error. Raises StoreError."""
    with _connected(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with sqlite_file.sqlite_errors(path, INDEX_FILE), closing(_open(path)) as connection:
        connection.row_factory = sqlite3.Row
        # What was read of a run that is removed must not stay behind in free pages.
        connection.execute("PRAGMA secure_delete = ON")
        yield connection


def _open(path: Path) -> sqlite3.Connection:
    try:
        return sqlite_file.connect(path, INDEX_FILE, create=True)
    except StoreError:
        if not path.is_file():
            raise
    # Damaged, or of another version of this program.
    for part in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        part.unlink(missing_ok=True)
    return sqlite_file.connect(path, INDEX_FILE, create=True)
