"""The official metrics as statistics of weighted cases, so that intervals come from the same formulas.

A prediction that is missing is wrong, whatever gold says: it ranks below every positive and above every
negative (AUC), is the class farthest from gold (linear kappa) or one that gold never has (kappa), has the
largest error there is (R-SMAPE), or no entity at all (F1). Where gold has no number, nothing is scored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..evaluation.measures.bio import ChunkCounts, count
from ..evaluation.resampling import ratio
from .labels import OUTSIDE

if TYPE_CHECKING:
    from ..evaluation.resampling import Array, Statistic

#: The name of the class that a missing prediction is.
_MISSING = "\x00missing"


def auc(gold: Sequence[Sequence[bool]], scores: Sequence[Sequence[float | None]]) -> Statistic:
    """Area under the ROC curve over the pooled labels of all cases, ties counted half: the share of pairs
    of a positive and a negative that are in order (Hanley and McNeil, Radiology 1982;143:29)."""
    case, truth, score = [], [], []
    for place, (labels, given) in enumerate(zip(gold, scores, strict=True)):
        for label, value in zip(labels, given, strict=True):
            case.append(place)
            truth.append(label)
            score.append((-np.inf if label else np.inf) if value is None else value)
    order = np.argsort(np.array(score, dtype=np.float64), kind="stable")
    owner, positive = np.array(case)[order], np.array(truth, dtype=bool)[order]
    _, starts = np.unique(np.array(score, dtype=np.float64)[order], return_index=True)

    def statistic(weights: Array) -> Array:
        drawn = weights[:, owner]
        ups = np.add.reduceat(drawn * positive, starts, axis=1)
        downs = np.add.reduceat(drawn * ~positive, starts, axis=1)
        below = np.cumsum(downs, axis=1) - downs / 2
        return ratio((ups * below).sum(axis=1), ups.sum(axis=1) * downs.sum(axis=1))[:, None]

    return statistic


def mean_auc(gold: Sequence[Sequence[bool]], scores: Sequence[Sequence[float | None]]) -> Statistic:
    """The mean over the places of the labels of their own areas under the curve."""
    each = [
        auc([[labels[place]] for labels in gold], [[values[place]] for values in scores])
        for place in range(len(gold[0]))
    ]

    def statistic(weights: Array) -> Array:
        return np.asarray(np.mean([one(weights) for one in each], axis=0), dtype=np.float64)

    return statistic


def kappa(gold: Sequence[Sequence[str]], given: Sequence[Sequence[str | None]], *, linear: bool) -> Statistic:
    """Cohen's kappa over the pooled labels (Cohen, Educ Psychol Meas 1960;20:37); ``linear``: a
    disagreement counts by how many classes lie between (Cohen, Psychol Bull 1968;70:213).

    The classes are those that occur in gold or in the predictions, in alphabetical order, as in the
    challenge's own evaluation. For names that are not numbers that is not their meaning's order.
    """
    seen = {label for labels in gold for label in labels}
    seen |= {label for labels in given for label in labels if label is not None}
    classes = sorted(seen)
    if not linear:
        classes.append(_MISSING)
    index = {name: place for place, name in enumerate(classes)}
    size = len(classes)
    table = np.zeros((len(gold), size * size))
    for case, (labels, values) in enumerate(zip(gold, given, strict=True)):
        for label, value in zip(labels, values, strict=True):
            row = index[label]
            if value is not None:
                column = index[value]
            else:
                column = (0 if row >= size / 2 else size - 1) if linear else index[_MISSING]
            table[case, row * size + column] += 1
    places = np.arange(size)
    distance = np.abs(places[:, None] - places[None, :]).astype(np.float64)
    if not linear:
        distance = (distance > 0).astype(np.float64)

    def statistic(weights: Array) -> Array:
        pairs = (weights @ table).reshape(-1, size, size)
        observed = (pairs * distance).sum(axis=(1, 2))
        by_chance = np.einsum("di,dj,ij->d", pairs.sum(axis=2), pairs.sum(axis=1), distance)
        return (1 - ratio(observed * pairs.sum(axis=(1, 2)), by_chance))[:, None]

    return statistic


def rsmape(
    gold: Sequence[Sequence[float | None]], given: Sequence[Sequence[float | None]], epsilon: float
) -> Statistic:
    """``1 - mean(|y - p| / (|y| + |p| + epsilon))`` over the pooled labels that gold has a number for
    (Bosma et al., npj Digital Medicine 2025;8:289, Methods)."""
    errors, counts = np.zeros(len(gold)), np.zeros(len(gold))
    for case, (labels, values) in enumerate(zip(gold, given, strict=True)):
        for label, value in zip(labels, values, strict=True):
            if label is None:
                continue
            counts[case] += 1
            whole = 1.0 if value is None else abs(label) + abs(value) + epsilon
            errors[case] += 1.0 if value is None else abs(label - value) / whole

    def statistic(weights: Array) -> Array:
        return (1 - ratio(weights @ errors, weights @ counts))[:, None]

    return statistic


def macro_f1(gold: Sequence[Sequence[str]], given: Sequence[Sequence[str] | None]) -> Statistic:
    """The mean F1 of the types of entities that gold or the predictions have, as seqeval counts them."""
    counted = [
        count(tags, [OUTSIDE] * len(tags) if values is None else values)
        for tags, values in zip(gold, given, strict=True)
    ]
    f1 = _f1_by_type(counted)

    def statistic(weights: Array) -> Array:
        scores = f1(weights)[0]
        there = np.isfinite(scores)
        return ratio(np.where(there, scores, 0.0).sum(axis=1), there.sum(axis=1).astype(np.float64))[:, None]

    return statistic


def weighted_f1(
    gold: Sequence[Sequence[Sequence[str]]], given: Sequence[Sequence[Sequence[str]] | None]
) -> Statistic:
    """The F1 of each type in gold, numbers included (``1-lesion``), weighted by its entities in gold.

    As in the challenge's own evaluation, a token's tag for a type is the first of its tags that contains
    the type's name, so ``1-lesion`` also takes ``11-lesion``, and types that only the predictions have do
    not count.
    """
    types = sorted({tag[2:] for case in gold for tags in case for tag in tags if tag != OUTSIDE})
    by_type: list[Callable[[Array], tuple[Array, Array]]] = []
    for kind in types:
        counted = []
        for tags, values in zip(gold, given, strict=True):
            right = _layer(tags, kind)
            counted.append(count(right, [OUTSIDE] * len(right) if values is None else _layer(values, kind)))
        by_type.append(_f1_by_type(counted))

    def statistic(weights: Array) -> Array:
        total, support = np.zeros(len(weights)), np.zeros(len(weights))
        for f1 in by_type:
            scores, golds = f1(weights)
            entities = golds.sum(axis=1)
            # Of one name's types, where it has taken others too, the mean is weighted in the same way.
            total += entities * _or_zero(
                ratio((np.where(np.isfinite(scores), scores, 0.0) * golds).sum(axis=1), entities)
            )
            support += entities
        return ratio(total, support)[:, None]

    return statistic


def _layer(tags: Sequence[Sequence[str]], kind: str) -> list[str]:
    return [next((tag for tag in several if kind in tag), OUTSIDE) for several in tags]


def _f1_by_type(counted: Sequence[Mapping[str, ChunkCounts]]) -> Callable[[Array], tuple[Array, Array]]:
    """A function of weights: F1 and entities in gold, per draw and type."""
    types = sorted({kind for one in counted for kind in one})
    empty = ChunkCounts()

    def column(part: str) -> Any:
        rows = [[getattr(one.get(kind, empty), part) for kind in types] for one in counted]
        return np.array(rows, dtype=np.float64).reshape(len(counted), len(types))

    right, predicted, gold = column("right"), column("predicted"), column("gold")

    def f1(weights: Array) -> tuple[Array, Array]:
        golds = weights @ gold
        return ratio(2 * (weights @ right), weights @ predicted + golds), golds

    return f1


def _or_zero(values: Array) -> Array:
    return np.where(np.isfinite(values), values, 0.0)
