"""The studio's own SQLite file: people, activity, report sets, codebook versions, reviews."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
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


class Database:
    """A file that is opened anew for every use: cheap, and safe from any thread."""

    def __init__(self, path: Path) -> None:
        self.path = path

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
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with (
            sqlite_file.sqlite_errors(self.path, STUDIO_FILE),
            closing(sqlite_file.connect(self.path, STUDIO_FILE, create=True)) as connection,
        ):
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            yield connection
