"""Bringing the index up to a run: only what is new is read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from ...codebook.codebook import Codebook
from ...runs.run import StoredRun
from ...runs.store import RunRow, Store
from ..project import Project
from .cells import Row, rows_of
from .file import reading, writing

FILE = "index.sqlite"
#: Reports that are read and written at a time.
_PART = 400
#: Raised when rows mean something else than before: all runs are read again.
_MEANING = 1
#: One thread at a time reads a run; the others would read the same.
_LOCKS: defaultdict[tuple[Path, str], threading.Lock] = defaultdict(threading.Lock)

_REPORT = f"INSERT OR REPLACE INTO reports VALUES ({', '.join('?' * 13)})"
_CELL = f"INSERT OR REPLACE INTO cells VALUES ({', '.join('?' * 9)})"


class Coverage(NamedTuple):
    """How much of a run is in the index. ``run`` is its number there; ``revision`` changes whenever the
    index of it does; ``indexed`` and ``done`` count reports; ``complete``: all that was done is there."""

    run: int
    revision: int
    indexed: int
    done: int
    complete: bool


class _State(NamedTuple):
    """What the run store says of a run."""

    row: RunRow
    key: str
    #: Digest of how it ended; None while somebody may be working on it.
    ended: str | None


class Index:
    """The index of a project's runs."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.path = project.cache / FILE

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for queries, with rows by column name."""
        with reading(self.path) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction."""
        with writing(self.path) as connection:
            yield connection

    def catch_up(self, run: StoredRun, seconds: float | None = None) -> Coverage:
        """Read what the index does not have of the run yet, for so many seconds at most, if a limit is given.

        Safe with a program that works on the run and with other calls. Raises StoreError.
        """
        state = _state(run)
        known = self._known(run.id)
        if known is not None and state.ended is not None and _same(known, state):
            return Coverage(known["number"], known["revision"], known["indexed"], known["indexed"], True)
        until = None if seconds is None else time.monotonic() + seconds
        lock = _LOCKS[self.path, run.id]
        taken = lock.acquire(timeout=-1 if seconds is None else seconds)
        try:
            return self._read(run, until if taken else time.monotonic())
        finally:
            if taken:
                lock.release()

    def forget(self, run_id: str) -> None:
        """Remove what the index holds of a run."""
        with self.writing() as db:
            _drop(db, run_id)

    def _known(self, run_id: str) -> sqlite3.Row | None:
        with self.reading() as db:
            row: sqlite3.Row | None = db.execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
        return row

    def _read(self, run: StoredRun, until: float | None) -> Coverage:
        state = _state(run)
        number = self._number(state)
        variables = codebook_in(state.row.manifest).columns
        places = dict(run.places())
        with self.reading() as db:
            known = dict(db.execute("SELECT seq, result FROM reports WHERE run = ?", (number,)).fetchall())
        missing = iter([seq for seq, result in places.items() if known.get(seq) != result])
        complete = True
        while part := list(islice(missing, _PART)):
            if until is not None and time.monotonic() >= until:
                complete = False
                break
            found = [rows_of(variables, record, seq, places[seq]) for seq, record in run.records_at(part)]
            with self.writing() as db:
                if db.execute("SELECT key FROM runs WHERE number = ?", (number,)).fetchone() is None:
                    # Another process began it anew, with another calibration.
                    break
                _add(db, number, found)
        with self.writing() as db:
            gone = [(number, seq) for seq in known if seq not in places]
            db.executemany("DELETE FROM reports WHERE run = ? AND seq = ?", gone)
            db.executemany("DELETE FROM cells WHERE run = ? AND seq = ?", gone)
            row = db.execute(
                "UPDATE runs SET settled = ?, indexed = (SELECT count(*) FROM reports WHERE run = number),"
                " revision = revision + ? WHERE number = ? RETURNING revision, indexed",
                (state.ended if complete else None, bool(gone), number),
            ).fetchone()
        if row is None:
            return Coverage(number, 0, 0, len(places), False)
        return Coverage(number, row["revision"], row["indexed"], len(places), complete)

    def _number(self, state: _State) -> int:
        """The run's number in the index; what was read with another calibration is dropped."""
        with Store(self._project.store, create=False) as store:
            there = {run.id for run in store.runs()}
        with self.writing() as db:
            for run_id, key in db.execute("SELECT id, key FROM runs").fetchall():
                if run_id not in there or (run_id == state.row.id and key != state.key):
                    _drop(db, run_id)
            db.execute(
                "INSERT OR IGNORE INTO runs (id, key, revision, indexed) VALUES (?, ?, 0, 0)",
                (state.row.id, state.key),
            )
            found = db.execute("SELECT number FROM runs WHERE id = ?", (state.row.id,)).fetchone()
        return int(found["number"])


def _add(db: sqlite3.Connection, number: int, found: list[tuple[Row, list[Row]]]) -> None:
    db.executemany(_REPORT, ((number, *report) for report, _ in found))
    db.executemany(_CELL, ((number, *cell) for _, cells in found for cell in cells))
    db.execute("UPDATE runs SET revision = revision + 1, settled = NULL WHERE number = ?", (number,))


def _drop(db: sqlite3.Connection, run_id: str) -> None:
    row = db.execute("SELECT number FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is not None:
        for table in ("reports", "cells", "sources", "differences"):
            db.execute(f"DELETE FROM {table} WHERE run = ?", (row["number"],))
        db.execute("DELETE FROM runs WHERE number = ?", (row["number"],))


def _same(known: sqlite3.Row, state: _State) -> bool:
    return bool(known["key"] == state.key and known["settled"] == state.ended)


def _state(run: StoredRun) -> _State:
    with Store(run.store_path, create=False) as store:
        row = store.run(run.id)
    key, whole = _digests(row.manifest)
    # A process that was killed leaves "running" behind; another may go on at any moment.
    return _State(row, key, None if row.status == "running" else whole)


@lru_cache(maxsize=8)
def _digests(manifest: str) -> tuple[str, str]:
    """Of what the cells depend on, and of the whole manifest, which changes whenever a session ends."""
    document = json.loads(manifest)
    parts = [_MEANING, document["created"], document.get("calibration"), document["codebook"]["content"]]
    several = json.dumps(parts, sort_keys=True), manifest
    key, whole = (hashlib.sha256(one.encode()).hexdigest() for one in several)
    return key, whole


@lru_cache(maxsize=8)
def codebook_in(manifest: str) -> Codebook:
    """The codebook recorded in a manifest, given as the store has it."""
    return Codebook.model_validate(json.loads(manifest)["codebook"]["content"])
