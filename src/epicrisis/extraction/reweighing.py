"""The probabilities of options, divided by what they are without a report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from epicrisis.codebook.variable import BooleanVariable, ClosedVariable

from .candidate import Candidate
from .confidence import Spread, options_of

#: The least prior of an option, as a part of an even one: an option that a model never gives of itself must
#: not win by the slightest sign of it.
FLOOR = 0.1
NOTE = "the likeliest option after contextual calibration"

#: The probability of each option, as JSON, without a report.
Prior = Mapping[str, float]


class _Weighed(NamedTuple):
    """The probability of each option, and the part of it that no other option has a share in."""

    of: dict[str, float]
    own: dict[str, float]

    @property
    def total(self) -> float:
        """The probability of having any value."""
        return math.fsum(self.of.values())


def _weighed(options: Sequence[str], spread: Spread, prior: Prior) -> _Weighed:
    """What the tokens do not tell apart is shared out as it would be without a report."""
    of, own = dict.fromkeys(options, 0.0), dict.fromkeys(options, 0.0)
    for values, probability in spread.branches:
        # The word for absence has no prior; it counts as one more option.
        weights = {value: prior.get(value, 1 / len(options)) for value in values}
        whole = math.fsum(weights.values())
        for value in values & of.keys():
            of[value] += probability * weights[value] / whole
            if len(values) == 1:
                own[value] += probability
    return _Weighed(of, own)


def without_report(variable: BooleanVariable | ClosedVariable, spread: Spread) -> Prior | None:
    """The probabilities of the options after a report without content; ``None`` if nothing is known."""
    options = options_of(variable)
    weighed = _weighed(options, spread, dict.fromkeys(options, 1 / len(options)))
    if not (total := weighed.total):
        return None
    return {option: probability / total for option, probability in weighed.of.items()}


def mean(priors: Sequence[Prior]) -> Prior:
    """The mean, with every option at the floor at least."""
    floor = FLOOR / len(priors[0])
    return {
        option: max(floor, math.fsum(prior[option] for prior in priors) / len(priors)) for option in priors[0]
    }


def revise(
    candidate: Candidate, variable: BooleanVariable | ClosedVariable, spread: Spread, prior: Prior
) -> None:
    """Give a candidate the option that is likeliest once each is divided by its prior, and the confidence in
    that: the probability of having a value, times the option's share."""
    options, written = options_of(variable), spread.written
    weighed = _weighed(options, spread, prior)
    scores = {option: probability / prior[option] for option, probability in weighed.of.items()}
    whole = math.fsum(scores.values())
    if written not in scores or not whole:
        return
    best = max(options, key=lambda option: (scores[option], option == written))
    if 2 * weighed.own[best] <= weighed.of[best]:
        # The tokens tell of several options together: which one of them it would be is not known.
        best = written
    if candidate.confidence is not None:
        candidate.confidence = spread.before * weighed.total * scores[best] / whole
    if best != written:
        candidate.value = json.loads(best)
        candidate.notes = (*candidate.notes, NOTE)
