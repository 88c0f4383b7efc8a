"""The cells that have a confidence, as arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...extraction.curves import FOOTINGS, footing
from ..pairing import Paired
from ..resampling import Array

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """One place for each scored cell with a confidence: the report's number, the variable's number, the
    confidence, the votes (1 where one sample was asked for), the number of what it rests on (its place in
    ``FOOTINGS``), and whether the answer is right (0 or 1).

    ``groups`` numbers, for every report, what must not be torn apart: its patient, or itself where the
    patient is not known. ``left_out`` counts the scored cells without a confidence, the failed included.
    """

    variables: tuple[str, ...]
    report: Numbers
    variable: Numbers
    confidence: Array
    votes: Array
    footing: Numbers
    right: Array
    groups: Numbers
    left_out: int

    def __len__(self) -> int:
        return len(self.confidence)

    @property
    def reports(self) -> int:
        """Scored reports, those without a confidence included."""
        return len(self.groups)

    @cached_property
    def group(self) -> Numbers:
        """The group of each cell's report."""
        return self.groups[self.report]

    def among(self, cells: NDArray[np.bool_]) -> Scores:
        """Some of the cells."""
        return replace(
            self,
            report=self.report[cells],
            variable=self.variable[cells],
            confidence=self.confidence[cells],
            votes=self.votes[cells],
            footing=self.footing[cells],
            right=self.right[cells],
        )


def scores(paired: Paired) -> Scores:
    """The cells with a confidence, in the order of reports and of the codebook."""
    names = tuple(paired.codebook.names)
    report, variable, confidence, votes, on, right = [], [], [], [], [], []
    left_out = 0
    for number, one in enumerate(paired.reports):
        for place, name in enumerate(names):
            pair = one.pairs.get(name)
            if pair is None:
                continue
            answer = pair.answer
            if answer.confidence is None:
                left_out += 1
                continue
            report.append(number)
            variable.append(place)
            confidence.append(answer.confidence)
            votes.append(1.0 if answer.votes is None else answer.votes)
            on.append(FOOTINGS.index(footing(answer)))
            right.append(float(pair.outcome.agrees))
    numbers: dict[tuple[str, str], int] = {}
    groups = [
        numbers.setdefault(
            ("report", one.id) if one.patient is None else ("patient", one.patient), len(numbers)
        )
        for one in paired.reports
    ]
    return Scores(
        names,
        np.asarray(report, dtype=np.int64),
        np.asarray(variable, dtype=np.int64),
        np.asarray(confidence, dtype=np.float64),
        np.asarray(votes, dtype=np.float64),
        np.asarray(on, dtype=np.int64),
        np.asarray(right, dtype=np.float64),
        np.asarray(groups, dtype=np.int64),
        left_out,
    )
