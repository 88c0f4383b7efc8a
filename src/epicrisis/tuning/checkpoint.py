"""Where a training stands, on disk: written whole or not at all, so that killing it loses little."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from ..errors import OptionError, OutputError

_PROGRESS = "progress.json"
_WEIGHTS = "weights.safetensors"
_BEST = "best.safetensors"
_STATE = "state.pt"
#: Names of checkpoints begin so.
PREFIX = "checkpoint-"


@dataclass(slots=True)
class Progress:
    """How far a training is. ``step`` of the whole training and ``done`` of the ``epoch`` under way are
    over; ``score`` is the best so far, reached after ``best_epoch`` epochs; ``stale`` epochs came since
    then. ``history`` has a row for each epoch. Tokens are those read, padding left out; ``seconds`` are those
    of training, ``choosing`` those of validation."""

    fingerprint: str
    epoch: int = 0
    done: int = 0
    step: int = 0
    score: float | None = None
    best_epoch: int = 0
    stale: int = 0
    tokens: int = 0
    seconds: float = 0.0
    choosing: float = 0.0
    loss: float = 0.0
    finished: bool = False
    history: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found: progress, the weights then and at their best, and the optimizer's and the random
    generators' states."""

    progress: Progress
    weights: Mapping[str, Any]
    best: Mapping[str, Any]
    state: Mapping[str, Any]


class Checkpoints:
    """The checkpoints of a training in ``folder``, of which the last is kept."""

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self._folder = folder
        self._fingerprint = fingerprint

    def save(
        self,
        progress: Progress,
        weights: Mapping[str, Any],
        best: Mapping[str, Any],
        state: Mapping[str, Any],
    ) -> None:
        """Keep where the training stands, in place of what was kept before.

        Raises ``OutputError`` if it cannot be written (a full disk); the one before is there still.
        """
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        being_written = self._folder / f".{PREFIX}being-written"
        whole = self._free(progress.step)
        try:
            shutil.rmtree(being_written, ignore_errors=True)
            being_written.mkdir(parents=True)
            save_file(dict(weights), being_written / _WEIGHTS)
            save_file(dict(best), being_written / _BEST)
            torch.save(dict(state), being_written / _STATE)
            (being_written / _PROGRESS).write_text(json.dumps(asdict(progress)), "utf-8")
            _synchronised(being_written)
            being_written.rename(whole)
            _synchronise(self._folder)
        except (OSError, SafetensorError, RuntimeError) as error:
            shutil.rmtree(being_written, ignore_errors=True)
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise OutputError(
                f"The checkpoint after step {progress.step} cannot be written: {why}.",
                hint="Make room on the disk and give the same command again: it goes on from the checkpoint "
                "before.",
                path=self._folder,
            ) from None
        for other in self._all():
            if other != whole:
                shutil.rmtree(other, ignore_errors=True)

    def last(self) -> Kept | None:
        """Where the training stands; ``None`` if it has not begun.

        Raises ``OptionError`` if the folder holds another training: other data, settings or base.
        """
        for path in reversed(self._all()):
            progress = _read(path)
            if progress is None:
                continue
            if progress.fingerprint != self._fingerprint:
                raise OptionError(
                    "The folder holds a training of other reports, settings or another base.",
                    hint="Name another folder with --out, or begin anew with --fresh.",
                    path=self._folder,
                )
            found = _load(path, progress)
            if found is not None:
                return found
        return None

    def clear(self) -> None:
        """Forget all of them."""
        for path in self._all():
            shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(self._folder / f".{PREFIX}being-written", ignore_errors=True)

    def _free(self, step: int) -> Path:
        """A name that comes after those that are there: at one step there may be several checkpoints."""
        name = f"{PREFIX}{step:08}"
        same = [path.name for path in self._all() if path.name.startswith(name)]
        return self._folder / (f"{same[-1]}+" if same else name)

    def _all(self) -> list[Path]:
        return sorted(path for path in self._folder.glob(f"{PREFIX}*") if path.is_dir())


def _read(path: Path) -> Progress | None:
    try:
        return Progress(**json.loads((path / _PROGRESS).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _load(path: Path, progress: Progress) -> Kept | None:
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state = torch.load(path / _STATE, map_location="cpu", weights_only=True)
        return Kept(progress, load_file(path / _WEIGHTS), load_file(path / _BEST), state)
    except (OSError, SafetensorError, RuntimeError, EOFError, ValueError, UnpicklingError):
        return None  # damaged: the one before it, or from the beginning


def _synchronised(folder: Path) -> None:
    """Bytes on the disk before the name is: after a power cut there is a whole checkpoint or none."""
    for path in (*folder.iterdir(), folder):
        _synchronise(path)


def _synchronise(path: Path) -> None:
    # Some systems know no such thing for folders.
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
