"""A new run: what to ask of which reports, and a look before it begins."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from ... import codebooks
from ...engines import EngineChoice, Engines
from ...golds import GoldChoice
from ...golds import names as golds
from ...jobs import JobRequest, Jobs
from ...jobs.preflight import Preflight, preflight
from ...project import SHIPPED
from ...report_sets import ReportSets
from ...tuning.shelf import AdapterChoice
from ...tuning.shelf import choices as adapters
from ...web.dependencies import Editor, TheStudio, Viewer
from ...web.rendering import render
from .routes import routes

_Name = Annotated[str, Query(max_length=200)]


class NewRun(BaseModel):
    """What there is to choose from, and what is chosen already."""

    reports: list[str]
    shipped_reports: list[str]
    codebooks: list[str]
    shipped_codebooks: list[str]
    engines: list[EngineChoice]
    golds: list[GoldChoice]
    adapters: list[AdapterChoice]
    chosen_adapter: str
    chosen_reports: str
    chosen_codebook: str
    chosen_engine: str
    chosen_gold: str


class Asked(BaseModel):
    """What was asked for, as ``/runs/{id}`` knows it."""

    id: str


@routes.page("/runs/new", "run_new.html")
def new_run(
    studio: TheStudio,
    _person: Viewer,
    reports: _Name = "",
    codebook: _Name = "",
    engine: Annotated[str, Query(max_length=2000)] = "",
    gold: _Name = "",
    adapter: _Name = "",
) -> NewRun:
    """What a run needs: reports, a codebook and an engine of the project, and an adapter of that engine where
    one is wanted."""
    sets = ReportSets(studio.project, studio.database)
    engines = Engines(studio.database).choices()
    own_sets, own_codebooks = sets.names(), codebooks.names(studio.project)
    tuned = adapters(studio.project, studio.database)
    fitting = next((one.engines for one in tuned if one.name == adapter), [])
    if fitting:
        engine = engine if engine in fitting else fitting[0]
    return NewRun(
        reports=own_sets,
        shipped_reports=sets.shipped(),
        codebooks=own_codebooks,
        shipped_codebooks=codebooks.shipped(),
        engines=engines,
        golds=golds(studio),
        adapters=tuned,
        chosen_adapter=adapter if fitting else "",
        # What ships goes together: its reports are asked with its codebook.
        chosen_reports=reports or (codebook if codebook.startswith(SHIPPED) else _only(own_sets)),
        chosen_codebook=codebook or (reports if reports.startswith(SHIPPED) else _only(own_codebooks)),
        chosen_engine=engine or next((one.address for one in engines if one.ready), ""),
        chosen_gold=gold,
    )


@routes.api.post("/preflight")
def look_before(request: JobRequest, studio: TheStudio, _person: Editor) -> Preflight:
    """What a run will be like: goes through all its reports, and asks no model anything."""
    return preflight(studio.project, request)


@routes.pages.post("/runs/preflight", response_class=HTMLResponse)
def look_before_shown(
    wanted: JobRequest, request: Request, studio: TheStudio, _person: Editor
) -> HTMLResponse:
    return render(request, "run_preflight.html", preflight(studio.project, wanted))


@routes.api.post("/runs", status_code=201)
def ask_for_run(request: JobRequest, studio: TheStudio, person: Editor) -> Asked:
    """Put a run into the queue. With the ``limit`` of a few reports it is a trial: the run of all reports
    takes its answers over."""
    return Asked(id=Jobs(studio.project).add(request, by=person.name))


def _only(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ""
