"""The folder of an adapter: one training's own, and one process at a time."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..adapter import CARD, CONFIG, GGUF, WEIGHTS
from ..errors import OptionError
from ..export.destination import writing_error
from ..runs.lock import FileLock
from .before_after import MEASURING
from .card import README
from .checkpoint import PREFIX, Checkpoints
from .events import HISTORY
from .exploring import CURVE, SWEEP

_LOCK = ".tuning.lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Make the folder, and keep others from training in it meanwhile.

    Raises ``OptionError`` where another program does, and for a folder with files that no training wrote;
    ``OutputError`` where it cannot be made.
    """
    check_own(folder)
    lock = FileLock(folder / _LOCK)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = lock.acquire_soon()
    except OSError as error:
        raise writing_error(folder, error) from None
    if not held:
        raise OptionError(
            "Another program is training in this folder.",
            hint="Wait until it is done, or stop it; or name another folder with --out.",
            path=folder,
        )
    try:
        yield
    finally:
        lock.release()


def clear(folder: Path) -> None:
    """Forget the training in ``folder``, its adapter among it: the next one there begins anew.

    Raises as ``alone_in`` does.
    """
    with alone_in(folder):
        Checkpoints(folder, "").clear()
        shutil.rmtree(folder / MEASURING, ignore_errors=True)
        for name in (CARD, README, HISTORY, WEIGHTS, CONFIG, GGUF):
            (folder / name).unlink(missing_ok=True)


def check_own(folder: Path) -> None:
    """Raise ``OptionError`` for a folder with files that no training wrote, so that nothing is replaced.

    Hidden files are nobody's; all others are a training's if one of them tells so.
    """
    try:
        names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    except FileNotFoundError:
        return
    except OSError as error:
        raise writing_error(folder, error) from None
    ours = names & {CARD, HISTORY, SWEEP, CURVE} or any(name.startswith(PREFIX) for name in names)
    if names and not ours:
        raise OptionError(
            "The folder holds files that no training wrote; they could be replaced.",
            hint="Name an empty folder with --out, or one that is not there yet.",
            path=folder,
        )
