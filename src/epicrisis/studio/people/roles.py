"""What a person may do."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Role(IntEnum):
    """Each may do what those before may."""

    VIEWER = 1  #: look
    REVIEWER = 2  #: and review
    EDITOR = 3  #: and change codebooks, upload reports, run, adjudicate
    ADMIN = 4  #: and manage people, models and engines, and remove runs

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Role:
        """The role called ``word``. Raises KeyError."""
        return cls[word.upper()]


ROLE_NAMES = tuple(role.word for role in Role)


class Person(NamedTuple):
    """Who is asking. ``csrf`` is the token that every change must carry."""

    name: str
    role: Role
    csrf: str

    def may(self, role: Role) -> bool:
        return self.role >= role
