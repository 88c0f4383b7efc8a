"""How often a login may fail."""

from __future__ import annotations

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
        return max(
            self._left(f"name:{name.casefold()}", PER_NAME), self._left(f"address:{address}", PER_ADDRESS)
        )

    def failed(self, name: str, address: str) -> None:
        now = self._clock()
        with self._database.writing() as db:
            db.execute("DELETE FROM login_failures WHERE at < ?", (now - WINDOW,))
            db.executemany(
                "INSERT INTO login_failures VALUES (?, ?)",
                [(f"name:{name.casefold()}", now), (f"address:{address}", now)],
            )

    def succeeded(self, name: str) -> None:
        with self._database.writing() as db:
            db.execute("DELETE FROM login_failures WHERE subject = ?", (f"name:{name.casefold()}",))

    def _left(self, subject: str, allowed: int) -> float:
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT at FROM login_failures WHERE subject = ? AND at > ? ORDER BY at DESC LIMIT ?",
                (subject, self._clock() - WINDOW, allowed),
            ).fetchall()
        return 0.0 if len(rows) < allowed else max(0.0, float(rows[-1]["at"]) + WINDOW - self._clock())
