"""The queue: jobs in the run store, worked on one after the other."""

from __future__ import annotations

import shutil
import sqlite3
from typing import Literal

from ..database import Database
from ..people.activity import note, now
from ..web.refusals import Refusal, Refused, conflict
from .job import AnyJob, JobProgress, JobStatus, Training
from .table import TRAINING_PREFIX, J, JobTable, run_of, training_of

#: How often in a row a job's process may end without a word before nobody begins it again.
MAX_DEATHS = 3
#: Jobs that wait or are at work at most, of all kinds.
MOST_WAITING = 100


class Queue(JobTable[J]):
    """The jobs of a project, managed by people and worked on by processes."""

    # What people do

    def ask_to(self, wanted: Literal["pause", "cancel"], job_id: str, *, by: str) -> J:
        """Pause or cancel: at once if nobody works on it, else as soon as its process hears of it.

        What is done is kept either way. Raises Refused: 404, or 409 where it is over.
        """
        with self._writing() as db:
            job = self._one(db, job_id)
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
        self._note(by, f"{job.verbs}.{wanted}", job.title)
        return self.get(job_id)

    def resume(self, job_id: str, *, by: str) -> J:
        """Back into the queue, in the order in which jobs were asked for.

        Raises Refused: 404, or 409 where it need not.
        """
        with self._writing() as db:
            job = self._one(db, job_id)
            if not job.may_resume:
                raise _not_now(job)
            db.execute(
                "UPDATE jobs SET status = 'queued', wanted = NULL, error = NULL, deaths = 0, ended = NULL"
                " WHERE id = ?",
                (job_id,),
            )
        self._note(by, f"{job.verbs}.resume", job.title)
        return self.get(job_id)

    def remove(self, job_id: str, *, by: str) -> None:
        """Forget a job; the run it worked on stays. Raises Refused: 404, or 409 while it is worked on."""
        with self._writing() as db:
            job = self._one(db, job_id)
            if job.status == "running" or self.is_alive(job_id):
                raise conflict(f"A program is working on this {job.noun}.", "Stop it first.")
            db.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
        shutil.rmtree(self.folder(job_id), ignore_errors=True)
        self._note(by, f"{job.verbs}.forget", job.title)

    # What the process of a job does, and who looks after it

    def begin(self, job_id: str) -> J | None:
        """Take up a job that waits; ``None`` where it does not wait any more. The caller holds the lock."""
        with self._writing() as db:
            taken = db.execute(
                "UPDATE jobs SET status = 'running', wanted = NULL, started = coalesce(started, ?),"
                " ended = NULL, error = NULL WHERE id = ? AND status = 'queued'",
                (now(), job_id),
            ).rowcount
            return self._one(db, job_id) if taken else None

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
        run: str | None = None,
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

        One that dies again and again without getting further has failed.
        """
        with self._writing() as db:
            job = self._one(db, job_id)
            if job.status not in ("running", "queued"):
                return
            deaths = job.deaths + 1
            status: JobStatus = "queued"
            error: Refusal | None = None
            if job.wanted in ("pause", "cancel"):
                status = "paused" if job.wanted == "pause" else "cancelled"
            elif deaths >= MAX_DEATHS:
                status, error = "failed", _died(job)
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

    def _note(self, person: str, action: str, what: str, **details: object) -> None:
        with Database(self._project.database).writing() as db:
            note(db, person, action, what, **details)

    def _check_room(self) -> None:
        """Raise Refused (429) where too many wait."""
        if (
            self._project.store.exists()
            and len(EveryJob(self._project).with_status("queued", "running")) >= MOST_WAITING
        ):
            raise Refused(429, "too-often", "Too many runs wait already.", "Wait until some are done.")

    def _insert(self, job_id: str, request: str, by: str, unless: str = "0", *values: str) -> bool:
        """Put a job into the queue, ``unless`` a condition (SQL with ``values``) holds; whether it did."""
        with self._writing(create=True) as db:
            added = db.execute(
                "INSERT INTO jobs (id, status, request, person, created)"
                f" SELECT ?, 'queued', ?, ?, ? WHERE NOT ({unless})",
                (job_id, request, by, now(), *values),
            )
            return added.rowcount > 0


class EveryJob(Queue[AnyJob]):
    """Runs and trainings: they wait for each other."""

    def _job(self, row: sqlite3.Row) -> AnyJob:
        return training_of(row) if row["id"].startswith(TRAINING_PREFIX) else run_of(row)


def _died(job: AnyJob) -> Refusal:
    less = (
        "a smaller base, shorter reports or fewer at once"
        if isinstance(job, Training)
        else "a smaller one, or a smaller context"
    )
    return Refusal(
        code="died",
        message=f"The process that worked on this {job.noun} ended without a word, several times in a row.",
        hint=f"There may be too little memory for the model: try {less}. What is done is kept.",
    )


def _not_now(job: AnyJob) -> Exception:
    return conflict(f"This {job.noun} is {job.status} now.", "Reload the page to see how it stands.")
