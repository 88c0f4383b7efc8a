"""Sweeps and learning curves with real trainings: what is tried, and where it stands on the disk."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from .curve import Curve, curve
from .data import Annotated, Parts
from .events import Listener
from .grid import grid
from .measured import Measured
from .settings import TuningSettings
from .sweep import Sweep, budgets_of, halving
from .tune import Tuning

SWEEP, CURVE = "sweep", "curve"

#: A training with these settings, in this folder.
MakeTuning = Callable[[TuningSettings, Path], Tuning]


def sweep(
    make: MakeTuning,
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
    already, and needs only be written. ``about`` is the digest of what else must be the same to go on.
    """

    def run(chosen: TuningSettings, epochs: int, where: Path) -> Measured:
        # The learning rate falls over all epochs, however many of them a round has.
        return make(chosen, where).score(parts, until=epochs)

    found = halving(
        grid(spec, settings),
        budgets_of(settings.epochs),
        run,
        folder=folder / SWEEP,
        listener=listener,
        about={"data": about},
        fresh=fresh,
    )
    for path in (folder / SWEEP / found.best.name).glob("checkpoint-*"):
        shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
    return found


def learning_curve(
    make: MakeTuning,
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
    unseen."""

    def run(chosen: Sequence[Annotated], where: Path) -> Measured:
        return make(settings, where).score(dataclasses.replace(parts, train=chosen))

    return curve(
        parts.train,
        run,
        folder=folder / CURVE,
        sizes=sizes,
        seed=settings.seed,
        listener=listener,
        about={"data": about, "settings": settings.digest},
        fresh=fresh,
    )
