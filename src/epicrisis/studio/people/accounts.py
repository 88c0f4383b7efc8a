"""Accounts: names, roles, and passwords that are kept as argon2 hashes."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ...errors import OptionError
from ..database import Database
from .activity import note, now
from .roles import ROLE_NAMES, Role

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_NAME = re.compile(r"[^\W_][\w.@-]{0,63}")
#: NIST SP 800-63B: length counts, composition rules do not.
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
#: Passwords that are looked at at the same time.
_AT_ONCE = threading.BoundedSemaphore(4)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in."""

    name: str
    role: Role
    created: str


class Accounts:
    """The accounts of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Account]:
        """By name."""
        with self._database.reading() as db:
            rows = db.execute("SELECT name, role, created FROM users ORDER BY name").fetchall()
        return [Account(row["name"], Role.of(row["role"]), row["created"]) for row in rows]

    def find(self, name: str) -> Account | None:
        with self._database.reading() as db:
            row = db.execute("SELECT name, role, created FROM users WHERE name = ?", (name,)).fetchone()
        return None if row is None else Account(row["name"], Role.of(row["role"]), row["created"])

    def add(self, name: str, role: str, password: str, *, by: str) -> Account:
        """A new account. Raises OptionError for a name that is taken or a password that is too short."""
        if _NAME.fullmatch(name) is None:
            raise OptionError(
                "A name begins with a letter or digit and has letters, digits and . _ - @ only, at most 64.",
                hint="Choose another name.",
            )
        known = _role(role)
        hashed = _hasher().hash(_checked(password))
        with self._database.writing() as db:
            if db.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone():
                raise OptionError(f"There is an account {name!r} already.", hint="Choose another name.")
            db.execute("INSERT INTO users VALUES (?, ?, ?, ?)", (name, known.word, hashed, now()))
            note(db, by, "user.add", name, role=known.word)
        return Account(name, known, now())

    def change_role(self, name: str, role: str, *, by: str) -> None:
        """Raises OptionError where there is no such account, or no admin would be left."""
        known = _role(role)
        with self._database.writing() as db:
            self._keep_an_admin(db, name, known)
            if not db.execute("UPDATE users SET role = ? WHERE name = ?", (known.word, name)).rowcount:
                raise _nobody(name)
            note(db, by, "user.role", name, role=known.word)

    def change_password(self, name: str, password: str, *, by: str) -> None:
        """Ends the sessions of that person too. Raises OptionError."""
        hashed = _hasher().hash(_checked(password))
        with self._database.writing() as db:
            if not db.execute("UPDATE users SET password = ? WHERE name = ?", (hashed, name)).rowcount:
                raise _nobody(name)
            db.execute("DELETE FROM sessions WHERE person = ? COLLATE NOCASE", (name,))
            note(db, by, "user.password", name)

    def remove(self, name: str, *, by: str) -> None:
        """Remove an account and end its sessions; what the person did stays. Raises OptionError."""
        with self._database.writing() as db:
            self._keep_an_admin(db, name, None)
            if not db.execute("DELETE FROM users WHERE name = ?", (name,)).rowcount:
                raise _nobody(name)
            db.execute("DELETE FROM sessions WHERE person = ? COLLATE NOCASE", (name,))
            note(db, by, "user.remove", name)

    def verified(self, name: str, password: str) -> Account | None:
        """The account if the password is right. Takes as long where there is no such account."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        with self._database.reading() as db:
            row = db.execute("SELECT password FROM users WHERE name = ?", (name,)).fetchone()
        try:
            # Each takes much memory, and anybody may ask.
            with _AT_ONCE:
                _hasher().verify(
                    _nobodys_hash() if row is None else row["password"], password[:LONGEST_PASSWORD]
                )
        except (Argon2Error, InvalidHashError):
            return None
        return None if row is None else self.find(name)

    def _keep_an_admin(self, db: object, name: str, role: Role | None) -> None:
        import sqlite3

        assert isinstance(db, sqlite3.Connection)
        others = db.execute(
            "SELECT count(*) FROM users WHERE role = 'admin' AND name <> ?", (name,)
        ).fetchone()[0]
        was = db.execute("SELECT role FROM users WHERE name = ?", (name,)).fetchone()
        if was is not None and was["role"] == "admin" and role is not Role.ADMIN and not others:
            raise OptionError(
                f"{name!r} is the only admin.", hint="Make somebody else admin first: somebody must be."
            )


def _role(word: str) -> Role:
    try:
        return Role.of(word)
    except KeyError:
        raise OptionError(
            f"There is no role {word!r}.", hint=f"The roles are {', '.join(ROLE_NAMES)}."
        ) from None


def _checked(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise OptionError(
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
            hint="Several words in a row are easy to remember and hard to guess.",
        )
    return password


def _nobody(name: str) -> OptionError:
    return OptionError(f"There is no account {name!r}.", hint="See: epicrisis studio user list")


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    import secrets

    return _hasher().hash(secrets.token_hex(16))
