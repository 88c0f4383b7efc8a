"""Scores of held-out parts: repeated random splits, leave-one-out, and the folds of a split file.

Nothing is asked again: every part is scored with the answers that the run has. For a run that used no
examples and no training data, all reports are equally new to it; the mean over the splits is then that of
the whole but for which reports were drawn, and the standard deviation says how much a score on so many
reports varies from one test set to the next. A run that used examples or training data has seen those
reports, and they are in the training part of every split, with the other reports of their patients: the
held-out score can be lower than that of the whole, which leaves out the reports but not the patients. It
is still the score of one choice of examples; to vary the choice, make a run for each, and compare them.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import OptionError
from .estimate import Estimate
from .learned import NOTHING, Learned, used_ids
from .measures import measure
from .overall import overall
from .pairing import Paired, PairedReport
from .resampling import Resampler, Statistic
from .result import SplitSummary
from .split_file import SplitFile

__all__ = ["folds_of", "leave_one_out", "random_splits", "used_ids"]

_NO_EXAMPLES = (
    "The run used no examples and no training data. Every part is scored with the same answers: the mean is "
    "that of all reports but for the draw, and the standard deviation says how much a score on a part varies."
)
_EXAMPLES = (
    "The run used examples or training data: those reports, and others of the same patients, are in the "
    "training part of every split."
)


def random_splits(
    paired: Paired, times: int, *, train: float = 0.5, seed: int = 0, learned: Learned = NOTHING
) -> SplitSummary:
    """``times`` random splits, the share ``train`` of the patients (of the reports, where the run knows no
    patients) in the training part, the others held out and scored.

    Patients that the run ``learned`` from are never held out. Raises ``OptionError`` for a share outside
    (0, 1), fewer than one split, and fewer than two patients.
    """
    if not 0 < train < 1:
        raise OptionError(f"The training share is {train:g}.", hint="It lies between 0 and 1, such as 0.5.")
    if times < 1:
        raise OptionError(f"The number of splits is {times}.", hint="Ask for at least one.")
    units = _units(paired, learned)
    if len(units) < 2:
        raise OptionError("There are too few reports to split.", hint="At least two are needed.")
    held = min(len(units) - 1, max(1, round((1 - train) * len(units))))
    generator = random.Random(seed)
    parts = [[place for unit in generator.sample(units, held) for place in unit] for _ in range(times)]
    return _summary("random", train, [_part(paired, part) for part in parts], learned)


def leave_one_out(paired: Paired, *, learned: Learned = NOTHING) -> SplitSummary:
    """Every patient (every report, where the run knows no patients) held out once: the share of right cells
    in each, their mean and standard deviation. Other measures need more than one report."""
    parts = [[paired.reports[place] for place in unit] for unit in _units(paired, learned)]
    shares = tuple(_share_right(part) for part in parts)
    name = "accuracy"
    return SplitSummary(
        kind="leave-one-out",
        train=None,
        scores={name: shares},
        mean={name: _mean(shares)},
        spread={name: _spread(shares)},
        held_out=tuple(len(part) for part in parts),
        note=_EXAMPLES if learned.anything else _NO_EXAMPLES,
    )


def folds_of(paired: Paired, split: SplitFile, *, learned: Learned = NOTHING) -> SplitSummary | None:
    """The test part of every fold of the file, scored; ``None`` if it has no folds."""
    if not split.folds:
        return None
    parts = []
    for test in split.folds.values():
        part = [place for place, report in enumerate(paired.reports) if report.id in test]
        if part:
            parts.append(_part(paired, part))
    return _summary("file", None, parts, learned)


def _units(paired: Paired, learned: Learned) -> list[list[int]]:
    """The places of the reports, those of one patient together: a patient is never on both sides."""
    units: dict[tuple[str, str], list[int]] = {}
    for place, report in enumerate(paired.reports):
        if report.patient is None:
            units[("report", report.id)] = [place]
        elif report.patient not in learned.patients:
            units.setdefault(("patient", report.patient), []).append(place)
    return list(units.values())


def _part(paired: Paired, places: Sequence[int]) -> Paired:
    return replace(paired, reports=tuple(paired.reports[place] for place in sorted(places)))


def _summary(kind: str, train: float | None, parts: Sequence[Paired], learned: Learned) -> SplitSummary:
    found = [_scores(part) for part in parts]
    names = list(dict.fromkeys(name for scores in found for name in scores))
    scores = {name: tuple(one.get(name) for one in found) for name in names}
    return SplitSummary(
        kind=kind,
        train=train,
        scores=scores,
        mean={name: _mean(values) for name, values in scores.items()},
        spread={name: _spread(values) for name, values in scores.items()},
        held_out=tuple(len(part.reports) for part in parts),
        note=_EXAMPLES if learned.anything else _NO_EXAMPLES,
    )


def _scores(part: Paired) -> dict[str, float | None]:
    """The measures over all variables, then the first measure of each."""
    points = _Points(len(part.reports))
    found = {name: estimate.value for name, estimate in overall(part, points).items()}
    for variable in part.codebook.columns:
        column = part.column(variable.name)
        if any(pair is not None for pair in column):
            name, estimate = next(iter(measure(variable, column, points).metrics.items()))
            found[f"{variable.name}: {name}"] = estimate.value
    return found


class _Points(Resampler):
    """Values without intervals: a part is drawn once, and its spread over parts is what is asked for."""

    def estimate(
        self, statistic: Statistic, names: Sequence[str], n: int | Sequence[int]
    ) -> dict[str, Estimate]:
        counts = [n] * len(names) if isinstance(n, int) else list(n)
        values = statistic(np.ones((1, self.reports)))[0]
        return {
            name: Estimate(float(value) if np.isfinite(value) else None, count)
            for name, value, count in zip(names, values, counts, strict=True)
        }


def _share_right(reports: Sequence[PairedReport]) -> float:
    cells = [pair.outcome.agrees for report in reports for pair in report.pairs.values()]
    return sum(cells) / len(cells)


def _mean(values: Sequence[float | None]) -> float | None:
    defined = [value for value in values if value is not None]
    return statistics.fmean(defined) if defined else None


def _spread(values: Sequence[float | None]) -> float | None:
    """The standard deviation (of a sample, n - 1)."""
    defined = [value for value in values if value is not None]
    return statistics.stdev(defined) if len(defined) > 1 else None
