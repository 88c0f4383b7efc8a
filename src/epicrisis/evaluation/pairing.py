"""A run beside its gold: every answer with its gold cell, report by report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..codebook.codebook import Codebook
from ..extraction.answer import Answer, Usage
from ..report import Cell as Carried
from .cells import Outcome
from .gold import GoldCell


@dataclass(frozen=True, slots=True)
class Pair:
    """One answer beside its gold."""

    gold: GoldCell
    answer: Answer
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class PairedReport:
    """The pairs of one report by variable; a variable without a gold cell for this report is missing.

    ``length`` is in characters, ``None`` if the run left the texts out of the store.
    """

    id: str
    pairs: Mapping[str, Pair]
    patient: str | None = None
    date: str | None = None
    language: str | None = None
    length: int | None = None
    metadata: Mapping[str, Carried] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)


@dataclass(frozen=True, slots=True)
class Matching:
    """Which reports could be scored. ``excluded`` maps ids to the reason: an example of the run, training
    data of its adapter, outside the split."""

    scored: tuple[str, ...]
    only_in_run: tuple[str, ...] = ()
    only_in_gold: tuple[str, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paired:
    """A run and its gold, ready to be measured: the scored reports in the run's order."""

    codebook: Codebook
    reports: tuple[PairedReport, ...]
    matching: Matching

    def column(self, variable: str) -> list[Pair | None]:
        """The pairs of one variable, one place for each report; ``None`` where gold says nothing."""
        return [report.pairs.get(variable) for report in self.reports]
