"""Sweeps and learning curves with real trainings: what is tried, and where it stands on the disk."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ..adapter import CARD
from .curve import Curve, curve
from .data import Annotated, Parts
from .events import Listener
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

    The best trial's last checkpoint is put into ``folder``: a training there with its settings is done
    already, and needs only be written. ``about`` is the digest of what else must be the same to go on;
    ``fresh`` forgets earlier trials and what they trained.
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
    _hand_over(folder / SWEEP / found.best.name, folder)
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
    unseen. The last training is of all reports: its checkpoint is put into ``folder``, as by ``sweep``, whose
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
    _hand_over(folder / CURVE / f"reports-{len(parts.train)}", folder)
    return found


def _hand_over(done: Path, folder: Path) -> None:
    """Let the training in ``folder`` go on from where another one is, unless it has ended."""
    if (folder / CARD).is_file():
        return
    for path in done.glob("checkpoint-*"):
        shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
