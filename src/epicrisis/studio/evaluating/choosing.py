"""What there is to choose from: runs, and what was measured before."""

from __future__ import annotations

from pydantic import BaseModel

from ...api import Run
from ..stored_runs import all_runs
from ..studio import Studio
from .kept import KeptEvaluation, shelf_of

#: Runs offered, and evaluations listed.
_RUNS, _LISTED = 200, 8


class RunChoice(BaseModel):
    """A run to choose; ``done`` of ``total`` reports."""

    id: str
    codebook: str
    model: str
    created: str
    status: str
    done: int
    total: int


class Recent(BaseModel):
    """An evaluation that is there already; ``accuracy`` of all answers. ``query`` asks for it again."""

    run: str
    codebook: str
    gold: str
    accuracy: float | None
    low: float | None
    high: float | None
    reports: int
    created: str
    query: str


def run_choices(studio: Studio) -> list[RunChoice]:
    """The latest first."""
    return [run_choice(run) for run in all_runs(studio.project)[:_RUNS]]


def run_choice(run: Run) -> RunChoice:
    """What people know a run by."""
    manifest = run.manifest
    return RunChoice(
        id=run.id,
        codebook=manifest.codebook.name,
        model=str(manifest.engine.identity.get("model") or manifest.engine.address or ""),
        created=manifest.created,
        status=run.status,
        done=run.counts.done,
        total=manifest.counts.total,
    )


def recent(studio: Studio) -> list[Recent]:
    """The latest evaluations; those of removed runs are gone."""
    shelf = shelf_of(studio)
    shelf.tidy(run.id for run in all_runs(studio.project))
    found = []
    for kept in shelf.latest(KeptEvaluation, _LISTED):
        evaluation = kept.evaluation
        accuracy = evaluation.overall.get("micro_accuracy")
        found.append(
            Recent(
                run=evaluation.run,
                codebook=evaluation.codebook,
                gold=evaluation.gold,
                accuracy=None if accuracy is None else accuracy.value,
                low=None if accuracy is None else accuracy.low,
                high=None if accuracy is None else accuracy.high,
                reports=len(evaluation.matching.scored),
                created=evaluation.created,
                query=kept.asked.query(),
            )
        )
    return found
