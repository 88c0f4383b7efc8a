"""One training: how far it is, and the adapter it came to."""

from __future__ import annotations

import json

from fastapi import Response
from pydantic import BaseModel

from ...jobs import Jobs
from ...jobs.job import OPEN
from ...jobs.trainings import Trainings
from ...shelves import Shelved
from ...studio import Studio
from ...tuning.details import TrainingDetails, details
from ...tuning.shelf import opened
from ...web.dependencies import Admin, Editor, TheStudio, Viewer
from ...web.refusals import conflict, not_found
from .routes import TuneName, routes


class TrainingNow(BaseModel):
    """What a training is doing now, and what it was asked to do and will do soon."""

    status: str
    wanted: str | None


@routes.page("/tune/{name}", "tune_training.html")
def training(studio: TheStudio, _person: Viewer, name: TuneName) -> TrainingDetails:
    """A training, the adapter it came to, or an adapter that somebody put on the shelf."""
    return details(studio, name)


@routes.api.get(
    "/tune/{name}/card",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def adapter_card(studio: TheStudio, _person: Viewer, name: TuneName) -> Response:
    """The adapter's card as a file: what it was trained on and with, and what was measured."""
    adapter = opened(studio.project, name)
    content = json.dumps(dict(adapter.card), ensure_ascii=False, indent=2)
    return Response(
        content.encode("utf-8", "replace"),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="card.json"'},
    )


@routes.api.post("/tune/{name}/stop")
def stop_training(studio: TheStudio, person: Editor, name: TuneName) -> TrainingNow:
    """Stop for now; it goes on from its last checkpoint."""
    job = Trainings(studio.project).ask_to("pause", _job(studio, name), by=person.name)
    return TrainingNow(status=job.status, wanted=job.wanted)


@routes.api.post("/tune/{name}/resume")
def resume_training(studio: TheStudio, person: Editor, name: TuneName) -> TrainingNow:
    """Go on from the last checkpoint."""
    job = Trainings(studio.project).resume(_job(studio, name), by=person.name)
    return TrainingNow(status=job.status, wanted=job.wanted)


@routes.api.delete("/tune/{name}", status_code=204)
def remove_training(studio: TheStudio, person: Admin, name: TuneName) -> None:
    """Remove an adapter, or what a training left of it. Runs that were made with it stay."""
    known = details(studio, name)
    if not known.may_remove:
        raise conflict("This training is waiting or at work.", "Stop it first.")
    waiting = Jobs(studio.project).with_status(*OPEN)
    if any(job.request.adapter == name for job in waiting):
        raise conflict(
            "A run waits or works with this adapter.", "Wait until the run ends, or cancel it first."
        )
    jobs = Trainings(studio.project)
    for job in jobs.all():
        if job.request.name == name:
            jobs.remove(job.id, by=person.name)
    if studio.project.file("adapters", name).exists():
        Shelved(studio.project, studio.database, "adapters").remove(name, by=person.name)


def _job(studio: Studio, name: str) -> str:
    job = Trainings(studio.project).called(name)
    if job is None:
        if studio.project.file("adapters", name).is_dir():
            raise conflict(
                "The studio did not train this adapter.", "The same command that did goes on with it."
            )
        raise not_found("training")
    return job.id
