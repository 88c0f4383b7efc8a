"""The statistics that are compared, as functions of weights over the same reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...codebook.variable import Variable
from ..estimate import Estimate
from ..measures import measure
from ..pairing import Pair, Paired
from ..report.words import is_distance
from ..resampling import Array, Resampler, Statistic, ratio

#: The measure every variable is compared in: cells that agree with gold, silence included.
ACCURACY = "accuracy"
#: How many of a kind's measures stand in a summary.
_SUMMARY = 2
#: Measures over all cells, in the order of ``accuracies``.
OVERALL = ("micro_accuracy", "macro_accuracy", "reports_right")


@dataclass(frozen=True, slots=True)
class Cells:
    """``there`` and ``right`` (reports x variables): 1 where a cell is compared, and where it agrees."""

    there: Array
    right: Array

    @classmethod
    def of(cls, paired: Paired, variables: Sequence[str]) -> Cells:
        columns = [paired.column(name) for name in variables]
        there = np.array([[pair is not None for pair in column] for column in columns], dtype=np.float64)
        right = np.array(
            [[pair is not None and pair.outcome.agrees for pair in column] for column in columns],
            dtype=np.float64,
        )
        return cls(there.T, right.T)

    def accuracies(self, weights: Array) -> Array:
        """Weights in; out: the accuracy of each variable, then the measures of ``OVERALL``.

        The mean of variables is over those that have a cell in the draw.
        """
        right, there = weights @ self.right, weights @ self.there
        each = ratio(right, there)
        known = np.isfinite(each)
        mean = ratio(np.where(known, each, 0.0).sum(axis=1), known.sum(axis=1).astype(np.float64))
        all_cells = ratio(right.sum(axis=1), there.sum(axis=1))
        any_cell = self.there.any(axis=1)
        whole = any_cell & (self.right == self.there).all(axis=1)
        wholly = ratio(weights @ whole.astype(np.float64), weights @ any_cell.astype(np.float64))
        return np.column_stack([each, all_cells, mean, wholly])


def difference(run: Statistic, baseline: Statistic) -> Statistic:
    """One statistic of both runs, so that every draw holds the same reports for both."""
    return lambda weights: run(weights) - baseline(weights)


def beside(run: Statistic, baseline: Statistic) -> Statistic:
    """The baseline's value, the run's, and their difference, of statistics with one value per draw."""
    subtract = difference(run, baseline)
    return lambda weights: np.column_stack([baseline(weights), run(weights), subtract(weights)])


class Noted(Resampler):
    """Notes each statistic it is asked to resample, and gives its plain value: what a measure is made of
    can then be compared draw by draw."""

    def __init__(self, reports: int) -> None:
        super().__init__(reports, draws=1)
        self._noted: list[tuple[Estimate, str, Statistic, int]] = []

    def estimate(
        self, statistic: Statistic, names: Sequence[str], n: int | Sequence[int]
    ) -> dict[str, Estimate]:
        points = statistic(np.ones((1, self.reports)))[0]
        counts = [n] * len(names) if isinstance(n, int) else list(n)
        found = {}
        for place, (name, count) in enumerate(zip(names, counts, strict=True)):
            point = float(points[place])
            found[name] = Estimate(point if np.isfinite(point) else None, count)
            self._noted.append((found[name], name, statistic, place))
        return found

    def statistic(self, name: str, estimate: Estimate) -> Statistic | None:
        """The statistic behind an estimate this resampler gave, with one value per draw."""
        for given, noted, statistic, place in self._noted:
            if given is estimate or (noted == name and given.value == estimate.value):
                return lambda weights: statistic(weights)[:, [place]]
        return None


@dataclass(frozen=True, slots=True)
class Headline:
    """The measure of a variable's kind to read beside accuracy, for one run: its name, the number of cells
    it is over, and its statistic with one value per draw."""

    measure: str
    n: int
    statistic: Statistic


def headline(variable: Variable, column: list[Pair | None]) -> Headline | None:
    """The headline measure of a variable; ``None`` for the kinds whose headline is accuracy.

    It is the first measure of the kind's summary, after accuracy, for which more is better and that can be
    resampled: F1 of booleans, macro F1 of categories, quadratic kappa of ordinals, R-SMAPE of quantities,
    ROUGE-L of texts, strict F1 of mentions, F1 of the items of groups.
    """
    noted = Noted(len(column))
    metrics = measure(variable, column, noted).metrics
    for name in list(metrics)[:_SUMMARY]:
        statistic = noted.statistic(name, metrics[name])
        if name != ACCURACY and statistic is not None and not is_distance(name):
            return Headline(name, metrics[name].n, statistic)
    return None
