"""Several trainings with different settings, of which those that do well get more epochs.

Successive halving (Jamieson and Talwalkar, AISTATS 2016, arXiv:1502.07943): all trials are trained for few
epochs, the best ``1/eta`` of them for ``eta`` times as many, and so on until few are left.
"""

from __future__ import annotations

import itertools
import math
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..errors import EpicrisisError, MissingExtraError, OptionError, OutputError
from .events import Listener
from .grid import difference
from .measured import Measured, measured
from .notebook import Notebook
from .settings import TuningSettings

LEADERBOARD = "sweep.json"
#: Longer reasons are cut: what PyTorch says when memory runs out fills a page.
_REASON = 300

#: Trains with these settings until so many epochs are done in all, in a folder of the trial's own, going on
#: from the checkpoint that it finds there; gives the validation score.
Run = Callable[[TuningSettings, int, Path], Measured | float | None]


@dataclass(slots=True)
class Trial:
    """One of the settings. ``scores``: what it reached, by epochs. ``failure`` says why it was given up."""

    name: str
    settings: TuningSettings
    about: str
    scores: dict[int, Measured] = field(default_factory=dict)
    failure: str | None = None

    @property
    def epochs(self) -> int:
        """How far it was trained."""
        return max(self.scores, default=0)

    @property
    def score(self) -> float | None:
        """What it reached at last."""
        return self.scores[self.epochs].value if self.scores else None


@dataclass(frozen=True, slots=True)
class Sweep:
    """``trials`` are ranked: those trained longest first, the best of these first, failures last."""

    trials: tuple[Trial, ...]
    budgets: tuple[int, ...]

    @property
    def best(self) -> Trial:
        return self.trials[0]

    @property
    def settings(self) -> TuningSettings:
        """The best settings."""
        return self.best.settings

    def said(self) -> str:
        """The outcome in a sentence or two."""
        best, failed = self.best, [one for one in self.trials if one.failure]
        score = "no score" if best.score is None else f"{best.score:.3f}"
        words = f"Best of {len(self.trials)}: {best.about} ({score} after {best.epochs} epochs)."
        if failed:
            names = "; ".join(f"{one.about}: {one.failure}" for one in failed)
            words += f" {len(failed)} could not be trained: {names}"
        return words

    def as_dict(self) -> dict[str, Any]:
        """As JSON: the leaderboard."""
        return {"budgets": list(self.budgets), "best": self.best.name, "trials": _rows(self.trials)}


