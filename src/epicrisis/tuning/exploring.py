"""Sweeps and learning curves with real trainings: what is tried, and where it stands on the disk."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ..adapter import CARD
from ..export.destination import writing_error
from .checkpoint import PREFIX
from .curve import Curve, curve
from .data import Annotated, Parts
from .events import HISTORY, Listener
from .grid import grid
from .measured import Measured
from .settings import TuningSettings
from .sweep import Sweep, budgets_of, halving

SWEEP, CURVE = "sweep", "curve"


class Score(Protocol):
    """How good a training gets with these settings on these parts, in a folder of its own; with ``until``,
    after so many epochs. See ``Tuning.score``."""

    def __call__(
        self, settings: TuningSettings, folder: Path, parts: Parts, /, *, until: int | None = None
    ) -> Measured: ...


def sweep(
    score: Score,
    parts: Parts,
    spec: str,
    settings: TuningSettings,
    *,
    folder: Path,
    listener: Listener | None = None,
    about: str = "",
    fresh: bool = False,
) -> Sweep:
    """Try the settings of ``spec`` by successive halving, scored on the validation part.

    The best trial's last checkpoint and its history are put into ``folder``: a training there with its
    settings is done already, and needs only be written. The weights of the others are removed. ``about`` is
    the digest of what else must be the same to go on; ``fresh`` forgets earlier trials and what they trained.
    """

    def run(chosen: TuningSettings, epochs: int, where: Path) -> Measured:
        # The learning rate falls over all epochs, however many of them a round has.
        return score(chosen, where, parts, until=epochs)

    found = halving(
        grid(spec, settings),
        budgets_of(settings.epochs),
        run,
        folder=folder / SWEEP,
        listener=listener,
        about={"data": about},
        fresh=fresh,
    )
    _hand_over(folder / SWEEP, found.best.name, folder)
    return found


def learning_curve(
    score: Score,
    parts: Parts,
    settings: TuningSettings,
    *,
    folder: Path,
    sizes: Sequence[int],
    listener: Listener | None = None,
    about: str = "",
    fresh: bool = False,
) -> Curve:
    """How good it gets with how many training reports, measured on the validation part: the test part stays
    unseen. The last training is of all reports: it is handed over to ``folder`` as by ``sweep``, whose
    ``about`` and ``fresh`` these are."""

    def run(chosen: Sequence[Annotated], where: Path) -> Measured:
        return score(settings, where, dataclasses.replace(parts, train=chosen))

    found = curve(
        parts.train,
        run,
        folder=folder / CURVE,
        sizes=sizes,
        seed=settings.seed,
        listener=listener,
        about={"data": about, "settings": settings.digest},
        fresh=fresh,
    )
    _hand_over(folder / CURVE, f"reports-{len(parts.train)}", folder)
    return found


def _hand_over(explored: Path, done: str, folder: Path) -> None:
    """Let the training in ``folder`` go on from where ``done``, one of those in ``explored``, is, unless it
    has ended; and remove the others' weights: what they came to is known."""
    try:
        if not (folder / CARD).is_file():
            for path in (explored / done).glob(f"{PREFIX}*"):
                if not (folder / path.name).exists():
                    path.rename(folder / path.name)
            if not (folder / HISTORY).exists() and (explored / done / HISTORY).is_file():
                shutil.copyfile(explored / done / HISTORY, folder / HISTORY)
    except OSError as error:
        raise writing_error(folder, error) from None
    for path in explored.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
