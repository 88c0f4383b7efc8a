"""The table of jobs, for reading and for changing it in one step."""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from ...runs.database import connect, store_errors
from ...runs.lock import RunLock, is_worked_on
from ..project import Project
from ..web.refusals import Refusal, Refused, not_found
from .job import AnyJob, Job, JobProgress, JobStatus, Training
from .request import KeptRequest
from .tune_request import KeptTuning

J = TypeVar("J", bound=AnyJob)

#: What the ids of trainings begin with; those of runs begin otherwise.
TRAINING_PREFIX = "tune-"

_COLUMNS = (
    "id, number, status, wanted, request, run, progress, error, deaths, person, created, started, ended"
)


class JobTable(ABC, Generic[J]):
    """The jobs of a project, of one kind or of all. Every call reads the store anew; any thread may call."""

    #: Which jobs these are, as SQL.
    which: ClassVar[str] = "1"

    def __init__(self, project: Project) -> None:
        self._project = project

    def all(self) -> list[J]:
        """The latest first."""
        return self._found("ORDER BY number DESC")

    def get(self, job_id: str) -> J:
        """Raises Refused (404)."""
        with self._reading() as db:
            return self._one(db, job_id)

    def find(self, job_id: str) -> J | None:
        """The job with this id, if there is one."""
        return next(iter(self._found("AND id = ?", job_id)), None)

    def of_run(self, run_id: str) -> J | None:
        """The latest job that worked on a run."""
        return next(iter(self._found("AND run = ? ORDER BY number DESC LIMIT 1", run_id)), None)

    def with_status(self, *statuses: JobStatus) -> list[J]:
        """In the order in which they are worked on."""
        marks = ", ".join("?" * len(statuses))
        return self._found(f"AND status IN ({marks}) ORDER BY number", *statuses)

    def is_alive(self, job_id: str) -> bool:
        """Whether a living process works on it."""
        return is_worked_on(self._project.store, job_id)

    def lock(self, job_id: str) -> RunLock:
        """Held by the process that works on a job: it ends with it."""
        return RunLock(self._project.store, job_id)

    def folder(self, job_id: str) -> Path:
        """Where a job keeps files of its own."""
        return self._project.store.parent / "jobs" / job_id

    def _found(self, rest: str, *values: str) -> list[J]:
        with self._reading() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE {self.which} {rest}", values).fetchall()
        return [self._job(row) for row in rows]

    def _one(self, db: sqlite3.Connection, job_id: str) -> J:
        """Raises Refused (404)."""
        row = db.execute(f"SELECT {_COLUMNS} FROM jobs WHERE {self.which} AND id = ?", (job_id,)).fetchone()
        if row is None:
            raise self._missing()
        return self._job(row)

    @abstractmethod
    def _job(self, row: sqlite3.Row) -> J:
        """What a row is about."""

    def _missing(self) -> Refused:
        return not_found("run")

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
            raise self._missing()
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


def run_of(row: sqlite3.Row) -> Job:
    """A job of reports."""
    return Job.model_validate(_values(row) | {"request": KeptRequest.model_validate_json(row["request"])})


def training_of(row: sqlite3.Row) -> Training:
    """A job of training."""
    request = KeptTuning.model_validate_json(row["request"])
    return Training.model_validate(_values(row) | {"request": request})


def _values(row: sqlite3.Row) -> dict[str, object]:
    values = dict(row)
    if row["progress"] is not None:
        values["progress"] = JobProgress.model_validate_json(row["progress"])
    if row["error"] is not None:
        values["error"] = Refusal.model_validate_json(row["error"])
    return values
