"""One of several options, without an order or with one."""

from __future__ import annotations

import numpy as np

from ...codebook.variable import CategoryVariable, OrdinalVariable
from ..estimate import Estimate
from ..resampling import Array, Resampler, Statistic, ratio
from ..result import VariableResult
from .classes import NOMINAL, Classes, Flags, one_hot
from .common import Column, absence, accuracy, estimates, exact, result, share

ONE_CLASS = "gold and answers are all of one class"


def measure_category(variable: CategoryVariable, column: Column, resampler: Resampler) -> VariableResult:
    """Accuracy, balanced accuracy, macro and weighted F1, Cohen's kappa; silence is a class."""
    classes = Classes.of(variable, column)
    found = estimates(resampler, classes.nominal(), NOMINAL, classes.n, why={"kappa": ONE_CLASS})
    metrics = {
        "accuracy": accuracy(column),
        "macro_f1": found["macro_f1"],
        "weighted_f1": found["weighted_f1"],
        "balanced_accuracy": found["balanced_accuracy"],
        "kappa": found["kappa"],
        **absence(column),
    }
    return result(variable, column, metrics, confusion=classes.confusion())


def measure_ordinal(variable: OrdinalVariable, column: Column, resampler: Resampler) -> VariableResult:
    """Weighted kappa and mean error where both have a value; exact and within one step where gold has."""
    classes = Classes.of(variable, column)
    scale = _numbers(variable)
    names = ["quadratic_kappa", "linear_kappa", "mae_steps", *(["mae"] if scale is not None else [])]
    both = (classes.gold >= 0) & (classes.gold < classes.silent) & (classes.answer < classes.silent)
    why = dict.fromkeys(("quadratic_kappa", "linear_kappa"), ONE_CLASS)
    found = estimates(resampler, _distances(classes, both, scale), names, int(both.sum()), why=why)
    metrics = {
        "accuracy": accuracy(column),
        "quadratic_kappa": found["quadratic_kappa"],
        "linear_kappa": found["linear_kappa"],
        "exact": exact(column),
        "within_one_step": _within_one_step(classes, both),
        **{name: found[name] for name in names if name.startswith("mae")},
        **absence(column),
    }
    return result(variable, column, metrics, confusion=classes.confusion())


def _numbers(variable: OrdinalVariable) -> Array | None:
    """The scale's own numbers, if every option is one."""
    if any(isinstance(value, str) for value in variable.values):
        return None
    return np.array([float(value) for value in variable.values])


def _within_one_step(classes: Classes, both: Flags) -> Estimate:
    near = both & (np.abs(classes.gold - classes.answer) <= 1)
    with_gold = (classes.gold >= 0) & (classes.gold < classes.silent)
    return share(bool(one) for one in near[with_gold])


def _distances(classes: Classes, both: Flags, scale: Array | None) -> Statistic:
    """Quadratic and linear weighted kappa, mean distance in steps and, with a ``scale``, in its numbers.

    Weighted kappa is 1 minus the disagreement seen over that expected from the margins (Cohen,
    Psychol Bull 1968;70:213).
    """
    options = classes.silent
    gold = one_hot(np.where(both, classes.gold, -1), options)
    answer = one_hot(np.where(both, classes.answer, -1), options)
    steps = np.abs(classes.gold - classes.answer) * both
    seen = [steps**2, steps, both]
    if scale is not None:
        places = [np.where(both, one, 0) for one in (classes.gold, classes.answer)]
        seen.append(np.abs(scale[places[0]] - scale[places[1]]) * both)
    stacked = np.hstack([gold, answer, np.stack(seen, axis=1)])
    apart = np.abs(np.arange(options)[:, None] - np.arange(options)[None, :]).astype(np.float64)

    def statistic(weights: Array) -> Array:
        sums = weights @ stacked
        in_gold, answered, observed = (
            sums[:, :options],
            sums[:, options : 2 * options],
            sums[:, 2 * options :],
        )
        total = observed[:, 2]
        kappas = [
            1 - ratio(observed[:, place] * total, ((in_gold @ apart**power) * answered).sum(axis=1))
            for place, power in enumerate((2, 1))
        ]
        distances = [ratio(observed[:, place], total) for place in (1, 3)[: observed.shape[1] - 2]]
        return np.stack([*kappas, *distances], axis=1)

    return statistic
