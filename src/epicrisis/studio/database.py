"""The studio's own SQLite file: people, activity, report sets, codebook versions, reviews."""

from __future__ import annotations

import sqlite3
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import sqlite_file
from ..sqlite_file import FileKind

#: The application id is "EPST" in ASCII.
STUDIO_FILE = FileKind(
    name="studio file",
    application_id=0x45505354,
    package=__package__,
    missing="Start the studio with 'epicrisis studio --project DIR'.",
    elsewhere="Choose another project with --project DIR.",
)


#: Connections kept for the next use.
_IDLE = 8


class Database:
    """A file that many threads use, each with a connection of its own while it does.

    Connections are kept: the last one that closes makes SQLite write its log back, which costs more than
    most of what pages ask.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: deque[sqlite3.Connection] = deque()
        weakref.finalize(self, _close, self._idle)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for queries; rows can be read by column name. Raises StoreError."""
        with self._connected() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: kept at the end, dropped on any error. Others who write wait. Raises StoreError."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close the connections that are kept; using the file again opens it again."""
        _close(self._idle)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with sqlite_file.sqlite_errors(self.path, STUDIO_FILE):
            connection = self._next()
            try:
                yield connection
            except BaseException:
                # Closing drops what a transaction wrote.
                connection.close()
                raise
            if len(self._idle) < _IDLE:
                self._idle.append(connection)
            else:
                connection.close()

    def _next(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        connection = sqlite_file.connect(self.path, STUDIO_FILE, create=True, any_thread=True)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection


def _close(idle: deque[sqlite3.Connection]) -> None:
    while idle:
        idle.pop().close()
