"""A run beside its gold: every answer with its gold cell, report by report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..codebook.codebook import Codebook
from ..errors import OptionError
from ..extraction.answer import Answer, Extraction, Status, Usage
from ..report import Cell as Carried
from .cells import Outcome, compare
from .gold import Gold, GoldCell

if TYPE_CHECKING:
    from ..runs.run import StoredRun

#: Why a report is not scored whose gold cells are all blank, and blanks are ignored.
NO_CELLS = "gold says nothing of it"


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


def pair(run: StoredRun, gold: Gold, *, exclude: Mapping[str, str], raw: bool = False) -> Paired:
    """The run's reports that gold has too, in the run's order, each answer beside its gold cell.

    ``exclude`` maps report ids to why they are not scored. A report that failed as a whole has a failed
    answer everywhere. Confidences are as the run gives them, or as the model did if ``raw``. Raises
    ``OptionError`` where run and gold have no report in common, and where every one they have is excluded.
    """
    codebook = run.codebook
    lengths = run.lengths()
    variables = [variable for variable in codebook.columns if variable.name in gold.variables]
    reports: list[PairedReport] = []
    only_in_run: list[str] = []
    excluded: dict[str, str] = {}
    for record in run.records(raw=raw):
        report_id = record.report_id
        cells = gold.cells.get(report_id)
        if cells is None:
            only_in_run.append(report_id)
            continue
        if report_id in exclude:
            excluded[report_id] = exclude[report_id]
            continue
        pairs: dict[str, Pair] = {}
        for variable in variables:
            cell = cells.get(variable.name)
            if cell is not None:
                answer = _answer(record.extraction, variable.name)
                pairs[variable.name] = Pair(cell, answer, compare(variable, answer, cell.value))
        if not pairs:
            excluded[report_id] = NO_CELLS
            continue
        reports.append(
            PairedReport(
                id=report_id,
                pairs=pairs,
                patient=record.patient,
                date=record.date,
                language=record.language,
                length=lengths.get(report_id),
                metadata=record.metadata,
                usage=record.extraction.usage,
            )
        )
    in_run = {*only_in_run, *excluded, *(report.id for report in reports)}
    matching = Matching(
        scored=tuple(report.id for report in reports),
        only_in_run=tuple(only_in_run),
        only_in_gold=tuple(name for name in gold.cells if name not in in_run),
        excluded=excluded,
    )
    if not reports:
        raise _nothing_left(gold, matching)
    return Paired(codebook, tuple(reports), matching)


def _answer(extraction: Extraction, name: str) -> Answer:
    answer = extraction.answers.get(name)
    return answer or Answer(Status.FAILED, notes=(extraction.failure or "no answer",))


def _nothing_left(gold: Gold, matching: Matching) -> OptionError:
    if matching.excluded:
        reasons = "; ".join(dict.fromkeys(matching.excluded.values()))
        return OptionError(
            f"None of the {len(matching.excluded)} reports that run and gold share can be scored: {reasons}.",
            hint="Evaluate on reports that were not used to make the run.",
        )
    if not matching.only_in_run:
        return OptionError("The run has no reports yet.", hint="Wait for it, or finish it first.")
    return OptionError(
        f"No report of the run is in the gold {gold.name!r}: the run has {_three(matching.only_in_run)}, "
        f"the gold has {_three(matching.only_in_gold)}.",
        hint="Ids are compared as text. Is it the same id column? Did a spreadsheet drop leading zeros "
        "(007 became 7)?",
    )


def _three(ids: Iterable[str]) -> str:
    listed = list(ids)
    return ", ".join(map(repr, listed[:3])) + (", ..." if len(listed) > 3 else "") or "none"
