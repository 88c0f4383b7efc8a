"""One run: how far it is, and what it came to."""

from __future__ import annotations

from pydantic import BaseModel

from ....runs.manifest import Manifest
from ...jobs import Job, Jobs
from ...jobs.details import RunDetails, details, shown_manifest
from ...people.activity import note
from ...stored_runs import open_run
from ...studio import Studio
from ...web.dependencies import Admin, Editor, TheStudio, Viewer
from ...web.refusals import conflict
from .routes import RunName, routes


class Now(BaseModel):
    """What a run is doing now, and what it was asked to do and will do soon."""

    status: str
    wanted: str | None


@routes.page("/runs/{run}", "run.html")
def run_details(studio: TheStudio, _person: Viewer, run: RunName) -> RunDetails:
    """A run or a job: ``run`` is the id of either."""
    return details(studio.project, run)


@routes.api.get("/runs/{run}/manifest")
def run_manifest(studio: TheStudio, _person: Viewer, run: RunName) -> Manifest:
    """Everything needed to repeat the run."""
    return shown_manifest(studio.project, open_run(studio.project, run).manifest)


@routes.api.post("/runs/{run}/pause")
def pause_run(studio: TheStudio, person: Editor, run: RunName) -> Now:
    """Stop for now; the reports that are being asked are asked again later."""
    return _now(Jobs(studio.project).ask_to("pause", _job(studio, run), by=person.name))


@routes.api.post("/runs/{run}/cancel")
def cancel_run(studio: TheStudio, person: Editor, run: RunName) -> Now:
    """Stop for good; what is done stays."""
    return _now(Jobs(studio.project).ask_to("cancel", _job(studio, run), by=person.name))


@routes.api.post("/runs/{run}/resume")
def resume_run(studio: TheStudio, person: Editor, run: RunName) -> Now:
    """Go on where it stopped; of a finished run, ask again what failed."""
    return _now(Jobs(studio.project).resume(_job(studio, run), by=person.name))


@routes.api.delete("/runs/{run}", status_code=204)
def remove_run(studio: TheStudio, person: Admin, run: RunName) -> None:
    """Remove a run with its answers, and the texts that no other run needs."""
    known = details(studio.project, run)
    if not known.may_remove:
        raise conflict("This run is waiting or at work.", "Cancel it first.")
    if known.reviews:
        raise conflict("Reviews rest on this run.", "Remove its reviews first: see the page Review.")
    jobs = Jobs(studio.project)
    if known.run is not None:
        open_run(studio.project, known.run).remove()
        with studio.database.writing() as db:
            note(db, person.name, "run.remove", known.run, reports=known.done)
    for job in jobs.all():
        if job.id == known.job or (known.run is not None and job.run == known.run):
            jobs.remove(job.id, by=person.name)


def _job(studio: Studio, run: str) -> str:
    known = details(studio.project, run)
    if known.job is None:
        raise conflict(
            "The command line began this run.", "Stop it with Ctrl-C there; the same command goes on."
        )
    return known.job


def _now(job: Job) -> Now:
    return Now(status=job.status, wanted=job.wanted)
