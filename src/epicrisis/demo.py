"""The demonstration: the shipped brain-MRI codebook on six of its Dutch reports, compared with gold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .evaluation.cells import Tally
from .evaluation.gold import Gold, read_gold
from .evaluation.pairing import Paired, pair
from .library import CODEBOOK_FILE, GOLD_FILE, REPORTS_FILE
from .library import path as library_path
from .runs.database import DEFAULT_STORE

if TYPE_CHECKING:
    from .api import Run
    from .evaluation.result import Evaluation

CODEBOOK = "brain-mri"
#: Different hands and lengths; together they hold every kind of answer.
REPORT_IDS = ("BM-001", "BM-002", "BM-004", "BM-008", "BM-010", "BM-012")


def reports_path() -> Path:
    return library_path(CODEBOOK) / REPORTS_FILE


def store_in(folder: Path) -> Path:
    """The run store of the project in ``folder``."""
    return folder / DEFAULT_STORE


def project_at(folder: Path) -> None:
    """Put the shipped codebook, reports and gold where the studio looks for them; what is there stays."""
    shipped = library_path(CODEBOOK)
    for shelf, name, source in (
        ("codebooks", f"{CODEBOOK}.yaml", CODEBOOK_FILE),
        ("reports", f"{CODEBOOK}.csv", REPORTS_FILE),
        ("gold", f"{CODEBOOK}.csv", GOLD_FILE),
    ):
        place = folder / shelf / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            place.write_bytes((shipped / source).read_bytes())


def gold_of(run: Run) -> Gold:
    """The shipped gold of the reports that the run was about."""
    gold = read_gold(library_path(CODEBOOK) / GOLD_FILE, run.codebook)
    asked = {extraction.report_id for extraction in run}
    return replace(gold, cells={name: cells for name, cells in gold.cells.items() if name in asked})


def compared(run: Run) -> Paired:
    """The reports of a run of the shipped codebook, each beside its gold. Needs no extra."""
    return pair(run, gold_of(run), exclude={})


def evaluated(run: Run) -> Evaluation:
    """The run measured by its gold. Raises MissingExtraError without the extra ``evaluation``."""
    from .evaluation.evaluate import evaluate

    return evaluate(run, gold_of(run))


def tally(paired: Paired) -> Tally:
    """All outcomes together."""
    total = Tally()
    for report in paired.reports:
        for one in report.pairs.values():
            total.add(one.outcome)
    return total
