"""Curves from confidence to probability, fitted to cells that are right or not."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression
from scipy.special import expit, logit

from ...extraction.curves import NEAREST, IsotonicCurve, PlattCurve
from ..resampling import Array

#: Newton's method: the most steps, the gradient per cell at which it stops, and what keeps the curvature
#: invertible where all confidences are the same.
_STEPS = 100
_FLAT = 1e-10
_RIDGE = 1e-9


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
    Large Margin Classifiers, 1999; Newton's method with backtracking: Lin, Lin and Weng, Mach Learn
    2007;68:267.
    """
    ones = float(right.sum())
    zeros = len(right) - ones
    target = np.where(right > 0, (ones + 1) / (ones + 2), 1 / (zeros + 2))
    x = log_odds(confidence)
    level = float(logit(target.mean()))
    line = newton(np.stack([x, np.ones_like(x)]), target, np.asarray([0.0, level]), np.zeros(2))
    slope, intercept = (float(line[0]), float(line[1])) if line[0] > 0 else (0.0, level)
    return PlattCurve(slope=slope, intercept=intercept, n=len(right))


def newton(inputs: Array, target: Array, line: Array, penalty: Array) -> Array:
    """The line (weights of the rows of ``inputs``) of least cross-entropy with ``target``, plus half the sum
    of ``penalty`` times the squared weights. It is looked for from ``line`` on."""
    loss = _loss(inputs, target, line, penalty)
    for _ in range(_STEPS):
        probability = expit(line @ inputs)
        slope = inputs @ (probability - target) + penalty * line
        if np.abs(slope).max() < _FLAT * len(target):
            break
        curvature = (inputs * (probability * (1 - probability))) @ inputs.T + np.diag(penalty + _RIDGE)
        step = np.linalg.solve(curvature, slope)
        size = 1.0
        while (after := _loss(inputs, target, line - size * step, penalty)) > loss and size > _FLAT:
            size /= 2
        if after > loss:
            break
        line, loss = line - size * step, after
    return line


def _loss(inputs: Array, target: Array, line: Array, penalty: Array) -> float:
    score = line @ inputs
    # The logarithm of 1 + exp(score) without overflow.
    entropy = np.maximum(score, 0) + np.log1p(np.exp(-np.abs(score))) - target * score
    return float(entropy.sum() + (penalty * line**2).sum() / 2)


def log_odds(confidence: Array) -> Array:
    """The logits of confidences, none of them infinite."""
    return np.asarray(logit(np.clip(confidence, NEAREST, 1 - NEAREST)), dtype=np.float64)


def along(curve: IsotonicCurve | PlattCurve, confidence: Array) -> Array:
    """``curve`` at every confidence."""
    edge = 1 / (curve.n + 2)
    if isinstance(curve, IsotonicCurve):
        points = np.asarray(curve.points)
        values = np.interp(confidence, points[:, 0], points[:, 1])
    else:
        values = expit(curve.slope * log_odds(confidence) + curve.intercept)
    return np.asarray(np.clip(values, edge, 1 - edge), dtype=np.float64)
