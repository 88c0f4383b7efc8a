"""The table of jobs, for reading and for changing it in one step."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ...runs.database import connect, store_errors
from ...runs.lock import RunLock, is_worked_on
from ..project import Project
from ..web.refusals import Refusal, not_found
from .job import Job, JobProgress, JobStatus
from .request import KeptRequest

_COLUMNS = (
    "id, number, status, wanted, request, run, progress, error, deaths, person, created, started, ended"
)


class JobTable:
    """The jobs of a project. Every call reads the store anew; any thread may call."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def all(self) -> list[Job]:
        """The latest first."""
        with self._reading() as db:
            return [_job(row) for row in db.execute(f"SELECT {_COLUMNS} FROM jobs ORDER BY number DESC")]

    def get(self, job_id: str) -> Job:
        """Raises Refused (404)."""
        with self._reading() as db:
            return one_job(db, job_id)

    def find(self, job_id: str) -> Job | None:
        """The job with this id, if there is one."""
        with self._reading() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (job_id,)).fetchone()
        return None if row is None else _job(row)

    def of_run(self, run_id: str) -> Job | None:
        """The latest job that worked on a run."""
        with self._reading() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE run = ? ORDER BY number DESC LIMIT 1", (run_id,)
            ).fetchone()
        return None if row is None else _job(row)

    def with_status(self, *statuses: JobStatus) -> list[Job]:
        """In the order in which they are worked on."""
        marks = ", ".join("?" * len(statuses))
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM jobs WHERE status IN ({marks}) ORDER BY number", statuses
            ).fetchall()
        return [_job(row) for row in rows]

    def is_alive(self, job_id: str) -> bool:
        """Whether a living process works on it."""
        return is_worked_on(self._project.store, job_id)

    def lock(self, job_id: str) -> RunLock:
        """Held by the process that works on a job: it ends with it."""
        return RunLock(self._project.store, job_id)

    def folder(self, job_id: str) -> Path:
        """Where a job keeps files of its own."""
        return self._project.store.parent / "jobs" / job_id

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self._project.store.exists():
            # No run was ever asked for: as if the table were there, and empty.
            with closing(sqlite3.connect(":memory:")) as nothing:
                nothing.row_factory = sqlite3.Row
                nothing.execute(f"CREATE TABLE jobs ({_COLUMNS})")
                yield nothing
            return
        with self._opened(create=False) as db:
            yield db

    @contextmanager
    def _writing(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        if not create and not self._project.store.exists():
            raise not_found("run")
        with self._opened(create=create) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _opened(self, *, create: bool) -> Iterator[sqlite3.Connection]:
        path = self._project.store
        with store_errors(path), closing(connect(path, create=create)) as db:
            db.row_factory = sqlite3.Row
            yield db


def one_job(db: sqlite3.Connection, job_id: str) -> Job:
    row = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE id = ?", (job_id,)).fetchone()
    if row is None:
        raise not_found("run")
    return _job(row)


def _job(row: sqlite3.Row) -> Job:
    values = dict(row)
    values["request"] = KeptRequest.model_validate_json(row["request"])
    if row["progress"] is not None:
        values["progress"] = JobProgress.model_validate_json(row["progress"])
    if row["error"] is not None:
        values["error"] = Refusal.model_validate_json(row["error"])
    return Job.model_validate(values)
