"""Translated sentences, kept in a file beside the run store."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import StoreError
from .database import make_file, store_errors

logger = logging.getLogger(__name__)

_FILE = "translations.sqlite"
_TABLE = "CREATE TABLE IF NOT EXISTS translation (key TEXT PRIMARY KEY, words TEXT NOT NULL) WITHOUT ROWID"
_BUSY_SECONDS = 30.0


def translations_path(store: Path) -> Path:
    """Where the translations of the runs in ``store`` are kept."""
    return store.with_name(_FILE)


class Translations(MutableMapping[str, str]):
    """A file of translations by key, made where it is first written to. Safe to use from several threads.

    It holds the words of reports: like the run store, only its owner can read it. Entering it raises
    ``StoreError`` if there is a file that cannot be used. Afterwards it only saves work: what cannot be read
    is not there, and what cannot be written is not kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None

    def __getitem__(self, key: str) -> str:
        try:
            row = self._one("SELECT words FROM translation WHERE key = ?", key)
        except StoreError as error:
            logger.debug("a translation could not be read: %s", error.message)
            row = None
        if row is None:
            raise KeyError(key)
        return str(row[0])

    def __setitem__(self, key: str, words: str) -> None:
        try:
            with self._lock, store_errors(self._path):
                connection = self._connection(create=True)
                if connection is not None:
                    connection.execute("INSERT OR REPLACE INTO translation VALUES (?, ?)", (key, words))
        except StoreError as error:
            logger.debug("a translation could not be kept: %s", error.message)

    def __delitem__(self, key: str) -> None:
        with self._lock, store_errors(self._path):
            connection = self._connection(create=False)
            if connection is None:
                raise KeyError(key)
            if not connection.execute("DELETE FROM translation WHERE key = ?", (key,)).rowcount:
                raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        with self._lock, store_errors(self._path):
            connection = self._connection(create=False)
            rows = [] if connection is None else connection.execute("SELECT key FROM translation").fetchall()
        return iter([str(key) for (key,) in rows])

    def __len__(self) -> int:
        row = self._one("SELECT count(*) FROM translation")
        return 0 if row is None else int(row[0])

    def close(self) -> None:
        """Closing twice is harmless; what is asked for afterwards opens the file again."""
        with self._lock:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def __enter__(self) -> Translations:
        with self._lock, store_errors(self._path):
            self._connection(create=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _one(self, query: str, *values: str) -> tuple[Any, ...] | None:
        with self._lock, store_errors(self._path):
            connection = self._connection(create=False)
            if connection is None:
                return None
            row: tuple[Any, ...] | None = connection.execute(query, values).fetchone()
            return row

    def _connection(self, *, create: bool) -> sqlite3.Connection | None:
        if self._opened is not None:
            return self._opened
        if self._path.is_dir():
            raise StoreError("The file of translations is a folder.", path=self._path)
        if not self._path.exists():
            if not create:
                return None
            make_file(self._path)
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(_TABLE)
        except BaseException:
            connection.close()
            raise
        self._opened = connection
        return connection
