"""Yes or no: "true" is what is looked for, everything else is negative."""

from __future__ import annotations

import numpy as np

from ...codebook.variable import BooleanVariable
from ...extraction.answer import Status
from ..estimate import Estimate, undefined, wilson
from ..pairing import Pair
from ..resampling import Array, Resampler, Statistic, ratio
from ..result import VariableResult
from .classes import Classes, Flags
from .common import Column, absence, accuracy, estimates, result, scored
from .ranking import RANKING, ranking

NO_TRUE = "gold never says true"
ONLY_TRUE = "gold always says true"
NO_CONFIDENCE = "no answer has a confidence"


def measure_boolean(variable: BooleanVariable, column: Column, resampler: Resampler) -> VariableResult:
    """Precision, recall, F1, specificity, balanced accuracy, AUROC and average precision of "true".

    False and silence are both negative; a failed answer counts as the opposite of gold.
    """
    classes = Classes.of(variable, column)
    kept = classes.gold >= 0
    positive = classes.gold == 0
    said = np.where(classes.answer == classes.failed, ~positive, classes.answer == 0)
    hits, false_alarms = int((kept & positive & said).sum()), int((kept & ~positive & said).sum())
    with_gold, without = int((kept & positive).sum()), int((kept & ~positive).sum())
    one_class = NO_TRUE if not with_gold else ONLY_TRUE
    resampled = estimates(
        resampler,
        _f1_and_balanced(kept, positive, said),
        ("f1", "balanced_accuracy"),
        classes.n,
        why={"f1": "neither gold nor the answers ever say true", "balanced_accuracy": one_class},
    )
    ranked, notes = _ranked(column, resampler)
    metrics = {
        "accuracy": accuracy(column),
        "f1": resampled["f1"],
        "precision": wilson(hits, hits + false_alarms),
        "recall": wilson(hits, with_gold),
        "specificity": wilson(without - false_alarms, without),
        "balanced_accuracy": resampled["balanced_accuracy"],
        **ranked,
        **absence(column),
    }
    return result(variable, column, metrics, confusion=classes.confusion(), notes=notes)


def _f1_and_balanced(kept: Flags, positive: Flags, said: Flags) -> Statistic:
    cells = [
        kept & positive & said,
        kept & positive & ~said,
        kept & ~positive & said,
        kept & ~positive & ~said,
    ]
    stacked = np.stack(cells, axis=1).astype(np.float64)

    def statistic(weights: Array) -> Array:
        hit, miss, alarm, quiet = (weights @ stacked).T
        f1 = ratio(2 * hit, 2 * hit + miss + alarm)
        balanced = (ratio(hit, hit + miss) + ratio(quiet, quiet + alarm)) / 2
        return np.stack([f1, balanced], axis=1)

    return statistic


def _ranked(column: Column, resampler: Resampler) -> tuple[dict[str, Estimate], list[str]]:
    """The measures of ranking over the cells that can be ranked, and what to say about the others."""
    scores = [None if pair is None else score(pair) for pair in column]
    if not any(pair.answer.confidence is not None for pair in scored(column)):
        note = NO_CONFIDENCE if scored(column) else "no such cell"
        return {name: undefined(0, note) for name in RANKING}, []
    counted = np.array([one is not None for one in scores], dtype=np.float64)
    positive = np.array([pair is not None and pair.gold.value is True for pair in column], dtype=np.float64)
    filled = np.array([0.0 if one is None else one for one in scores])
    n, true = int(counted.sum()), int((positive * counted).sum())
    why = dict.fromkeys(RANKING, NO_TRUE) if not true else {"auroc": ONLY_TRUE}
    found = estimates(resampler, ranking(filled, positive, counted), RANKING, n, why=why)
    without = len(scored(column)) - n
    notes = (
        [f"{without} cells without a confidence are not ranked (AUROC, average precision)."]
        if without
        else []
    )
    return found, notes


def score(pair: Pair) -> float | None:
    """How far an answer says "true": its confidence if it does, 1 minus that if not; ``None`` without a
    confidence. A failed answer is out of the scale, on the side where it is wrong."""
    if pair.answer.status is Status.FAILED:
        return -1.0 if pair.gold.value is True else 2.0
    if pair.answer.confidence is None:
        return None
    true = pair.answer.status.has_value and pair.answer.value is True
    return pair.answer.confidence if true else 1.0 - pair.answer.confidence
