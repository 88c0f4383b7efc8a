"""One job as the queue knows it."""

from __future__ import annotations

import time
from typing import ClassVar, Literal

from pydantic import BaseModel

from ...runs.progress import Tally
from ..web.refusals import Refusal
from .request import KeptRequest
from .tune_request import KeptTuning

JobStatus = Literal["queued", "running", "paused", "finished", "failed", "cancelled"]
Wanted = Literal["pause", "cancel", "rest"]
#: What a job becomes that was asked to stop; else it goes back into the queue.
AFTER: dict[str | None, JobStatus] = {"pause": "paused", "cancel": "cancelled"}
#: The statuses of jobs that are not over.
OPEN: tuple[JobStatus, ...] = ("queued", "running", "paused")


class JobProgress(BaseModel):
    """How far a job is, in reports (of a training: in steps); ``cached`` had an answer before. ``pace`` and
    ``eta`` in seconds; tokens and pace are of this stretch of work. ``fetched`` of ``size`` bytes while a
    model is fetched. ``at``: when that was so, in seconds since 1970."""

    phase: Literal["preparing", "fetching", "asking", "training"] = "preparing"
    total: int = 0
    done: int = 0
    failed: int = 0
    cached: int = 0
    tokens_read: int = 0
    tokens_written: int = 0
    pace: float | None = None
    eta: float | None = None
    fetched: int | None = None
    size: int | None = None
    notes: list[str] = []
    at: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds until it is done, by now. Of a report that takes longer than others nobody knows how long;
        those behind it take their time anyway."""
        if self.eta is None or self.pace is None:
            return None
        behind = max(0, self.total - self.done - 1)
        return max(0.0, self.eta - (time.time() - self.at), behind * self.pace)

    @classmethod
    def of(cls, tally: Tally, notes: list[str]) -> JobProgress:
        return cls(
            phase="asking",
            total=tally.total,
            done=tally.done,
            failed=tally.failed,
            cached=tally.cached,
            tokens_read=tally.usage.prompt_tokens,
            tokens_written=tally.usage.completion_tokens,
            pace=tally.seconds_per_report,
            eta=tally.eta,
            notes=notes,
            at=time.time(),
        )


class AnyJob(BaseModel):
    """A job of either kind. ``wanted`` is what it was asked to do and has not done yet. ``run``: the id of
    the run it works on, once that has begun. ``deaths``: how often in a row its process ended without a
    word."""

    #: What people call it, and what its actions in the list of activity begin with.
    noun: ClassVar[str] = "run"
    verbs: ClassVar[str] = "run"

    id: str
    number: int
    status: JobStatus
    wanted: Wanted | None
    run: str | None
    progress: JobProgress | None
    error: Refusal | None
    deaths: int
    person: str
    created: str
    started: str | None
    ended: str | None

    @property
    def title(self) -> str:
        """What it is known by."""
        return self.run or self.id

    @property
    def may_pause(self) -> bool:
        return self.status in ("queued", "running") and self.wanted not in ("pause", "cancel")

    @property
    def may_cancel(self) -> bool:
        return self.status in OPEN and self.wanted != "cancel"

    @property
    def may_resume(self) -> bool:
        """A finished one only to ask again what failed."""
        if self.status == "finished":
            return self.progress is not None and self.progress.failed > 0
        return self.status in ("paused", "failed", "cancelled")


class Job(AnyJob):
    """Reports to be asked about."""

    request: KeptRequest


class Training(AnyJob):
    """An adapter to be trained."""

    noun = "training"
    verbs = "tune"

    request: KeptTuning

    @property
    def title(self) -> str:
        return self.request.name

    @property
    def may_resume(self) -> bool:
        return self.status in ("paused", "failed", "cancelled")
