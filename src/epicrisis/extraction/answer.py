"""What one report yields: an Answer for every variable, with its status and its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple


class Status(StrEnum):
    """How an answer came about. An empty cell is never just empty."""

    STATED = "stated"  #: a value, and the quote it rests on was found in the report
    INFERRED = "inferred"  #: a value, but no quote for it was found
    NOT_MENTIONED = "not_mentioned"  #: the report says nothing about it
    UNCERTAIN = "uncertain"  #: a value, and the report hedges
    NOT_APPLICABLE = "not_applicable"  #: another variable rules it out
    FAILED = "failed"  #: no valid answer could be had; ``Answer.notes`` says why

    @property
    def has_value(self) -> bool:
        return self in (Status.STATED, Status.INFERRED, Status.UNCERTAIN)


class Grade(StrEnum):
    """How well a quote matches the report."""

    EXACT = "exact"  #: the same characters
    NORMALISED = "normalised"  #: the same but for case, white space, hyphenation, decimal sign, Unicode form
    FUZZY = "fuzzy"  #: close, at word boundaries
    NONE = "none"  #: not in the report


class Evidence(NamedTuple):
    """The report's own words (``report.text[start:end] == quote``) and how they were found."""

    quote: str
    start: int
    end: int
    grade: Grade


@dataclass(frozen=True, slots=True)
class Answer:
    """One cell.

    ``value`` by kind: boolean -> bool; category -> the option's value; ordinal -> the option's value;
    count -> int; quantity -> ``{"value": float, "unit": str}``, with ``"written": str`` where what was
    written says more ("2,5 cm" for 25 mm); date -> ISO 8601 string (a year or year-month where the day is
    unknown); text -> str; spans -> list of ``{"text", "type", "start", "end"}``; group -> list of mappings
    from sub-variable name to ``Answer``.
    ``confidence`` is a probability in [0, 1] or ``None``. ``notes`` are machine-written remarks that
    never quote the report. ``votes`` is the share of the samples that gave this answer, in (0, 1];
    ``None`` where one was asked for.
    """

    status: Status
    value: Any = None
    evidence: Evidence | None = None
    confidence: float | None = None
    notes: tuple[str, ...] = ()
    votes: float | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What one report cost. Tokens; ``seconds`` of engine time, summed over ``requests``."""

    requests: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0

    @property
    def evaluated_tokens(self) -> int:
        """Prompt tokens that the cache did not hold."""
        return self.prompt_tokens - self.cached_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.requests + other.requests,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Extraction:
    """All answers for one report, in codebook order. ``failure`` is set when the whole report failed.
    ``reasoning`` is what the model said before it answered, where it was asked to: no evidence rests on it.
    """

    report_id: str
    answers: Mapping[str, Answer]
    usage: Usage = field(default_factory=Usage)
    failure: str | None = None
    reasoning: str | None = None

    @property
    def failed(self) -> bool:
        """Whether no question could be answered for this report at all."""
        return self.failure is not None
