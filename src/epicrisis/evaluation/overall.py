"""All variables together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..codebook.variable import Variable
from .cells import Outcome
from .estimate import Estimate
from .measures.classes import NOMINAL, Classes, labels_of
from .measures.common import estimates, in_gold, mean_of_defined, share
from .pairing import Paired
from .resampling import Array, Resampler, Statistic, ratio

_FROM_CELLS = ("micro_accuracy", "macro_accuracy", "error_rate", "missed_rate", "invented_rate")


def overall(paired: Paired, resampler: Resampler) -> dict[str, Estimate]:
    """Micro and macro accuracy, macro F1 of the closed variables, the share of reports that are wholly
    right, and the rates of wrong, missed and invented cells.

    ``n`` is cells; variables for the macro measures, reports for ``reports_right``. Cells of one report
    go together, so that all intervals but that of ``reports_right`` (Wilson) are BCa over reports.
    """
    cells = _Cells(paired)
    reports = int((cells.scored.sum(axis=1) > 0).sum())
    variables = int((cells.scored.sum(axis=0) > 0).sum())
    scored, in_gold = int(cells.scored.sum()), int(cells.in_gold.sum())
    found = estimates(
        resampler,
        cells.statistic(),
        _FROM_CELLS,
        (scored, variables, scored, in_gold, scored - in_gold),
        why={"missed_rate": "gold has no value at all", "invented_rate": "gold is nowhere silent"},
        cases=reports,
    )
    wholly = (cells.right == cells.scored).all(axis=1)[cells.scored.sum(axis=1) > 0]
    return {
        "micro_accuracy": found["micro_accuracy"],
        "macro_accuracy": found["macro_accuracy"],
        "macro_f1": _macro_f1(paired, resampler),
        "reports_right": share(bool(one) for one in wholly),
        "error_rate": found["error_rate"],
        "missed_rate": found["missed_rate"],
        "invented_rate": found["invented_rate"],
    }


def outcome_counts(paired: Paired) -> dict[str, int]:
    """How many cells had each outcome, all outcomes listed."""
    counts = dict.fromkeys(map(str, Outcome), 0)
    for report in paired.reports:
        for pair in report.pairs.values():
            counts[str(pair.outcome)] += 1
    return counts


class _Cells:
    """0 or 1 by report and variable."""

    def __init__(self, paired: Paired) -> None:
        names = paired.codebook.names
        shape = (len(paired.reports), len(names))
        self.scored, self.right, self.in_gold = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.missed, self.invented = np.zeros(shape[0]), np.zeros(shape[0])
        places = {name: place for place, name in enumerate(names)}
        for row, report in enumerate(paired.reports):
            for name, pair in report.pairs.items():
                place = row, places[name]
                self.scored[place] = 1.0
                self.right[place] = pair.outcome.agrees
                self.in_gold[place] = in_gold(pair)
                self.missed[row] += pair.outcome is Outcome.MISSED
                self.invented[row] += pair.outcome is Outcome.INVENTED

    def statistic(self) -> Statistic:
        """The measures of ``_FROM_CELLS``, in that order."""
        variables = self.scored.shape[1]
        sides = np.stack([self.in_gold.sum(axis=1), self.missed, self.invented], axis=1)
        stacked = np.hstack([self.right, self.scored, sides])

        def statistic(weights: Array) -> Array:
            sums = weights @ stacked
            right, scored, rest = np.split(sums, [variables, 2 * variables], axis=1)
            with_gold, missed, invented = rest.T
            total = scored.sum(axis=1)
            micro = ratio(right.sum(axis=1), total)
            macro = mean_of_defined(ratio(right, scored))
            rates = [ratio(missed, with_gold), ratio(invented, total - with_gold)]
            return np.stack([micro, macro, 1 - micro, *rates], axis=1)

        return statistic


def _macro_f1(paired: Paired, resampler: Resampler) -> Estimate:
    """The mean over closed variables of their macro F1, silence being a class of each."""
    closed = {variable.name: variable for variable in paired.codebook.columns if labels_of(variable)}
    kept = [classes for classes in _classes(paired, closed) if classes.n]
    statistics = [classes.nominal() for classes in kept]
    place = NOMINAL.index("macro_f1")

    def statistic(weights: Array) -> Array:
        each = [one(weights)[:, place] for one in statistics] or [np.full(len(weights), np.nan)]
        return mean_of_defined(np.stack(each, axis=1))[:, None]

    reports = sum(any(name in report.pairs for name in closed) for report in paired.reports)
    why = {"macro_f1": "no closed variable is scored"}
    found = estimates(resampler, statistic, ["macro_f1"], len(kept), why=why, cases=max(1, reports))
    return found["macro_f1"]


def _classes(paired: Paired, variables: Mapping[str, Variable]) -> list[Classes]:
    return [Classes.of(variable, paired.column(name)) for name, variable in variables.items()]
