"""Everything about one run or job: how far it is, what failed, and what it was made with."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel

from ...errors import StoreError
from ...runs.manifest import Manifest, UsageRecord
from ...runs.run import true_status
from ...runs.store import RunRow, Store
from ..database import Database
from ..engines import Engines
from ..project import Project
from ..web.refusals import Refusal, not_found
from .job import Job, JobProgress
from .listing import status_of
from .queue import EveryJob
from .runs import Jobs


class Failure(BaseModel):
    """Why reports failed, and how many."""

    reason: str
    reports: int


class RunDetails(BaseModel):
    """A run, its job, or both. ``waiting_for``: how many jobs come before it. ``left`` and ``pace`` (per
    report) in seconds. ``failed_answers`` are single answers of reports that did not fail; ``reviews`` rest
    on the run."""

    name: str
    run: str | None
    job: str | None
    status: str
    wanted: str | None = None
    waiting_for: int = 0
    codebook: str
    engine: str
    reports: str | None
    person: str | None
    created: str
    ended: str | None
    phase: str | None = None
    fetched: int | None = None
    size: int | None = None
    total: int = 0
    done: int = 0
    failed: int = 0
    cached: int = 0
    pace: float | None = None
    left: float | None = None
    usage: UsageRecord = UsageRecord()
    failures: list[Failure] = []
    failed_answers: int = 0
    error: Refusal | None = None
    notes: list[str] = []
    may_pause: bool = False
    may_cancel: bool = False
    may_resume: bool = False
    may_remove: bool = False
    reviews: int = 0
    manifest: Manifest | None = None

    @property
    def is_open(self) -> bool:
        """Whether it will change by itself."""
        return self.status in ("queued", "running")

    @property
    def share(self) -> float:
        """Of the reports that are done, from 0 to 1."""
        return self.done / self.total if self.total else 0.0


def details(project: Project, name: str) -> RunDetails:
    """The run with this id, or the job. Raises Refused (404)."""
    jobs = Jobs(project)
    job = jobs.find(name)
    row = _row(project, name if job is None else job.run)
    if row is None and job is None:
        raise not_found("run")
    if row is not None:
        job = jobs.of_run(row.id) or job
    known = RunDetails(
        name=name if row is None else row.id,
        run=None if row is None else row.id,
        job=None if job is None else job.id,
        status=status_of(job, None if row is None else true_status(project.store, row)),
        codebook=row.codebook if row is not None else job.request.codebook if job is not None else "",
        engine=_engine(project, row, job),
        reports=None if job is None else job.request.reports,
        person=None if job is None else job.person,
        created=row.created if row is not None else job.created if job is not None else "",
        ended=row.ended if row is not None else job.ended if job is not None else None,
    )
    if row is not None:
        _add_run(known, project, row)
    if job is not None:
        _add_job(known, project, job)
    known.may_remove = known.status != "running" and known.status != "queued"
    known.reviews = _reviews(project, known.run)
    return known


def shown_manifest(project: Project, manifest: Manifest) -> Manifest:
    """A manifest as people of the project may see it: without where the project lies."""
    shown = manifest.model_copy(deep=True)
    if shown.source.path is not None:
        shown.source.path = project.shown(shown.source.path)
    if shown.codebook.path is not None:
        shown.codebook.path = project.shown(shown.codebook.path)
    adapter = shown.options.get("adapter")
    if isinstance(adapter, dict) and "folder" in adapter:
        # What it was trained on is in its card.
        kept = {name: adapter[name] for name in ("name", "digest", "folder") if name in adapter}
        shown.options = shown.options | {"adapter": kept | {"folder": project.shown(adapter["folder"])}}
    address = shown.engine.address
    if address is not None and not address.lower().startswith(("http://", "https://", "hf:")):
        kind, colon, path = address.rpartition(":")
        shown.engine.address = f"{kind}{colon}{project.shown(path)}"
    return shown


def _add_run(known: RunDetails, project: Project, row: RunRow) -> None:
    manifest = shown_manifest(project, Manifest.model_validate_json(row.manifest))
    with Store(project.store, create=False) as store:
        counts = store.counts(row.number)
        known.failures = [
            Failure(reason=reason, reports=number) for reason, number in store.failures(row.number).items()
        ]
    known.total, known.done, known.failed = row.total, counts.done, counts.failed
    known.failed_answers = counts.failed_answers
    known.manifest = manifest
    known.usage = manifest.usage
    known.reports = known.reports or manifest.source.path
    if known.status == "running":
        known.pace, known.left = _pace(manifest, counts.done, row.total)
        known.ended = None
    else:
        ended = [one for one in manifest.sessions if one.asked and one.seconds]
        asked = sum(one.asked for one in ended)
        known.pace = sum(one.seconds or 0 for one in ended) / asked if asked else None


def _add_job(known: RunDetails, project: Project, job: Job) -> None:
    known.error = job.error if known.status == "failed" else None
    known.wanted = job.wanted
    if known.status != "running" or job.status == "running":
        known.may_pause, known.may_cancel, known.may_resume = job.may_pause, job.may_cancel, job.may_resume
    if job.status == "queued":
        ahead = EveryJob(project).with_status("running", "queued")
        known.waiting_for = sum(one.number < job.number or one.status == "running" for one in ahead)
    progress = job.progress
    if progress is None:
        known.phase = "preparing" if job.status == "running" else None
        return
    known.notes = progress.notes
    if job.status == "running":
        _add_progress(known, progress)


def _add_progress(known: RunDetails, progress: JobProgress) -> None:
    known.phase, known.fetched, known.size = progress.phase, progress.fetched, progress.size
    if progress.total:
        known.total, known.done, known.failed = progress.total, progress.done, progress.failed
    known.cached, known.pace, known.left = progress.cached, progress.pace, progress.left
    known.usage = UsageRecord(prompt_tokens=progress.tokens_read, completion_tokens=progress.tokens_written)


def _pace(manifest: Manifest, done: int, total: int) -> tuple[float | None, float | None]:
    """Seconds per report and seconds left of a run that the command line works on: nobody counts them for
    us, but the manifest tells when this stretch began, and with how many reports done."""
    since = manifest.sessions[-1].started if manifest.sessions else None
    new = done - manifest.counts.done
    if since is None or new < 1:
        return None, None
    pace = (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds() / new
    return pace, pace * (total - done)


def _row(project: Project, run_id: str | None) -> RunRow | None:
    if run_id is None or not project.store.exists():
        return None
    with Store(project.store, create=False) as store:
        try:
            return store.run(run_id)
        except StoreError:
            return None


def _engine(project: Project, row: RunRow | None, job: Job | None) -> str:
    if row is not None:
        return row.engine
    address = "" if job is None else job.request.engine
    labels = {one.address: one.label for one in Engines(Database(project.database)).choices()}
    return labels.get(address, address)


def _reviews(project: Project, run: str | None) -> int:
    """How many reviews rest on a run."""
    if run is None:
        return 0
    with Database(project.database).reading() as db:
        return int(db.execute("SELECT count(*) FROM reviews WHERE run = ?", (run,)).fetchone()[0])
