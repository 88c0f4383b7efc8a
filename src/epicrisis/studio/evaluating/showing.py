"""An evaluation as its pages show it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from ...evaluation.report.json import to_json
from ...evaluation.report.words import is_distance, metric_label
from ...evaluation.result import Evaluation
from ..golds import GoldChoice, names
from ..stored_runs import open_run
from ..studio import Studio
from ..tasks import Task
from ..web.refusals import Refusal
from .asked import Asked
from .calibrating import Calibrating, calibrating
from .choosing import RunChoice, run_choice
from .columns import reports_with
from .drawing import ReliabilityChart, ReviewChart, reliability_chart, review_chart
from .humans import HumanChoice, human_choices, label_of
from .kept import Point
from .measuring import Measured, evaluation_of

State = Literal["choose", "working", "refused", "ready"]
#: Reports of a cell that are listed.
_LISTED = 500


class Progress(BaseModel):
    """How far the measuring is; ``left`` in seconds. ``waiting``: another one goes before it."""

    said: str
    share: float | None
    left: float | None
    waiting: bool


class View(BaseModel):
    """What is measured, and how far it is."""

    run: RunChoice
    asked: Asked
    gold: str
    state: State
    progress: Progress | None = None
    problem: Refusal | None = None


class EvaluationView(View):
    """``evaluation`` is the document of ``epicrisis evaluate --json``. ``curve``: accuracy by the share of
    reports that is reviewed. ``unreviewed`` of ``reports`` have no gold; each has ``answers`` answers."""

    golds: list[GoldChoice]
    humans: list[HumanChoice]
    columns: list[str]
    evaluation: dict[str, Any] | None = None
    curve: list[Point] = []
    unreviewed: int = 0
    reports: int = 0
    answers: int = 0
    calibrating: Calibrating | None = None
    # For the template alone.
    labels: dict[str, str] = Field(default={}, exclude=True)
    distances: list[str] = Field(default=[], exclude=True)
    review_chart: ReviewChart | None = Field(default=None, exclude=True)
    reliability_chart: ReliabilityChart | None = Field(default=None, exclude=True)


class CellReport(BaseModel):
    """A report in a cell of a table; gold and answer in words where they differ."""

    id: str
    gold: str | None = None
    answer: str | None = None
    confidence: float | None = None


class VariableView(View):
    """One variable of an evaluation. ``reports``: those with an outcome, or in a cell of the confusion
    matrix, the first 500 of ``found``."""

    variable: dict[str, Any] | None = None
    before: str | None = None
    after: str | None = None
    outcome: str | None = None
    said: str | None = None
    answer: str | None = None
    found: int = 0
    reports: list[CellReport] = []
    labels: dict[str, str] = Field(default={}, exclude=True)
    distances: list[str] = Field(default=[], exclude=True)


def evaluation_view(studio: Studio, run_id: str, asked: Asked) -> EvaluationView:
    """Raises Refused (404) for a run or gold that is not there."""
    run = open_run(studio.project, run_id)
    view = EvaluationView(
        run=run_choice(run),
        asked=asked,
        gold=label_of(studio, asked.gold),
        state="choose",
        golds=names(studio),
        humans=human_choices(studio),
        columns=list(run.manifest.source.columns.carried),
    )
    if not asked.gold:
        return view
    measured = evaluation_of(studio, run_id, asked)
    kept = told(view, measured)
    if kept is None:
        return view
    document = to_json(kept.evaluation)
    view.evaluation = document
    view.curve, view.reports, view.unreviewed = kept.curve, kept.reports, len(kept.unreviewed)
    view.answers = len(run.codebook.names)
    view.calibrating = calibrating(studio, run) if document["reliability"] else None
    view.labels, view.distances = _labels(kept.evaluation)
    view.review_chart = review_chart(kept.curve, asked.target)
    view.reliability_chart = reliability_chart(document["reliability"])
    return view


def variable_view(
    studio: Studio,
    run_id: str,
    asked: Asked,
    name: str,
    *,
    outcome: str | None,
    said: str | None,
    answer: str | None,
) -> VariableView | None:
    """One variable; ``None`` if the evaluation is there and has no such variable. Raises Refused (404)."""
    view = VariableView(
        run=run_choice(open_run(studio.project, run_id)),
        asked=asked,
        gold=label_of(studio, asked.gold),
        state="choose",
        outcome=outcome,
        said=said,
        answer=answer,
    )
    if not asked.gold:
        return view
    kept = told(view, evaluation_of(studio, run_id, asked))
    if kept is None:
        return view
    variables = to_json(kept.evaluation)["variables"]
    order = [one["name"] for one in variables]
    if name not in order:
        return None
    place = order.index(name)
    view.variable = variables[place]
    view.before = order[place - 1] if place else None
    view.after = order[place + 1] if place + 1 < len(order) else None
    view.labels, view.distances = _labels(kept.evaluation)
    if outcome is not None or said is not None:
        ids = reports_with(kept, name, outcome=outcome, said=said, answer=answer)
        words = {one.report: one for one in kept.differences if one.variable == name}
        view.found = len(ids)
        view.reports = [
            CellReport(id=one)
            if one not in words
            else CellReport(
                id=one,
                gold=words[one].gold,
                answer=words[one].answer,
                confidence=words[one].confidence,
            )
            for one in ids[:_LISTED]
        ]
    return view


def told(view: View, measured: Measured[Any]) -> Any:
    """What was measured; if it is not there yet, the view says how far it is."""
    if measured.document is not None:
        view.state = "ready"
        return measured.document
    view.state, view.progress, view.problem = _standing(measured.task)
    return None


def _standing(task: Task | None) -> tuple[State, Progress | None, Refusal | None]:
    if task is None or task.state in ("done", "cancelled"):
        return "working", Progress(said="", share=None, left=None, waiting=True), None
    if task.problem is not None:
        return "refused", None, task.problem
    progress = Progress(said=task.said, share=task.share, left=task.left, waiting=task.state == "waiting")
    return "working", progress, None


def _labels(evaluation: Evaluation) -> tuple[dict[str, str], list[str]]:
    """What measures are called, and which of them no scale from 0 to 1 can show."""
    found = {*evaluation.overall, *(one.measure for one in evaluation.ceiling)}
    found.update(one.measure for one in evaluation.plan)
    waiting = [*evaluation.variables]
    while waiting:
        one = waiting.pop()
        found.update(one.metrics)
        waiting += one.parts
    if evaluation.splits is not None:
        found.update(name.rpartition(": ")[2] for name in evaluation.splits.scores)
    return {name: metric_label(name) for name in found}, [name for name in found if is_distance(name)]


def standing(measured: Measured[Any]) -> tuple[State, Progress | None, Refusal | None]:
    """How far something is that is not there yet."""
    return ("ready", None, None) if measured.document is not None else _standing(measured.task)
