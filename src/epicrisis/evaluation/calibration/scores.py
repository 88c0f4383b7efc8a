"""The cells that have a confidence, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..pairing import Paired
from ..resampling import Array

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """One place for each scored cell with a confidence: the report's number, the variable's number, the
    confidence, and whether the answer is right (0 or 1).

    ``groups`` numbers, for every report, what must not be torn apart: its patient, or itself where the
    patient is not known. ``left_out`` counts the scored cells without a confidence, the failed included.
    """

    variables: tuple[str, ...]
    report: Numbers
    variable: Numbers
    confidence: Array
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


def scores(paired: Paired) -> Scores:
    """The cells with a confidence, in the order of reports and of the codebook."""
    names = tuple(paired.codebook.names)
    report, variable, confidence, right = [], [], [], []
    left_out = 0
    for number, one in enumerate(paired.reports):
        for place, name in enumerate(names):
            pair = one.pairs.get(name)
            if pair is None:
                continue
            if pair.answer.confidence is None:
                left_out += 1
                continue
            report.append(number)
            variable.append(place)
            confidence.append(pair.answer.confidence)
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
        np.asarray(right, dtype=np.float64),
        np.asarray(groups, dtype=np.int64),
        left_out,
    )
