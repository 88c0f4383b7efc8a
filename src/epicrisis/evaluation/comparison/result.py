"""What a comparison found: plain data, the same for the terminal, JSON, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from ..estimate import Estimate
from .mcnemar import McNemar

#: A difference counts as shown if its (adjusted) p is below this, or its interval leaves out 0.
ALPHA = 0.05


class Verdict(StrEnum):
    """A difference in words, seen from the baseline."""

    BETTER = "better"
    WORSE = "worse"
    NONE = "no difference shown"
    UNKNOWN = "no verdict"  #: there is no interval, or no value, to judge by


@dataclass(frozen=True, slots=True)
class Difference:
    """One run beside the baseline in one measure. ``difference`` is run minus baseline, paired over
    reports; its ``n`` and that of both values are in the measure's own unit."""

    run: str
    measure: str
    baseline: Estimate
    value: Estimate
    difference: Estimate
    verdict: Verdict
    test: McNemar | None = None


@dataclass(frozen=True, slots=True)
class ComparedVariable:
    """One variable: for each run but the baseline its accuracy, then the kind's headline measure where
    that is another. ``n``: cells compared."""

    name: str
    kind: str
    n: int
    differences: tuple[Difference, ...]
    label: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """What a run is, and what it cost per compared report: seconds of engine time, tokens read that the
    cache did not hold, tokens written. ``failed``: compared cells without a valid answer."""

    run: str
    model: str
    codebook: str
    codebook_version: str
    reports: int
    failed: int
    seconds: float
    evaluated_tokens: float
    generated_tokens: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What could not be compared. ``missing``: for each run, reports that gold and another run have;
    ``not_in_gold``: reports of the runs that gold does not have; ``not_in_runs``: reports of gold that no
    run has; ``excluded``: ids and why; ``variables``: names and why."""

    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_in_gold: tuple[str, ...] = ()
    not_in_runs: tuple[str, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Runs against one gold; the first run is the baseline. ``overall`` is over all cells compared."""

    runs: tuple[ComparedRun, ...]
    gold: str
    blank: str
    created: str
    reports: tuple[str, ...]
    overall: tuple[Difference, ...]
    variables: tuple[ComparedVariable, ...]
    left_out: LeftOut
    notes: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def baseline(self) -> str:
        return self.runs[0].run

    @property
    def others(self) -> tuple[str, ...]:
        """The runs that are set beside the baseline."""
        return tuple(run.run for run in self.runs[1:])

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return {"baseline": self.baseline, **asdict(self)}


def by_interval(difference: Estimate) -> Verdict:
    """The verdict of an interval: better above 0, worse below 0."""
    if difference.value is None:
        return Verdict.UNKNOWN
    if difference.low is None or difference.high is None:
        return Verdict.NONE if difference.value == 0 else Verdict.UNKNOWN
    if difference.low > 0:
        return Verdict.BETTER
    return Verdict.WORSE if difference.high < 0 else Verdict.NONE


def by_test(test: McNemar) -> Verdict:
    """The verdict of a test, by its adjusted p where it has one."""
    p = test.p if test.adjusted is None else test.adjusted
    if p >= ALPHA:
        return Verdict.NONE
    return Verdict.BETTER if test.gained > test.lost else Verdict.WORSE
