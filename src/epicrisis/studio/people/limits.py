"""How often a login may fail."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from ..database import Database

#: Failures allowed per name, and per address, within the window (seconds).
PER_NAME = 5
PER_ADDRESS = 20
WINDOW = 300.0


class LoginLimits:
    """Counts failed logins in the project's file, so that a restart forgives nothing."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def wait(self, name: str, address: str) -> float:
        """Seconds until the next try may be made; 0 if it may be made now."""
        with self._database.reading() as db:
            return max(
                self._left(db, f"name:{name.casefold()}", PER_NAME),
                self._left(db, f"address:{address}", PER_ADDRESS),
            )

    def claim(self, name: str, address: str) -> float:
        """Begin a try, which counts as failed until it succeeds: of many at the same moment no more get
        through than one after the other. Gives 0, or the seconds until the next may be made."""
        now = self._clock()
        with self._database.writing() as db:
            wait = max(
                self._left(db, f"name:{name.casefold()}", PER_NAME),
                self._left(db, f"address:{address}", PER_ADDRESS),
            )
            if wait <= 0:
                self._count(db, name, address, now)
            return wait

    def failed(self, name: str, address: str) -> None:
        with self._database.writing() as db:
            self._count(db, name, address, self._clock())

    def succeeded(self, name: str, address: str | None = None) -> None:
        """Forgive the name; of the address only the try that was begun."""
        with self._database.writing() as db:
            db.execute("DELETE FROM login_failures WHERE subject = ?", (f"name:{name.casefold()}",))
            if address is not None:
                db.execute(
                    "DELETE FROM login_failures WHERE rowid ="
                    " (SELECT max(rowid) FROM login_failures WHERE subject = ?)",
                    (f"address:{address}",),
                )

    def _count(self, db: sqlite3.Connection, name: str, address: str, now: float) -> None:
        db.execute("DELETE FROM login_failures WHERE at < ?", (now - WINDOW,))
        db.executemany(
            "INSERT INTO login_failures VALUES (?, ?)",
            [(f"name:{name.casefold()}", now), (f"address:{address}", now)],
        )

    def _left(self, db: sqlite3.Connection, subject: str, allowed: int) -> float:
        rows = db.execute(
            "SELECT at FROM login_failures WHERE subject = ? AND at > ? ORDER BY at DESC LIMIT ?",
            (subject, self._clock() - WINDOW, allowed),
        ).fetchall()
        return 0.0 if len(rows) < allowed else max(0.0, float(rows[-1]["at"]) + WINDOW - self._clock())
