"""What an evaluation found: plain data, the same for the terminal, JSON, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .estimate import Estimate
from .pairing import Matching

#: Labels in confusion matrices for "no value" and "no valid answer".
SILENT = "(none)"
FAILED = "(failed)"


@dataclass(frozen=True, slots=True)
class Confusion:
    """Reports by gold (rows) and answer (columns). Rows: the options in codebook order, then ``SILENT``.
    Columns: the same, then ``FAILED``. Empty rows and columns of ``SILENT`` and ``FAILED`` are left out."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class VariableResult:
    """One variable. ``n``: cells scored; ``outcomes``: how many of each; ``metrics`` by name, in the order
    to show them, the first two being the ones for a summary. ``parts``: sub-variables of a group, types of
    mentions."""

    name: str
    kind: str
    n: int
    outcomes: Mapping[str, int]
    metrics: Mapping[str, Estimate]
    label: str = ""
    confusion: Confusion | None = None
    parts: tuple[VariableResult, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """A confusion of one variable: gold said one thing, ``count`` answers another."""

    variable: str
    gold: str
    answer: str
    count: int
    reports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stratum:
    """The share of wrong cells in the reports for which ``by`` is ``value``."""

    by: str
    value: str
    reports: int
    error_rate: Estimate


@dataclass(frozen=True, slots=True)
class Cost:
    """Per 1,000 reports. Tokens are prompt tokens evaluated and tokens generated; ``money`` is in the
    currency of the hourly cost that was given."""

    reports: int
    seconds: float
    evaluated_tokens: float
    cached_tokens: float
    generated_tokens: float
    cost_per_hour: float | None = None
    money: float | None = None


@dataclass(frozen=True, slots=True)
class SplitSummary:
    """A measure over repeated random splits: the score of the held-out part of each."""

    kind: str
    train: float | None
    scores: Mapping[str, tuple[float | None, ...]]
    mean: Mapping[str, float | None]
    spread: Mapping[str, float | None]
    held_out: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Human-human agreement beside model-human agreement, in the same measure. ``difference`` is model
    minus human, paired over reports; where its interval holds 0 the two cannot be told apart."""

    variable: str
    measure: str
    human: Estimate
    model: Estimate
    difference: Estimate

    @property
    def verdict(self) -> str:
        """``below``, ``above``, ``alike`` (cannot be told apart) or ``unknown``."""
        low, high = self.difference.low, self.difference.high
        if low is None or high is None:
            return "unknown"
        return "below" if high < 0 else "above" if low > 0 else "alike"


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about one confidence: how many, their mean confidence, and the share that is right."""

    low: float
    high: float
    n: int
    confidence: float
    right: Estimate


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far confidence is what it says. ``method`` is ``raw``, ``platt``, ``isotonic`` or
    ``combined``; fitted ones are cross-validated. ``applied``: as the run gives them, after the calibration
    it was made with. ``left_out``: scored cells without a confidence."""

    method: str
    n: int
    ece: Estimate
    brier: Estimate
    bins: tuple[Bin, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """With the least certain ``reviewed`` share of the reports read by a person, ``accuracy`` of all cells
    is right (a reviewed cell counts as right). ``threshold``: the confidence at which review stops."""

    reviewed: float
    accuracy: float
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """How much to review. ``needed`` is the share of the reports for ``target``; ``at_random`` the
    share that would do if reports were read in random order."""

    curve: tuple[RiskPoint, ...]
    target: float | None = None
    needed: Estimate | None = None
    at_random: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class GoldPlan:
    """How many more annotated reports until the interval of a measure is ``half_width`` to both sides."""

    variable: str
    measure: str
    half_width: float
    reports: int
    needed: int | None
    note: str = ""

    @property
    def more(self) -> int | None:
        return None if self.needed is None else max(0, self.needed - self.reports)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell to look at. ``start`` and ``end`` are the evidence's characters in the report."""

    report: str
    variable: str
    outcome: str
    gold: str
    answer: str
    status: str
    confidence: float | None = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything measured of one run against one gold."""

    run: str
    codebook: str
    codebook_version: str
    model: str
    gold: str
    blank: str
    created: str
    matching: Matching
    overall: Mapping[str, Estimate]
    outcomes: Mapping[str, int]
    variables: tuple[VariableResult, ...]
    mistakes: tuple[Mistake, ...] = ()
    strata: tuple[Stratum, ...] = ()
    cost: Cost | None = None
    splits: SplitSummary | None = None
    ceiling: tuple[Ceiling, ...] = ()
    reliability: tuple[Reliability, ...] = ()
    review: Review | None = None
    plan: tuple[GoldPlan, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    notes: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)
