"""Opening the run store's SQLite file: where it lies, and what it is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager
from pathlib import Path

from .. import sqlite_file
from ..sqlite_file import FileKind

DEFAULT_STORE = Path(".epicrisis") / "store.sqlite"
STORE_VARIABLE = "EPICRISIS_STORE"
#: The application id is "EPIC" in ASCII.
RUN_STORE = FileKind(
    name="run store",
    application_id=0x45504943,
    package=__package__,
    missing="Run 'epicrisis extract' first, or say where the store lies with --store.",
    elsewhere="Choose another place with --store PATH or the variable EPICRISIS_STORE.",
)


def store_path(path: str | os.PathLike[str] | None = None) -> Path:
    """Where the run store lies: ``path``, else ``$EPICRISIS_STORE``, else under the working directory."""
    return Path(path or os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)


def migrations() -> list[tuple[int, str]]:
    """Number and SQL of every migration, in order."""
    return RUN_STORE.migrations()


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """A connection to the store at ``path``, brought up to this program's version. Raises StoreError."""
    return sqlite_file.connect(path, RUN_STORE, create=create)


def store_errors(path: Path) -> AbstractContextManager[None]:
    """Turn SQLite's errors into StoreErrors that say what to do."""
    return sqlite_file.sqlite_errors(path, RUN_STORE)


def make_file(path: Path) -> None:
    """An empty file that only its owner can read: it will hold quotes from reports."""
    sqlite_file.make_file(path, RUN_STORE)
