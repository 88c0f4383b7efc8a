"""Jobs and runs in one list: a run with the job that works on it, and jobs whose run has not begun."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ...runs.database import connect, store_errors
from ...runs.lock import is_worked_on
from ..database import Database
from ..engines import Engines
from ..project import Project
from .job import Job
from .runs import Jobs

_RUNS = (
    "SELECT id, number, status, created, codebook, engine, total,"
    " json_extract(manifest, '$.counts') counts, json_extract(manifest, '$.source.path') source"
    " FROM runs WHERE id IN ({marks})"
)
_COUNTS = (
    "SELECT count(*), coalesce(sum(x.failure IS NOT NULL), 0)"
    " FROM run_reports r JOIN results x ON x.id = r.result WHERE r.run = ?"
)


class RunSummary(BaseModel):
    """A line of the list. ``name`` is what its page is called: the run's id, or the job's before there is a
    run. Nobody in the studio asked for a run without ``person``: it is the command line's."""

    name: str
    run: str | None
    job: str | None
    status: str
    codebook: str
    engine: str
    reports: str | None
    total: int | None
    done: int
    failed: int
    left: float | None = None
    created: str
    person: str | None

    @property
    def is_open(self) -> bool:
        """Whether it will change by itself."""
        return self.status in ("queued", "running")


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the list, and how long all of it is."""

    runs: list[RunSummary]
    total: int


def listed(project: Project, *, first: int = 0, most: int = 50) -> Listed:
    """The runs and jobs of a project from the ``first`` on, the latest first."""
    if not project.store.exists():
        return Listed([], 0)
    jobs = Jobs(project).all()
    latest = {job.run: job for job in reversed(jobs) if job.run is not None}
    with store_errors(project.store), closing(connect(project.store, create=False)) as db:
        known = dict(db.execute("SELECT id, created FROM runs ORDER BY number"))
        entries: list[tuple[str, str, Job | None]] = [
            (created, run, latest.get(run)) for run, created in known.items()
        ]
        entries += [(job.created, job.id, job) for job in reversed(jobs) if job.run not in known]
        # Those of one second stay in the order in which they were asked for.
        entries = sorted(entries, key=lambda one: one[0][:19])[::-1]
        shown = entries[first : first + most]
        names = [name for _, name, _ in shown if name in known]
        rows = {row[0]: row for row in db.execute(_RUNS.format(marks=", ".join("?" * len(names))), names)}
        labels = {one.address: one.label for one in Engines(Database(project.database)).choices()}
        found = [
            _of_run(project, db, rows[name], job) if name in rows else _of_job(job, labels)
            for _, name, job in shown
            if name in rows or job is not None
        ]
    return Listed([one for one in found if one is not None], len(entries))


def status_of(job: Job | None, run_status: str | None) -> str:
    """What a run is doing, by the job that works on it and by the run itself."""
    if job is None:
        return run_status or "failed"
    if run_status is None or job.status in ("queued", "running"):
        return job.status
    if run_status in ("running", "finished") or job.status == "finished":
        return run_status
    return job.status


def _of_run(project: Project, db: Any, row: tuple[Any, ...], job: Job | None) -> RunSummary:
    run_id, number, status, created, codebook, engine, total, counts, source = row
    if status == "running" and not is_worked_on(project.store, run_id):
        status = "interrupted"
    status = status_of(job, status)
    left = None
    if status == "running" and job is not None and job.progress is not None:
        done, failed, left = job.progress.done, job.progress.failed, job.progress.left
    elif status == "finished":
        kept = json.loads(counts or "{}")
        done, failed = kept.get("done", 0), kept.get("failed", 0)
    else:
        done, failed = db.execute(_COUNTS, (number,)).fetchone()
    return RunSummary(
        name=run_id,
        run=run_id,
        job=None if job is None else job.id,
        status=status,
        codebook=codebook,
        engine=engine,
        reports=job.request.reports if job is not None else source and project.shown(source),
        total=total,
        done=done,
        failed=failed,
        left=left,
        created=created,
        person=None if job is None else job.person,
    )


def _of_job(job: Job | None, labels: dict[str, str]) -> RunSummary | None:
    if job is None:
        return None
    progress = job.progress
    return RunSummary(
        name=job.id,
        run=None,
        job=job.id,
        status=job.status,
        codebook=job.request.codebook,
        engine=labels.get(job.request.engine, job.request.engine),
        reports=job.request.reports,
        total=progress.total if progress is not None and progress.total else None,
        done=0 if progress is None else progress.done,
        failed=0 if progress is None else progress.failed,
        created=job.created,
        person=job.person,
    )
