"""The demonstration: the shipped brain-MRI codebook on six of its Dutch reports, compared with gold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .codebook.codebook import Codebook
from .evaluation.cells import Outcome, Tally, compare
from .evaluation.gold import GoldCell, read_gold
from .extraction.answer import Answer, Usage
from .library import GOLD_FILE, REPORTS_FILE
from .library import path as library_path

if TYPE_CHECKING:
    from .api import Run

CODEBOOK = "brain-mri"
#: Different hands and lengths; together they hold every kind of answer.
REPORT_IDS = ("BM-001", "BM-002", "BM-004", "BM-008", "BM-010", "BM-012")


def reports_path() -> Path:
    return library_path(CODEBOOK) / REPORTS_FILE


@dataclass(frozen=True, slots=True)
class ComparedCell:
    """One answer beside its gold."""

    variable: str
    answer: Answer
    gold: GoldCell
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ComparedReport:
    """The answers of one report beside gold, in codebook order."""

    report_id: str
    cells: tuple[ComparedCell, ...]
    usage: Usage


def compared(run: Run) -> Iterator[ComparedReport]:
    """The reports of a run of the shipped codebook, each beside its gold."""
    codebook = run.codebook
    gold = read_gold(library_path(CODEBOOK) / GOLD_FILE, codebook).cells
    for extraction in run:
        cells = _cells(codebook, extraction.answers, gold[extraction.report_id])
        yield ComparedReport(extraction.report_id, cells, extraction.usage)


def _cells(
    codebook: Codebook, answers: Mapping[str, Answer], gold: Mapping[str, GoldCell]
) -> tuple[ComparedCell, ...]:
    return tuple(
        ComparedCell(
            variable.name,
            answers[variable.name],
            gold[variable.name],
            compare(variable, answers[variable.name], gold[variable.name].value),
        )
        for variable in codebook.variables
    )


def tally(reports: list[ComparedReport]) -> Tally:
    """All outcomes together."""
    total = Tally()
    for report in reports:
        for cell in report.cells:
            total.add(cell.outcome)
    return total
