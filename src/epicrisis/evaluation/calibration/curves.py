"""Curves from confidence to probability, fitted to cells that are right or not."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit, logit

from ...extraction.calibration import NEAREST, IsotonicCurve, PlattCurve
from ..resampling import Array


def isotonic(confidence: Array, right: Array) -> IsotonicCurve:
    """The rising steps nearest to the cells in squared error, by pooling adjacent violators.

    Cells of the same confidence count as one of their number's weight. Sources: Ayer et al., Ann Math
    Stat 1955;26:641; for probabilities: Zadrozny and Elkan, KDD 2002.
    """
    levels, place, weights = np.unique(confidence, return_inverse=True, return_counts=True)
    shares = np.bincount(place, weights=right) / weights
    fitted = np.clip(isotonic_regression(shares, weights=weights).x, 0.0, 1.0)
    # Inside a level stretch a point changes nothing.
    same = np.isclose(fitted[1:], fitted[:-1], rtol=0, atol=1e-12)
    needed = np.ones(len(levels), dtype=bool)
    needed[1:-1] = ~(same[:-1] & same[1:])
    fitted = np.maximum.accumulate(fitted)
    return IsotonicCurve(
        points=tuple((float(x), float(y)) for x, y in zip(levels[needed], fitted[needed], strict=True)),
        n=len(confidence),
    )


def platt(confidence: Array, right: Array) -> PlattCurve:
    """A logistic curve on the logit of the confidence, of the greatest likelihood.

    The targets are not 1 and 0 but (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), for n1 right and n0 wrong cells.
    A curve that would fall is level instead: confidence then says nothing. Sources: Platt, Advances in
    Large Margin Classifiers, 1999; the stable form of the likelihood: Lin, Lin and Weng, Mach Learn
    2007;68:267.
    """
    ones = float(right.sum())
    zeros = len(right) - ones
    target = np.where(right > 0, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    x = logit(np.clip(confidence, NEAREST, 1 - NEAREST))

    def loss(line: Array) -> tuple[float, Array]:
        score = line[0] * x + line[1]
        gap = expit(score) - target
        value = np.logaddexp(0.0, score) - target * score
        return float(value.mean()), np.asarray([np.mean(gap * x), gap.mean()])

    found = minimize(
        loss,
        x0=[1.0, 0.0],
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None), (None, None)],
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    return PlattCurve(slope=max(0.0, float(found.x[0])), intercept=float(found.x[1]), n=len(right))


def along(curve: IsotonicCurve | PlattCurve, confidence: Array) -> Array:
    """``curve`` at every confidence."""
    edge = 1 / (curve.n + 2)
    if isinstance(curve, IsotonicCurve):
        points = np.asarray(curve.points)
        values = np.interp(confidence, points[:, 0], points[:, 1])
    else:
        near = np.clip(confidence, NEAREST, 1 - NEAREST)
        values = expit(curve.slope * logit(near) + curve.intercept)
    return np.asarray(np.clip(values, edge, 1 - edge), dtype=np.float64)
