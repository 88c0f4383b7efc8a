"""A run measured by gold in the background, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...api import Run
from ...evaluation.gold import Blank
from ...extraction.answer import Answer, Status
from ..stored_runs import all_runs, open_run
from ..studio import Studio
from ..tasks import Task, Tasks, tasks_of
from .asked import Asked, key_of
from .humans import golds_of, read, stamp_of
from .kept import Difference, Kept, KeptEvaluation, Point, shelf_of

K = TypeVar("K", bound=Kept)
#: Disagreements that are kept in words.
_MOST = 5000
#: What is told besides the variables: gold, all variables, splits, agreement, confidence, review, reports.
_STEPS = 7
#: Evaluations that wait at most: anybody may ask for one with other options.
_WAITING = 16
#: Seconds after which what failed is tried anew.
TRY_AGAIN = 10.0


@dataclass(frozen=True, slots=True)
class Measured(Generic[K]):
    """What was asked for if it is there, else the task that makes it."""

    key: str
    document: K | None
    task: Task | None


def evaluation_of(studio: Studio, run_id: str, asked: Asked) -> Measured[KeptEvaluation]:
    """The evaluation, begun in the background unless it is there already. Raises Refused (404) for a run or
    gold that is not there."""
    run = open_run(studio.project, run_id)
    golds = [stamp_of(studio, name) for name in (asked.gold, *asked.human)]
    key = key_of("evaluation", asked, [run], golds)
    return begun(studio, key, KeptEvaluation, lambda task: _evaluate(studio, run, asked, task))


def begun(studio: Studio, key: str, kind: type[K], make: Callable[[Task], K]) -> Measured[K]:
    """The document of this key, or the task that makes it: never two of the same."""
    shelf, tasks = shelf_of(studio), measuring_tasks(studio)
    document = shelf.find(key, kind)
    if document is not None:
        return Measured(key, document, None)
    task = tasks.find(key)
    if task is not None and task.state == "done":
        # It ended between the two looks.
        document = shelf.find(key, kind)
        if document is not None:
            return Measured(key, document, None)
    if task is not None and (task.open or (task.state == "failed" and task.age < TRY_AGAIN)):
        return Measured(key, None, task)

    def work(task: Task) -> None:
        made = make(task)
        shelf.keep(key, made, [run.id for run in all_runs(studio.project)])

    return Measured(key, None, tasks.begin(key, work))


def measuring_tasks(studio: Studio) -> Tasks:
    """One measures at a time: each of them keeps a processor busy."""
    return tasks_of(studio, "evaluations", most=_WAITING)


def _evaluate(studio: Studio, run: Run, asked: Asked, task: Task) -> KeptEvaluation:
    from ...evaluation.calibration import accuracies
    from ...evaluation.evaluate import evaluate
    from ...evaluation.matching import match
    from ...evaluation.resampling import Resampler
    from ...evaluation.suspects import suspects
    from .columns import columns_of

    blank = Blank(asked.blank)
    task.tell("gold", 0)
    gold = read(studio, run, asked.gold, run.codebook, blank)
    people = [one for name in asked.human for one in golds_of(studio, run, name, blank)]
    steps = _Steps(task, len(gold.variables) + _STEPS)
    evaluation = evaluate(
        run,
        gold,
        by=asked.by,
        splits=asked.splits,
        train=asked.train,
        leave_one_out=asked.leave_one_out,
        humans=people,
        target=asked.target,
        half_width=asked.half_width,
        cost_per_hour=asked.cost_per_hour,
        progress=steps.tell,
    )
    steps.tell("review")
    paired = match(run, gold).paired
    resampler = Resampler(len(paired.reports))
    curve = () if evaluation.review is None else evaluation.review.curve
    spread = accuracies(paired, resampler) if curve else ()
    points = [
        Point(reviewed=one.reviewed, accuracy=one.accuracy, low=wide.low, high=wide.high)
        for one, wide in zip(curve, spread, strict=True)
    ]
    steps.tell("reports")
    unreviewed = least_certain(run, without=set(gold.cells))
    return KeptEvaluation(
        asked=asked,
        evaluation=evaluation,
        columns=columns_of(paired),
        differences=[
            Difference(
                report=one.report,
                variable=one.variable,
                outcome=one.outcome,
                gold=one.gold,
                answer=one.answer,
                confidence=one.confidence,
            )
            for one in suspects(paired, most=_MOST)
        ],
        curve=points,
        unreviewed=unreviewed,
        reports=len(run),
    )


def least_certain(run: Run, *, without: set[str]) -> list[str]:
    """The reports of a run, those with the most wrong answers to expect first: the sum of 1 - confidence,
    where a failed answer is 1. So do the curves of review; answers without a confidence count as sure."""
    names = run.codebook.names
    expected = {
        record.report_id: sum(_doubt(record.extraction.answers.get(name)) for name in names)
        for record in run.records()
        if record.report_id not in without
    }
    return sorted(expected, key=lambda one: -expected[one])


def _doubt(answer: Answer | None) -> float:
    if answer is None or answer.status is Status.FAILED:
        return 1.0
    return 0.0 if answer.confidence is None else 1 - answer.confidence


class _Steps:
    """Counts what the evaluation says it does."""

    def __init__(self, task: Task, total: int) -> None:
        self._task = task
        self._total = total
        self._done = 0

    def tell(self, what: str) -> None:
        self._done += 1
        self._task.tell(what, self._done, max(self._total, self._done))
