"""A curve for each variable that has the cells for it, and one for all the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...extraction.curves import CombinedCurve, IsotonicCurve, PlattCurve
from ..resampling import Array
from .combined import combine, combined_along
from .curves import along, isotonic, platt
from .scores import Scores

Fitted = Literal["isotonic", "platt", "combined"]
#: In this order the simpler ones are named first, and chosen if others do no better.
METHODS: tuple[Fitted, ...] = ("platt", "isotonic", "combined")
#: What a curve needs: so many cells, and so many each of right and wrong ones.
FEWEST_CELLS = 50
FEWEST_EACH = 5
FOLDS = 10

#: Those that know the confidence only.
_FIT: dict[Fitted, Callable[[Array, Array], IsotonicCurve | PlattCurve]] = {
    "isotonic": isotonic,
    "platt": platt,
}
AnyCurve = IsotonicCurve | PlattCurve | CombinedCurve
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Curves:
    """The curve of each variable that has its own, by number, and the one for the others."""

    own: Mapping[int, AnyCurve]
    pooled: AnyCurve

    def at(self, cells: Scores) -> Array:
        """The probability for each cell."""
        values = _along(self.pooled, cells)
        for number, curve in self.own.items():
            its = cells.variable == number
            values[its] = _along(curve, cells.among(its))
        return values


def _along(curve: AnyCurve, cells: Scores) -> Array:
    if isinstance(curve, CombinedCurve):
        return combined_along(curve, cells)
    return along(curve, cells.confidence)


def enough(right: Array) -> bool:
    """Whether a curve can be fitted to these cells."""
    ones = float(right.sum())
    return len(right) >= FEWEST_CELLS and min(ones, len(right) - ones) >= FEWEST_EACH


def fit_curves(scores: Scores, method: Fitted, among: Mask | None = None) -> Curves:
    """Fit to the cells ``among``, or to all. Which variables get their own curve is decided on all; with
    ``combined`` each has one, as far from the others' as its cells can tell."""
    kept = np.ones(len(scores), dtype=bool) if among is None else among
    if method == "combined":
        return Curves(*combine(scores.among(kept)))
    fit = _FIT[method]
    own = {}
    for number in range(len(scores.variables)):
        its = scores.variable == number
        right = scores.right[its & kept]
        # Without both outcomes there is nothing to part: such a fold borrows the curve of all.
        if enough(scores.right[its]) and 0 < right.sum() < len(right):
            own[number] = fit(scores.confidence[its & kept], right)
    return Curves(own, fit(scores.confidence[kept], scores.right[kept]))


def held_out(scores: Scores, method: Fitted, *, folds: int = FOLDS, seed: int = 0) -> Array:
    """The probability for each cell by curves fitted without its report, and without its patient."""
    groups = int(scores.groups.max()) + 1
    order = np.random.default_rng(seed).permutation(groups)
    fold = np.empty(groups, dtype=np.int64)
    fold[order] = np.arange(groups) % min(folds, groups)
    its_fold = fold[scores.group]
    values = np.empty(len(scores))
    for number in range(min(folds, groups)):
        inside = its_fold == number
        if inside.any():
            curves = fit_curves(scores, method, ~inside)
            values[inside] = curves.at(scores.among(inside))
    return values


def can_fit(scores: Scores) -> bool:
    """Whether there are the cells, and at least two groups of them to hold out in turn."""
    return enough(scores.right) and len(np.unique(scores.group)) > 1
