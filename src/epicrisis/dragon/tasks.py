"""The tasks of the challenge: which metric each is judged by.

Source: Bosma et al., npj Digital Medicine 2025;8:289, and the challenge's evaluation, version 0.2.6.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .labels import LabelType, Shape


class Metric(StrEnum):
    """The official metrics, as results name them."""

    AUC = "AUC"
    MEAN_AUC = "mean AUC"
    LINEAR_KAPPA = "linear kappa"
    KAPPA = "kappa"
    RSMAPE = "R-SMAPE"
    MACRO_F1 = "macro F1"
    WEIGHTED_F1 = "weighted F1"


@dataclass(frozen=True, slots=True)
class Judged:
    """The metric of a task; ``epsilon`` in the label's unit, for R-SMAPE. ``assumed``: the task is not one
    of the challenge's, so the metric is the usual one for its kind of label."""

    metric: Metric
    epsilon: float = 4.0
    assumed: bool = False


_ORDINAL = {10, 11, 14, 102, 103}
#: The labels of one case ask different things: each is judged on its own.
_DIFFERENT_QUESTIONS = {15}
_EPSILON = {20: 0.4, 21: 0.04}
_LARGEST_REAL, _SYNTHETIC = 28, range(101, 110)


def judged(number: int | None, label_type: LabelType) -> Judged:
    """How the task with this number is judged; without a known number, from its type of label."""
    assumed = number is None or not (1 <= number <= _LARGEST_REAL or number in _SYNTHETIC)
    epsilon = _EPSILON.get(number or 0, 4.0)
    match label_type.shape:
        case Shape.BINARY:
            metric = Metric.MEAN_AUC if number in _DIFFERENT_QUESTIONS else Metric.AUC
        case Shape.CLASS:
            metric = Metric.LINEAR_KAPPA if number in _ORDINAL else Metric.KAPPA
        case Shape.NUMBER:
            metric = Metric.RSMAPE
        case Shape.ENTITIES:
            metric = Metric.WEIGHTED_F1 if label_type.several else Metric.MACRO_F1
    return Judged(metric, epsilon, assumed)
