"""How well a score ranks the true above the others: area under the ROC curve, average precision."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..resampling import Array, Statistic, ratio

RANKING = ("auroc", "average_precision")


def ranking(scores: Array, positive: Array, counted: Array) -> Statistic:
    """The measures of ``RANKING``, in that order. All three arrays have a place per report: its score, and
    (0 or 1) whether it is positive, and whether it is scored at all.

    AUROC is the chance that a positive outranks a negative, ties counting half (Hanley and McNeil,
    Radiology 1982;143:29). Average precision is the precision at each distinct score, averaged with the
    recall gained there as the weight. Not defined (NaN) without a positive, AUROC also without a negative.
    """
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    # Reports of one score are one step down the ranking: sums up to the last of each.
    last = np.append(ranked[1:] != ranked[:-1], True) if len(ranked) else np.zeros(0, dtype=bool)
    positives = (positive * counted)[order]
    negatives = ((1 - positive) * counted)[order]

    def statistic(weights: Array) -> Array:
        if not len(scores):
            return np.full((len(weights), len(RANKING)), np.nan)
        drawn = weights[:, order]
        above = np.cumsum(drawn * positives, axis=1)[:, last]
        below = np.cumsum(drawn * negatives, axis=1)[:, last]
        gained, passed = _steps(above), _steps(below)
        true, false = above[:, -1], below[:, -1]
        outranked = (passed * (above - gained / 2)).sum(axis=1)
        found = above + below
        precision = np.divide(above, found, out=np.zeros_like(above), where=found > 0)
        values = [ratio(outranked, true * false), ratio((gained * precision).sum(axis=1), true)]
        return np.stack(values, axis=1)

    return statistic


def _steps(cumulated: Array) -> Any:
    return np.diff(cumulated, axis=1, prepend=0.0)
