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

    @cached_property
    def tries(self) -> Tries:
        """Reports that people try, with the engine that is kept open for them."""
        from .trying import Tries

        return Tries()
