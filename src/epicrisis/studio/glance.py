"""The project at a glance: counts that are cheap to get, and the step that comes next."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from ..runs.run import true_status
from ..runs.store import Store
from .codebooks import names as codebook_names
from .jobs import Jobs
from .reviewing.reviews import Reviews
from .studio import Studio

StepName = Literal["codebook", "reports", "run", "review", "evaluate", "export"]
STEPS: tuple[StepName, ...] = ("codebook", "reports", "run", "review", "evaluate", "export")
#: Runs and reviews shown; the others are counted.
SHOWN = 4


class RunGlance(BaseModel):
    """A run, or a job that has none yet (``run`` is None). ``eta`` in seconds."""

    run: str | None
    job: str | None
    codebook: str
    engine: str
    status: str
    done: int
    total: int
    failed: int = 0
    eta: float | None = None
    created: str


class ReviewGlance(BaseModel):
    """A review of a run: reports that are done, of how many."""

    id: str
    run: str
    name: str
    done: int
    reports: int
    closed: bool


class Step(BaseModel):
    """A step from a codebook to published numbers."""

    name: StepName
    done: bool


class Glance(BaseModel):
    """Runs and reviews, the latest first, and how many there are of each."""

    runs: list[RunGlance]
    all_runs: int
    under_way: bool
    reviews: list[ReviewGlance]
    all_reviews: int
    steps: list[Step]

    @property
    def next(self) -> Step | None:
        return next((step for step in self.steps if not step.done), None)


def glance(studio: Studio, *, reports: int, gold: int) -> Glance:
    """Look at the project; ``reports`` and ``gold`` are how many sets and files there are."""
    runs, all_runs, answered = _runs(studio)
    reviews = Reviews(studio).all()
    shown = [
        ReviewGlance(
            id=one.id,
            run=one.run,
            name=one.name,
            done=one.full,
            reports=one.reports,
            closed=one.closed is not None,
        )
        for one in reviews[:SHOWN]
    ]
    evaluations = studio.project.cache / "evaluations"
    evaluated = evaluations.is_dir() and any(evaluations.iterdir())
    done: dict[StepName, bool] = {
        "codebook": bool(codebook_names(studio.project)),
        "reports": reports > 0,
        "run": answered,
        # Whoever brought gold and evaluated by it need not make any.
        "review": any(one.full or one.closed for one in reviews) or (gold > 0 and evaluated),
        "evaluate": evaluated,
        "export": _was_done(studio, "run.export"),
    }
    # Without answers there is nothing to review: what came with the project is no step of the way.
    if not answered:
        done |= {"review": False, "evaluate": False, "export": False}
    return Glance(
        runs=runs,
        all_runs=all_runs,
        under_way=any(run.status in ("running", "queued") for run in runs),
        reviews=shown,
        all_reviews=len(reviews),
        steps=[Step(name=name, done=done[name]) for name in STEPS],
    )


def _runs(studio: Studio) -> tuple[list[RunGlance], int, bool]:
    """The latest runs, how many there are, and whether any has an answer."""
    path = studio.project.store
    if not path.exists():
        return [], 0, False
    jobs = Jobs(studio.project).all()
    by_run = {job.run: job for job in reversed(jobs) if job.run is not None}
    found: list[RunGlance] = []
    for job in jobs:
        if job.run is None and len(found) < SHOWN:
            found.append(
                RunGlance(
                    run=None,
                    job=job.id,
                    codebook=job.request.codebook,
                    engine=job.request.engine,
                    status=job.status,
                    done=0 if job.progress is None else job.progress.done,
                    total=0 if job.progress is None else job.progress.total,
                    eta=None if job.progress is None else job.progress.left,
                    created=job.created,
                )
            )
    answered = False
    with Store(path, create=False) as store:
        rows = store.runs()
        for row in rows[:SHOWN]:
            counts = store.counts(row.number)
            status: str = true_status(path, row)
            job_of = by_run.get(row.id)
            if (
                job_of is not None
                and status != "running"
                and job_of.status in ("queued", "paused", "cancelled")
            ):
                status = job_of.status
            progress = None if job_of is None else job_of.progress
            answered = answered or counts.done > counts.failed
            found.append(
                RunGlance(
                    run=row.id,
                    job=None if job_of is None else job_of.id,
                    codebook=row.codebook,
                    engine=row.engine,
                    status=status,
                    done=counts.done,
                    total=row.total,
                    failed=counts.failed,
                    eta=progress.eta if progress is not None and status == "running" else None,
                    created=row.created,
                )
            )
        # An older run than those shown has answers, or there would have been no later one.
        answered = answered or len(rows) > SHOWN
    waiting = sum(job.run is None for job in jobs)
    found.sort(key=lambda run: run.created, reverse=True)
    return found[:SHOWN], len(rows) + waiting, answered


def _was_done(studio: Studio, action: str) -> bool:
    with studio.database.reading() as db:
        return db.execute("SELECT 1 FROM activity WHERE action = ? LIMIT 1", (action,)).fetchone() is not None
