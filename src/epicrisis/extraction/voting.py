"""One answer from several samples of the same question: the majority, or the median of numbers.

Source: self-consistency, Wang et al., ICLR 2023.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median_low
from typing import Any

from epicrisis.codebook.variable import (
    CountVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    Variable,
)

from .candidate import Candidate


def vote(variables: Sequence[Variable], samples: Sequence[Mapping[str, Candidate]]) -> dict[str, Candidate]:
    """The candidate of each variable, with the share of the samples that agree with it.

    A sample without a valid value for a variable has no vote on it, but counts among the samples. Ties go
    to the value that was given first.
    """
    return {
        variable.name: _vote(
            variable, [sample[variable.name] for sample in samples if variable.name in sample]
        )
        for variable in variables
    }


def _vote(variable: Variable, cast: Sequence[Candidate]) -> Candidate:
    if len(cast) == 1:
        return cast[0]
    valid = [one for one in cast if one.problem is None]
    if not valid:
        return cast[0]
    keys = [_key(variable, one.value) for one in valid]
    chosen = _chosen(variable, valid, keys)
    agreeing = [one for one, key in zip(valid, keys, strict=True) if key == chosen]
    # A quote is worth having; one sample may have it where another has not.
    first = next((one for one in agreeing if one.quote), agreeing[0])
    return replace(
        first,
        confidence=_confidence(agreeing, len(cast)),
        votes=len(agreeing) / len(cast),
        notes=(*first.notes, f"{len(agreeing)} of {len(cast)} samples agree"),
    )


def _chosen(variable: Variable, valid: Sequence[Candidate], keys: Sequence[str]) -> str:
    if isinstance(variable, CountVariable | QuantityVariable):
        amounts = [
            (_amount(one.value), key) for one, key in zip(valid, keys, strict=True) if one.value is not None
        ]
        # Whether there is a number is voted on; which one is the median, so that a stray one does not count.
        if len(amounts) * 2 > len(valid):
            return median_low(sorted(amounts))[1]
    (chosen, _), *_ = Counter(keys).most_common(1)
    return chosen


def _confidence(agreeing: Sequence[Candidate], total: int) -> float:
    """The share of the samples that agree, each weighed by how sure it was where that is known: the votes
    times the mean confidence of those that agree."""
    return sum(1.0 if one.confidence is None else one.confidence for one in agreeing) / total


def _amount(value: Any) -> float:
    return float(value["value"]) if isinstance(value, Mapping) else float(value)


def _key(variable: Variable, value: Any) -> str:
    if isinstance(variable, SpansVariable | GroupVariable) and value is not None:
        # The order of a list and the quotes of its items are not what is voted on.
        items = [{name: part for name, part in item.items() if name != "quote"} for item in value]
        value = sorted(json.dumps(item, sort_keys=True, ensure_ascii=False, default=str) for item in items)
    if isinstance(value, str):
        value = " ".join(value.split()).casefold()
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
