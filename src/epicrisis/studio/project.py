"""A project: one folder with codebooks, reports, gold and runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import OptionError

Shelf = Literal["codebooks", "reports", "gold", "adapters"]
SHELVES: tuple[Shelf, ...] = ("codebooks", "reports", "gold", "adapters")
#: What the names of things that ship begin with, so that they are no file of the project.
SHIPPED = "library:"
#: What a file in a project may be called: it cannot leave its folder, hide, or be an option of a command.
_NAME = re.compile(r"[^\W_][\w .()+-]{0,119}", re.UNICODE)
#: File systems take 255; some scripts need three for a letter.
_BYTES = 240


@dataclass(frozen=True, slots=True)
class Project:
    """The folders and files of a project. Everything that people name is looked up inside it."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Project:
        """The project in ``folder``, which is made with its shelves if it is not there."""
        project = cls(folder.resolve())
        try:
            for shelf in SHELVES:
                project.shelf(shelf).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OptionError(
                f"The project cannot be made: {error.strerror or type(error).__name__}.",
                path=folder,
                hint="Choose another folder with --project DIR.",
            ) from error
        return project

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def store(self) -> Path:
        """The run store, where the command line has it too when it is called in this folder."""
        return self.folder / ".epicrisis" / "store.sqlite"

    @property
    def database(self) -> Path:
        """The studio's own file."""
        return self.folder / ".epicrisis" / "studio.sqlite"

    @property
    def cache(self) -> Path:
        """What can be made again from the rest."""
        return self.folder / ".epicrisis" / "cache"

    def shelf(self, shelf: Shelf) -> Path:
        return self.folder / shelf

    def file(self, shelf: Shelf, name: str) -> Path:
        """The place of a file or folder called ``name``; there may be nothing there yet.

        Raises OptionError for a name that could lead elsewhere.
        """
        if not is_name(name):
            raise OptionError(
                "A name in a project has letters, digits, spaces and . _ + - ( ) only, begins with a letter "
                "or digit, and has at most 120 characters.",
                hint="Choose another name.",
            )
        path = self.shelf(shelf) / name
        # A link that somebody put there may lead out of the project.
        if path.is_symlink() or not path.resolve().is_relative_to(self.shelf(shelf).resolve()):
            raise OptionError("This name leads out of the project.", hint="Choose another name.")
        return path

    def shown(self, path: str | Path) -> str:
        """A path as people of the project see it: without where the project lies."""
        try:
            return str(Path(path).resolve().relative_to(self.folder))
        except (OSError, ValueError):
            return Path(path).name


def is_name(name: str) -> bool:
    """Whether a file of a project may be called so."""
    fits = _NAME.fullmatch(name) is not None and len(name.encode()) <= _BYTES
    return fits and not name.endswith((".", " ")) and ".." not in name