def budgets_of(epochs: int, *, eta: int = 2, least: int = 1) -> tuple[int, ...]:
    """The epochs of the rounds: ``epochs`` in the last, an ``eta``-th of that in the one before, down to
    ``least``."""
    found = [epochs]
    while found[-1] // eta >= max(1, least):
        found.append(found[-1] // eta)
    return tuple(reversed(found))


def halving(
    trials: Sequence[TuningSettings],
    budgets: Sequence[int],
    run: Run,
    *,
    folder: Path,
    eta: int = 2,
    listener: Listener | None = None,
    about: Mapping[str, Any] | None = None,
    fresh: bool = False,
) -> Sweep:
    """Train all trials for the first of ``budgets`` (epochs in all, rising), the best ``1/eta`` of them for
    the second, and so on; a trial trains in a folder of its own below ``folder``.

    Trials are run in their order; of equal scores the earlier trial is ahead. ``sweep.json`` in ``folder`` is
    written after each training, so that the same call goes on where it was killed; ``about`` says what else
    must be the same for that (reports, base). A trial that fails is given up with its reason, and the sweep
    goes on. Raises ``OptionError`` where all fail, or the folder holds another sweep; ``OutputError`` where
    the disk is full. ``fresh`` empties the folder first.
    """
    _check(trials, budgets, eta)
    task = {
        "trials": [one.digest for one in trials],
        "budgets": list(budgets),
        "eta": eta,
        "about": dict(about or {}),
    }
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    sweep = _Running(trials, Notebook(folder / LEADERBOARD, task), run, listener or _nobody)
    sweep.resume()
    alive = list(sweep.trials)
    for number, epochs in enumerate(budgets):
        for trial in alive:
            sweep.train(trial, epochs, round_=number + 1, rounds=len(budgets))
        alive = [one for one in alive if one.failure is None]
        if not alive:
            break
        keep = math.ceil(len(alive) / eta)
        if number + 1 < len(budgets):
            alive = sorted(sorted(alive, key=_rank)[:keep], key=sweep.trials.index)
    if all(one.failure for one in sweep.trials):
        reasons = dict.fromkeys(one.failure for one in sweep.trials if one.failure)
        raise OptionError(
            f"None of the {len(trials)} trials could be trained: {' '.join(reasons)}",
            hint="Choose other settings to try; --fresh tries the same ones again.",
        )
    found = Sweep(tuple(sorted(sweep.trials, key=_rank)), tuple(budgets))
    sweep.keep(done=True)
    return found


def read_sweep(folder: Path) -> dict[str, Any] | None:
    """The leaderboard as it stands in ``folder``, for showing it; ``None`` where there is none."""
    import json

    try:
        found = json.loads((folder / LEADERBOARD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


class _Running:
    """The trials under way."""

    def __init__(
        self, settings: Sequence[TuningSettings], notebook: Notebook, run: Run, tell: Listener
    ) -> None:
        width = len(str(len(settings)))
        self.trials = [
            Trial(f"trial-{number:0{width}}", one, difference(one, settings))
            for number, one in enumerate(settings, 1)
        ]
        self._notebook = notebook
        self._run = run
        self._tell = tell

    def resume(self) -> None:
        rows = {row["trial"]: row for row in self._notebook.read().get("trials", ())}
        for trial in self.trials:
            row = rows.get(trial.name, {})
            trial.scores = {one["epochs"]: Measured.of(one) for one in row.get("scores", ())}
            trial.failure = row.get("failure")

    def train(self, trial: Trial, epochs: int, *, round_: int, rounds: int) -> None:
        """Train a trial so far, unless that was done."""
        if trial.failure is not None or epochs in trial.scores:
            return
        said = {"trial": trial.name, "settings": trial.about, "epochs": epochs, "round": round_}
        self._tell({"event": "trial", "status": "begun", "rounds": rounds, "of": len(self.trials), **said})
        try:
            found = measured(self._run(trial.settings, epochs, self._notebook.path.parent / trial.name))
            trial.scores[epochs] = replace(found, reports={})
        except (OutputError, MissingExtraError):
            raise  # the next trial would fail in the same way
        except (EpicrisisError, MemoryError, RuntimeError, ArithmeticError) as error:
            trial.failure = _reason(error)
            self._tell({"event": "trial", "status": "failed", "error": trial.failure, **said})
        else:
            self._tell({"event": "trial", "status": "done", "score": trial.score, **said})
        self.keep()

    def keep(self, *, done: bool = False) -> None:
        ranked = sorted(self.trials, key=_rank)
        self._notebook.write({"best": ranked[0].name if done else None, "trials": _rows(ranked)})


def _check(trials: Sequence[TuningSettings], budgets: Sequence[int], eta: int) -> None:
    if not trials:
        raise OptionError("There are no settings to try.")
    if eta < 2:
        raise OptionError(f"One in {eta} trials would go on.", hint="Let one in two go on, or fewer.")
    if not budgets or min(budgets) < 1 or any(a >= b for a, b in itertools.pairwise(budgets)):
        raise OptionError(f"The epochs of the rounds must rise: {', '.join(map(str, budgets)) or 'none'}.")


def _rank(trial: Trial) -> tuple[bool, int, bool, float, str]:
    """Failures last; what was trained longer first, for it was better before; then by score, then in
    order."""
    score = trial.score
    return trial.failure is not None, -trial.epochs, score is None, -(score or 0.0), trial.name


def _rows(trials: Sequence[Trial]) -> list[dict[str, Any]]:
    return [
        {
            "trial": one.name,
            "about": one.about,
            "settings": one.settings.as_dict(),
            "digest": one.settings.digest,
            "scores": [{"epochs": epochs, **score.as_dict()} for epochs, score in sorted(one.scores.items())],
            "failure": one.failure,
        }
        for one in trials
    ]


def _reason(error: Exception) -> str:
    """What happened, on one line. Never report text: errors of ours have none, others speak of tensors."""
    if isinstance(error, EpicrisisError):
        words = f"{error.message} {error.hint or ''}"
    else:
        words = f"{type(error).__name__}: {error}"
    return " ".join(words.split())[:_REASON]


def _nobody(_: Mapping[str, Any]) -> None:
    """Where nobody listens."""
