"""Curves from a model's confidence to the share of such answers that are right.

They are fitted elsewhere; here they are read and applied, with nothing but the standard library.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import pairwise
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .answer import Answer

#: Confidences nearer to 0 or 1 than this have no logit worth telling apart.
NEAREST = 1e-6
Probability = Annotated[float, Field(ge=0, le=1)]
#: What an answer rests on: a quote by the grade of its match, ``none`` for a value without a quote, and
#: ``silent`` for no value.
Footing = Literal["exact", "normalised", "fuzzy", "none", "silent"]
FOOTINGS: tuple[Footing, ...] = get_args(Footing)


def footing(answer: Answer) -> Footing:
    """What this answer rests on."""
    if not answer.status.has_value:
        return "silent"
    return "none" if answer.evidence is None else answer.evidence.grade.value


class _Curve(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


def _rising(points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if any(left[0] >= right[0] or left[1] > right[1] for left, right in pairwise(points)):
        raise ValueError("the points of the curve do not rise")
    return points


class IsotonicCurve(_Curve):
    """Straight lines between ``points`` (confidence, probability); level before the first and after the
    last. ``n``: cells it was fitted on."""

    method: Literal["isotonic"] = "isotonic"
    points: Annotated[
        tuple[tuple[Probability, Probability], ...], Field(min_length=1), AfterValidator(_rising)
    ]
    n: Annotated[int, Field(ge=1)]

    def __call__(self, confidence: float) -> float:
        after = bisect_right(self.points, confidence, key=lambda point: point[0])
        if after == 0:
            value = self.points[0][1]
        elif after == len(self.points):
            value = self.points[-1][1]
        else:
            (x, y), (next_x, next_y) = self.points[after - 1], self.points[after]
            value = y + (next_y - y) * (confidence - x) / (next_x - x)
        return within(value, self.n)


class PlattCurve(_Curve):
    """``1 / (1 + exp(-(slope * logit(confidence) + intercept)))``. ``n``: cells it was fitted on."""

    method: Literal["platt"] = "platt"
    slope: Annotated[float, Field(ge=0)]
    intercept: float
    n: Annotated[int, Field(ge=1)]

    def __call__(self, confidence: float) -> float:
        return within(_expit(self.slope * _logit(confidence) + self.intercept), self.n)


class CombinedCurve(_Curve):
    """Platt's curve with more to go by: votes, and what the answer rests on.

    ``1 / (1 + exp(-(intercept + slope * logit(own) + votes * (share - 1) + footing)))``. ``share`` is the
    answer's votes, 1 where there was one sample; ``own`` is the confidence without them, confidence / share.
    The weight of a ``footing`` that is not named is 0. ``n``: cells it was fitted on.
    """

    method: Literal["combined"] = "combined"
    intercept: float
    slope: Annotated[float, Field(ge=0)]
    votes: Annotated[float, Field(ge=0)] = 0.0
    footing: dict[Footing, float] = Field(default_factory=dict)
    n: Annotated[int, Field(ge=1)]

    def __call__(self, confidence: float, votes: float | None = None, on: Footing = "exact") -> float:
        share = 1.0 if votes is None else votes
        # The confidence of several samples is their share times the mean of those that agree.
        own = confidence / share if confidence < share else 1.0
        score = self.intercept + self.slope * _logit(own) + self.votes * (share - 1)
        return within(_expit(score + self.footing.get(on, 0.0)), self.n)


Curve = Annotated[IsotonicCurve | PlattCurve | CombinedCurve, Field(discriminator="method")]


def within(probability: float, n: int) -> float:
    """No more certain than ``n`` cells can show: between 1/(n+2) and 1 - 1/(n+2), Laplace's rule of
    succession for none and for all of them."""
    edge = 1 / (n + 2)
    return min(max(probability, edge), 1 - edge)


def _logit(confidence: float) -> float:
    near = min(max(confidence, NEAREST), 1 - NEAREST)
    return math.log(near / (1 - near))


def _expit(score: float) -> float:
    if score >= 0:
        return 1 / (1 + math.exp(-min(score, 700.0)))
    odds = math.exp(max(score, -700.0))
    return odds / (1 + odds)
