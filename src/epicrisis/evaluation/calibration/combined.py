"""One regression on all that is known of an answer: how sure the model was, how many samples agree, and what
the answer rests on."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from ...extraction.curves import FOOTINGS, CombinedCurve
from ..resampling import Array
from .curves import log_odds, newton
from .scores import Numbers, Scores

#: The penalty of every weight but the intercept: as if each came from a normal distribution around 0 with
#: variance 1, so that odds ratios within e are to be expected.
RIDGE = 1.0
#: The rows of the inputs: the intercept, how sure, the votes, the footings but the first, the variables.
_SLOPE, _VOTES, _FOOTINGS, _VARIABLES = 1, 2, 3, 2 + len(FOOTINGS)


def combine(cells: Scores) -> tuple[dict[int, CombinedCurve], CombinedCurve]:
    """The curve of each variable among the cells, by number, and the one for any other.

    They differ in their intercept only: each variable has an offset from the common one, which the penalty
    holds near 0 where it has few cells. A weight of confidence or votes that would be negative is 0. Source
    of the logistic regression with a ridge penalty: le Cessie and van Houwelingen, Appl Stat 1992;41:191.
    """
    variables = np.unique(cells.variable)
    inputs = inputs_of(cells, variables)
    weights = _fitted(inputs, cells.right)
    pooled = CombinedCurve(
        intercept=float(weights[0]),
        slope=float(weights[_SLOPE]),
        votes=float(weights[_VOTES]),
        footing={
            name: float(weight)
            for name, weight in zip(FOOTINGS[1:], weights[_FOOTINGS:_VARIABLES], strict=True)
            if weight
        },
        n=len(cells),
    )
    own = {
        int(number): pooled.model_copy(update={"intercept": pooled.intercept + float(offset)})
        for number, offset in zip(variables, weights[_VARIABLES:], strict=True)
    }
    return own, pooled


def inputs_of(cells: Scores, variables: Numbers) -> Array:
    """What the regression knows of the cells (inputs x cells)."""
    return np.concatenate(
        [
            np.ones((1, len(cells))),
            log_odds(_own(cells))[None, :],
            cells.votes[None, :] - 1,
            cells.footing == np.arange(1, len(FOOTINGS))[:, None],
            cells.variable == variables[:, None],
        ]
    )


def combined_along(curve: CombinedCurve, cells: Scores) -> Array:
    """``curve`` at every cell, whatever its variable."""
    footing = np.asarray([curve.footing.get(name, 0.0) for name in FOOTINGS])
    score = curve.intercept + curve.slope * log_odds(_own(cells)) + curve.votes * (cells.votes - 1)
    edge = 1 / (curve.n + 2)
    return np.asarray(np.clip(expit(score + footing[cells.footing]), edge, 1 - edge), dtype=np.float64)


def _own(cells: Scores) -> Array:
    """How sure the samples were that agree: the confidence is their share times this."""
    certain = np.ones_like(cells.confidence)
    return np.divide(cells.confidence, cells.votes, out=certain, where=cells.confidence < cells.votes)


def _fitted(inputs: Array, right: Array) -> Array:
    """The weight of each row. The intercept has no penalty."""
    penalty = np.full(len(inputs), RIDGE)
    penalty[0] = 0.0
    weights = np.zeros(len(inputs))
    weights[0] = logit((right.sum() + 0.5) / (len(right) + 1))
    kept = np.ones(len(inputs), dtype=bool)
    while True:
        weights[kept] = newton(inputs[kept], right, weights[kept], penalty[kept])
        falling = next((row for row in (_VOTES, _SLOPE) if weights[row] < 0), None)
        if falling is None:
            return weights
        kept[falling] = False
        weights[falling] = 0.0
