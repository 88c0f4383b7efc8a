"""What every request works with: the project, its files, and what goes on in the background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .database import Database
from .project import Project
from .settings import Settings


@dataclass(frozen=True)
class Studio:
    """One project being served."""

    project: Project
    settings: Settings

    @cached_property
    def database(self) -> Database:
        return Database(self.project.database)
