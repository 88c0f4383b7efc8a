"""Sessions: who a browser is, and the token that its changes must carry."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable

from ..database import Database
from .accounts import Accounts
from .roles import Person, Role

#: Seconds between two writes of when a session was last seen.
_SEEN_EVERY = 60.0


class Sessions:
    """The sessions of one project. ``idle`` and ``longest`` in seconds."""

    def __init__(
        self, database: Database, *, idle: float, longest: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._idle = idle
        self._longest = longest
        self._clock = clock

    def begin(self, name: str) -> str:
        """The cookie of a new session."""
        cookie = secrets.token_urlsafe(32)
        now = self._clock()
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE created < ?", (now - self._longest,))
            db.execute(
                # Not of an account that was removed since its password was looked at.
                "INSERT INTO sessions SELECT ?, name, ?, ?, ? FROM users WHERE name = ?",
                (_digest(cookie), secrets.token_urlsafe(32), now, now, name),
            )
        return cookie

    def person(self, cookie: str | None) -> Person | None:
        """Who this cookie is, with the role the account has now; ``None`` if nobody or no longer."""
        if not cookie:
            return None
        digest, now = _digest(cookie), self._clock()
        with self._database.reading() as db:
            row = db.execute(
                "SELECT s.csrf, s.created, s.seen, u.name, u.role FROM sessions s"
                " JOIN users u ON u.name = s.person COLLATE NOCASE WHERE s.digest = ?",
                (digest,),
            ).fetchone()
        if row is None or now - row["seen"] > self._idle or now - row["created"] > self._longest:
            return None
        if now - row["seen"] > _SEEN_EVERY:
            with self._database.writing() as db:
                db.execute("UPDATE sessions SET seen = ? WHERE digest = ?", (now, digest))
        return Person(row["name"], Role.of(row["role"]), row["csrf"])

    def end(self, cookie: str) -> None:
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE digest = ?", (_digest(cookie),))


def local_person(database: Database) -> Person:
    """The one person of a studio without accounts: who started it, with every right."""
    with database.writing() as db:
        db.execute("INSERT OR IGNORE INTO secrets VALUES ('local', ?)", (secrets.token_urlsafe(32),))
        secret = db.execute("SELECT value FROM secrets WHERE name = 'local'").fetchone()["value"]
    token = hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):
        name = "local"
    return Person(name, Role.ADMIN, token)


def has_accounts(database: Database) -> bool:
    """Whether people must log in."""
    return bool(Accounts(database).all())


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
