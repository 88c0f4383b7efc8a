"""The queue: jobs in the run store, worked on one after the other."""

from __future__ import annotations

import secrets
import shutil
from typing import Literal

from ...codebook.load import loads, read_text
from ...engines.engine import Engine
from ...extraction import Extractor
from ...runs.deferred import DeferredEngine
from .. import codebooks
from ..database import Database
from ..engines import Engines
from ..people.activity import note, now
from ..project import Project
from ..report_sets import ReportSets
from ..settings import Settings
from ..studio import Studio
from ..web.refusals import Refusal, Refused, conflict
from .job import Job, JobProgress, JobStatus
from .request import JobRequest, KeptRequest
from .table import JobTable, one_job

#: What the ids of jobs begin with. A run's id ends in a day and four characters more: none is like it.
PREFIX = "job-"
#: How often in a row a job's process may end without a word before nobody begins it again.
MAX_DEATHS = 3
#: Runs that wait or are at work at most.
MOST_WAITING = 100


class Jobs(JobTable):
    """The jobs of a project, asked for by people and worked on by processes."""

    # What people do

    def add(self, request: JobRequest, *, by: str) -> str:
        """Put a run into the queue; gives the job's id.

        Raises OptionError for an engine that is not the project's, Refused (404) for names that are not
        there, (429) where too many wait, CodebookError for a codebook with errors.
        """
        if self._project.store.exists() and len(self.with_status("queued", "running")) >= MOST_WAITING:
            raise Refused(429, "too-often", "Too many runs wait already.", "Wait until some are done.")
        kept = checked(self._project, request)
        job_id = f"{PREFIX}{secrets.token_hex(5)}"
        if request.examples is not None:
            kept.gold_copy = self._copy_gold(job_id, request.examples.gold)
        with self._writing(create=True) as db:
            db.execute(
                "INSERT INTO jobs (id, status, request, person, created) VALUES (?, 'queued', ?, ?, ?)",
                (job_id, kept.model_dump_json(), by, now()),
            )
        self._note(by, "run.ask", job_id, reports=request.reports, codebook=request.codebook)
        return job_id

    def ask_to(self, wanted: Literal["pause", "cancel"], job_id: str, *, by: str) -> Job:
        """Pause or cancel: at once if nobody works on it, else as soon as its process hears of it.

        What is done is kept either way. Raises Refused: 404, or 409 where it is over.
        """
        with self._writing() as db:
            job = one_job(db, job_id)
            if not (job.may_pause if wanted == "pause" else job.may_cancel):
                raise _not_now(job)
            if job.status == "running":
                db.execute("UPDATE jobs SET wanted = ? WHERE id = ?", (wanted, job_id))
            else:
                status = "paused" if wanted == "pause" else "cancelled"
                db.execute(
                    "UPDATE jobs SET status = ?, wanted = NULL, ended = ? WHERE id = ?",
                    (status, now(), job_id),
                )
        self._note(by, f"run.{wanted}", job.run or job_id)
        return self.get(job_id)

    def resume(self, job_id: str, *, by: str) -> Job:
        """Back into the queue, in the order in which runs were asked for.

        Raises Refused: 404, or 409 where it need not.
        """
        with self._writing() as db:
            job = one_job(db, job_id)
            if not job.may_resume:
                raise _not_now(job)
            db.execute(
                "UPDATE jobs SET status = 'queued', wanted = NULL, error = NULL, deaths = 0, ended = NULL"
                " WHERE id = ?",
                (job_id,),
            )
        self._note(by, "run.resume", job.run or job_id)
        return self.get(job_id)

    def remove(self, job_id: str, *, by: str) -> None:
        """Forget a job; the run it worked on stays. Raises Refused: 404, or 409 while it is worked on."""
        with self._writing() as db:
            job = one_job(db, job_id)
            if job.status == "running" or self.is_alive(job_id):
                raise conflict("A program is working on this run.", "Cancel it first.")
            db.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
        shutil.rmtree(self.folder(job_id), ignore_errors=True)
        self._note(by, "run.forget", job_id)

    # What the process of a job does, and who looks after it

    def begin(self, job_id: str) -> Job | None:
        """Take up a job that waits; ``None`` where it does not wait any more. The caller holds the lock."""
        with self._writing() as db:
            taken = db.execute(
                "UPDATE jobs SET status = 'running', wanted = NULL, started = coalesce(started, ?),"
                " ended = NULL, error = NULL WHERE id = ? AND status = 'queued'",
                (now(), job_id),
            ).rowcount
            return one_job(db, job_id) if taken else None

    def tell(self, job_id: str, progress: JobProgress, run: str | None) -> str | None:
        """Say how far a job is; gives what it is asked to do."""
        with self._writing() as db:
            alive = " , deaths = 0" if progress.done > progress.cached else ""
            db.execute(
                f"UPDATE jobs SET progress = ?, run = coalesce(?, run){alive} WHERE id = ?",
                (progress.model_dump_json(), run, job_id),
            )
            row = db.execute("SELECT wanted FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return None if row is None else row["wanted"]

    def wanted(self, job_id: str) -> str | None:
        """What a job is asked to do."""
        with self._reading() as db:
            row = db.execute("SELECT wanted FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return "cancel" if row is None else row["wanted"]

    def end(
        self,
        job_id: str,
        status: JobStatus,
        *,
        run: str | None,
        progress: JobProgress | None = None,
        error: Refusal | None = None,
    ) -> None:
        """Say how the work on a job ended; ``queued``: it is to be taken up again."""
        with self._writing() as db:
            db.execute(
                "UPDATE jobs SET status = ?, wanted = NULL, run = ?, progress = coalesce(?, progress),"
                " error = ?, ended = ? WHERE id = ?",
                (
                    status,
                    run,
                    None if progress is None else progress.model_dump_json(),
                    None if error is None else error.model_dump_json(),
                    None if status == "queued" else now(),
                    job_id,
                ),
            )

    def rest(self) -> None:
        """Ask all that are worked on to stop and go back into the queue."""
        with self._writing() as db:
            db.execute("UPDATE jobs SET wanted = 'rest' WHERE status = 'running' AND wanted IS NULL")

    def take_back(self, job_id: str) -> None:
        """The process of a job died: what it was asked to do is done, else it goes back into the queue.

        One that dies again and again without a report in between has failed.
        """
        with self._writing() as db:
            job = one_job(db, job_id)
            if job.status not in ("running", "queued"):
                return
            deaths = job.deaths + 1
            status: JobStatus = "queued"
            error: Refusal | None = None
            if job.wanted in ("pause", "cancel"):
                status = "paused" if job.wanted == "pause" else "cancelled"
            elif deaths >= MAX_DEATHS:
                status, error = "failed", _DIED
            db.execute(
                "UPDATE jobs SET status = ?, wanted = NULL, deaths = ?, error = ?, ended = ? WHERE id = ?",
                (
                    status,
                    deaths,
                    None if error is None else error.model_dump_json(),
                    None if status == "queued" else now(),
                    job_id,
                ),
            )

    def _copy_gold(self, job_id: str, name: str) -> str:
        from .. import golds

        source = golds.path_of(Studio(self._project, Settings()), name)
        folder = self.folder(job_id)
        folder.mkdir(parents=True, mode=0o700)
        copy = folder / f"gold{source.suffix}"
        copy.touch(mode=0o600)
        shutil.copyfile(source, copy)
        return copy.name

    def _note(self, person: str, action: str, what: str, **details: object) -> None:
        with Database(self._project.database).writing() as db:
            note(db, person, action, what, **details)


def never() -> Engine:
    """In place of an engine where nothing is asked."""
    raise AssertionError("nothing is asked before the run")


def checked(project: Project, request: JobRequest) -> KeptRequest:
    """The request with its codebook as it is now. Raises as ``Jobs.add``."""
    database = Database(project.database)
    Engines(database).checked(request.engine)
    ReportSets(project, database).path(request.reports)
    path = codebooks.path_of(project, request.codebook)
    text = read_text(path)
    # Options that make no sense with this codebook are told now, not when their turn comes.
    Extractor(loads(text, path), DeferredEngine(never), request.options.as_extraction_options())
    return KeptRequest(**request.model_dump(), codebook_text=text)


_DIED = Refusal(
    code="died",
    message="The process that worked on this run ended without a word, several times in a row.",
    hint="There may be too little memory for the model: try a smaller one, or a smaller context. What is "
    "done is kept.",
)


def _not_now(job: Job) -> Exception:
    return conflict(f"This run is {job.status} now.", "Reload the page to see how it stands.")
