"""Two answers to one question, and shares of cells."""

from __future__ import annotations

from typing import Any

from ..codebook.variable import SpansVariable, Variable
from ..evaluation.cells import same
from ..evaluation.estimate import Estimate
from ..evaluation.resampling import Array, Resampler, ratio
from ..extraction.answer import Answer, Status


def alike(variable: Variable, one: Answer, other: Answer) -> bool:
    """Whether two answers to one question say the same: the same value, both nothing, or both failed."""
    if Status.FAILED in (one.status, other.status):
        return one.status is other.status
    if not (one.status.has_value and other.status.has_value):
        return one.status.has_value == other.status.has_value
    return same(variable, without_places(variable, one.value), other.value)


def without_places(variable: Variable, value: Any) -> Any:
    """The value with its mentions anywhere in the report: perturbed texts have them at other places."""
    if not isinstance(variable, SpansVariable):
        return value
    return [{**mention, "start": None, "end": None} for mention in value]


def share(resampler: Resampler, numerator: Array, denominator: Array) -> Estimate:
    """The share over all reports together, of counts for each report, with its interval over reports."""

    def statistic(weights: Array) -> Array:
        return ratio(weights @ numerator, weights @ denominator)[:, None]

    return resampler.estimate(statistic, ["share"], int(denominator.sum()))["share"]
