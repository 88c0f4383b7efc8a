"""What every request works with: the project, its files, and what goes on in the background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from .database import Database
from .project import Project
from .settings import Settings

if TYPE_CHECKING:
    from .trying import Tries


@dataclass(frozen=True)
class Studio:
    """One project being served."""

    project: Project
    settings: Settings

    @cached_property
    def database(self) -> Database:
        return Database(self.project.database)

    @property
    def accounts(self) -> bool:
        """Whether people log in: because the studio was started so, or since the first account was added.

        Once it is so it stays so: the last admin cannot be removed.
        """
        if not self.settings.accounts and "_accounts" not in self.__dict__:
            with self.database.reading() as db:
                if db.execute("SELECT 1 FROM users LIMIT 1").fetchone() is None:
                    return False
            self.__dict__["_accounts"] = True
        return True

    @cached_property
    def tries(self) -> Tries:
        """Reports that people try, with the engine that is kept open for them."""
        from .trying import Tries

        return Tries()
