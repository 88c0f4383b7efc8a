"""Precision, recall and F1 of things found in reports, several to a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..estimate import Estimate
from ..resampling import Array, Resampler, ratio
from .common import estimates


@dataclass(frozen=True, slots=True)
class Found:
    """How many things each report has, one place for each report: right ones, answered ones, gold's."""

    right: Array
    answered: Array
    gold: Array

    @classmethod
    def of(cls, counts: Sequence[tuple[float, float, float]]) -> Found:
        """From (right, answered, gold) of each report."""
        table = np.asarray(counts, dtype=np.float64).reshape(len(counts), 3)
        return cls(table[:, 0], table[:, 1], table[:, 2])

    @property
    def reports(self) -> int:
        """Reports in which there is anything to find or to invent."""
        return int(np.count_nonzero(self.answered + self.gold))


def retrieval(resampler: Resampler, found: Mapping[str, Found], what: str) -> dict[str, Estimate]:
    """F1, precision and recall of each of ``found``, which is named by the form of their names: ``strict_{}``
    gives ``strict_f1``, ``strict_precision`` and ``strict_recall``.

    Counts are summed over reports (micro), and so is every draw: precision is right / answered, recall
    right / gold, F1 2 right / (answered + gold). A report in which both have nothing counts in none. ``n``
    is the number of ``what`` (in the singular) in the denominator.
    """
    stacked = np.stack(
        [array for one in found.values() for array in (one.right, one.answered, one.gold)], axis=1
    )
    names, counts, why = [], [], {}
    for form, one in found.items():
        answered, gold = int(one.answered.sum()), int(one.gold.sum())
        names += [form.format(name) for name in ("f1", "precision", "recall")]
        counts += [answered + gold, answered, gold]
        why[form.format("precision")] = f"no {what} answered"
        why[form.format("recall")] = f"no {what} in gold"

    def statistic(weights: Array) -> Array:
        sums = weights @ stacked
        right, answered, gold = sums[:, 0::3], sums[:, 1::3], sums[:, 2::3]
        values = [ratio(2 * right, answered + gold), ratio(right, answered), ratio(right, gold)]
        return np.stack(values, axis=2).reshape(len(weights), -1)

    cases = max(one.reports for one in found.values())
    return estimates(resampler, statistic, names, counts, why=why, cases=cases)
