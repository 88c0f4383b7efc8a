"""Trainings and adapters in one list."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from ...adapter import CARD, open_adapter
from ...errors import EpicrisisError
from ..jobs import Training
from ..jobs.trainings import Trainings
from ..studio import Studio
from .cards import Compared, card_of
from .history import history
from .shelf import folders


class TrainingSummary(BaseModel):
    """A line of the list. Nobody in the studio asked for an adapter without ``person``. ``measured``: before
    and after, where it was measured; ``left`` in seconds."""

    name: str
    status: str
    base: str
    codebook: str | None
    created: str | None
    person: str | None
    step: int = 0
    steps: int = 0
    left: float | None = None
    measured: Compared | None = None
    problem: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it will change by itself."""
        return self.status in ("queued", "running")


def trainings(studio: Studio) -> list[TrainingSummary]:
    """The latest first."""
    jobs: dict[str, Training] = {}
    for job in Trainings(studio.project).all():
        jobs.setdefault(job.request.name, job)
    there = {folder.name: folder for folder in folders(studio.project)}
    names = [*jobs, *(name for name in there if name not in jobs)]
    found = [_summary(name, jobs.get(name), there.get(name)) for name in names]
    return sorted(found, key=lambda one: (one.is_open, one.created or ""), reverse=True)


def _summary(name: str, job: Training | None, folder: Path | None) -> TrainingSummary:
    found = TrainingSummary(
        name=name,
        status="interrupted" if job is None else job.status,
        base="" if job is None else job.request.base,
        codebook=None if job is None else job.request.codebook,
        created=None if job is None else job.created,
        person=None if job is None else job.person,
    )
    if folder is not None and (folder / CARD).is_file() and not found.is_open:
        try:
            card = card_of(open_adapter(folder))
        except EpicrisisError as error:
            found.status, found.problem = "failed", error.message
            return found
        found.status = "finished" if job is None or job.status == "finished" else job.status
        found.base = card.base.name or found.base
        found.codebook = found.codebook or card.codebook.name
        found.created = found.created or card.created
        found.measured = card.metrics
    elif folder is not None and found.status in ("running", "paused", "failed", "queued"):
        seen = history(folder)
        found.step, found.steps = seen.step, seen.steps
        found.left = seen.left if found.status == "running" else None
    if job is not None and job.error is not None and found.status == "failed":
        found.problem = job.error.message
    return found
