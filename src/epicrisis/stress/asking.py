"""The original and its perturbed forms, each asked in a run of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..errors import OptionError
from ..reading import ReportSet
from ..report import Report
from ..runs.progress import NoProgress, Progress
from ..runs.run import StoredRun
from ..runs.selection import select
from ..runs.session import Session, work
from ..runs.task import Ready, Task
from .changes import PERTURBATIONS, STRENGTHS, Perturbation
from .subject import Subject, stress_store
from .together import Together


@dataclass(frozen=True, slots=True)
class Case:
    """A perturbation at one strength."""

    perturbation: Perturbation
    strength: int

    def __str__(self) -> str:
        return f"{self.perturbation.name} {self.strength}"


@dataclass(frozen=True, slots=True)
class AskedCase:
    """A case with its run; ``altered`` of its reports read otherwise than the original. Where none does, the
    run is the original's."""

    case: Case
    run: StoredRun
    altered: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The run of the original and those of all cases."""

    baseline: StoredRun
    cases: tuple[AskedCase, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A run that did not come to its end; what was done is kept."""

    session: Session


def cases(only: Sequence[str] = (), strengths: Sequence[int] = ()) -> tuple[Case, ...]:
    """The perturbations named (all if none is) at the strengths named (all if none is).

    Raises OptionError for a name or a strength that there is not.
    """
    for name in only:
        if name not in PERTURBATIONS:
            raise OptionError(
                f"There is no perturbation {name!r}.", hint=f"There are: {', '.join(PERTURBATIONS)}."
            )
    for strength in strengths:
        if strength not in STRENGTHS:
            raise OptionError(
                f"There is no strength {strength}.", hint=f"There are: {', '.join(map(str, STRENGTHS))}."
            )
    return tuple(
        Case(one, strength)
        for one in PERTURBATIONS.values()
        if not only or one.name in only
        for strength in STRENGTHS
        if not strengths or strength in strengths
    )


def ask(
    subject: Subject,
    wanted: Sequence[Case],
    *,
    seed: int = 0,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Asked | Stopped:
    """Ask about the original, unless that was done before, and about each case; stop at the first run that
    does not come to its end.

    The engine is opened once, and only if something is to be asked. The same call goes on where it stopped
    and asks nothing twice, unless ``fresh``. Perturbed reports are asked in ``stress.sqlite`` beside the
    subject's store; their texts are not kept, for the seed brings them back. Raises as ``work`` does.
    """
    runs = len(wanted) + (subject.baseline is None)
    together = Together(progress or NoProgress(), "stress", runs * subject.task.total)
    with _opened_once(subject.task) as task:
        try:
            baseline = subject.baseline
            if baseline is None:
                session = work(task, subject.store, progress=together, fresh=fresh)
                if session.status != "finished":
                    return Stopped(session)
                baseline = StoredRun(subject.store, session.run_id)
            done: list[AskedCase] = []
            store = stress_store(subject.store)
            for case in wanted:
                reports = _Perturbed(subject, case, seed)
                perturbed = _task_for(task, reports.report_set)
                if not reports.altered:
                    # The very same question: it was answered.
                    together.skip(perturbed.total)
                    done.append(AskedCase(case, baseline, 0))
                    continue
                session = work(perturbed, store, progress=together, fresh=fresh, keep_text=False)
                if session.status != "finished":
                    return Stopped(session)
                done.append(AskedCase(case, StoredRun(store, session.run_id), reports.altered))
            return Asked(baseline, tuple(done))
        finally:
            together.close()


class _Perturbed:
    """The reports of a case. ``altered`` counts those that were changed, once they were gone through."""

    def __init__(self, subject: Subject, case: Case, seed: int) -> None:
        self._reports = subject.reports
        self._case = case
        self._seed = seed
        self._language = subject.codebook.languages[0]
        self.altered = 0
        note = f"Perturbed: {case.perturbation.name}, strength {case.strength}, seed {seed}."
        self.report_set = replace(subject.reports, open=self._open, notes=(*subject.reports.notes, note))

    def _open(self) -> Iterator[Report]:
        self.altered = 0
        for report in self._reports:
            text = self._case.perturbation(
                report.text,
                self._case.strength,
                seed=self._seed,
                report_id=report.id,
                language=report.language or self._language,
            )
            self.altered += text != report.text
            # Offsets into the source hold for the original only.
            yield replace(report, text=text, offsets=None)


def _task_for(task: Task, reports: ReportSet) -> Task:
    selected = select(reports)
    return replace(task, reports=selected.reports, total=selected.survey.reports, source=selected.source)


@contextmanager
def _opened_once(task: Task) -> Iterator[Task]:
    """The task with an engine that stays open from one run to the next: codebook, options and engine are the
    same for all, and so is what the engine keeps of the prompt."""
    opened: list[Ready] = []

    def make_ready() -> Ready:
        if not opened:
            opened.append(task.make_ready())
        return replace(opened[0], close=_stay_open)

    try:
        yield replace(task, make_ready=make_ready)
    finally:
        for ready in opened:
            ready.close()


def _stay_open() -> None:
    """There may be another run to come."""
