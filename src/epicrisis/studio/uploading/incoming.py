"""A folder in the project for what is on its way in; on the same disk, so that it is moved, not copied."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...errors import OptionError
from ...runs.lock import RunLock, is_worked_on
from ..project import Project

_LOCKS = "incoming"


@contextmanager
def incoming(project: Project) -> Iterator[Path]:
    """An empty folder that is gone afterwards. What killed programs left there is removed first.

    Raises OptionError where the disk does not take it.
    """
    root = project.database.parent / "incoming"
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        clean(root)
        name = secrets.token_hex(8)
        with RunLock(root / _LOCKS, name):
            folder = root / name
            folder.mkdir(mode=0o700)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise OptionError(
            f"The project's folder cannot be written to: {error.strerror or type(error).__name__}.",
            hint="Free some disk space, or ask whoever looks after this machine.",
        ) from error


def clean(root: Path) -> None:
    """Remove what no living program works on."""
    for left in root.iterdir():
        if left.is_dir() and not is_worked_on(root / _LOCKS, left.name):
            shutil.rmtree(left, ignore_errors=True)
