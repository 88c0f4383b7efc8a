"""Try: one report, structured while one watches. Nothing of it is written anywhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from ...codebook import loads
from ...export.cells import whole
from ...extraction import ExtractionOptions
from ...extraction.adapted import notes as adapter_notes
from ...extraction.adapted import with_adapter
from ...report import Report
from .. import codebooks
from ..engines import EngineChoice, Engines
from ..studio import Studio
from ..trying import Asked, Attempt, Tries
from ..trying.choices import (
    Choice,
    PickedReport,
    ReportChoices,
    codebook_choices,
    engine_of,
    is_busy,
    listed,
    picked,
    set_choices,
)
from ..trying.views import TryProgress, TryView, as_json, as_table, progress_of, try_view
from ..tuning.shelf import AdapterChoice, check_fits, opened
from ..tuning.shelf import choices as adapters
from ..web.dependencies import Language, TheStudio, Viewer
from ..web.refusals import Refused, conflict
from ..web.twin import Pages

routes = Pages("try")

#: The longest report that is tried, in characters: some hundred pages.
LONGEST = 400_000
#: What a first visit begins with.
DEFAULT = "library:brain-mri"
#: How often it is looked for news, and how long one connection is kept, in seconds; browsers open another.
_LOOK = 0.1
_KEPT = 25.0

Name = Annotated[str, Query(max_length=200)]
TryId = Annotated[str, Path(max_length=40)]
ReportId = Annotated[str, Query(alias="id", max_length=1000)]


class TryPage(BaseModel):
    """What can be chosen, and what is chosen to begin with. ``engine`` is none where none is ready."""

    codebooks: list[Choice]
    report_sets: list[Choice]
    engines: list[EngineChoice]
    adapters: list[AdapterChoice]
    codebook: str
    engine: str | None
    adapter: str
    listed: ReportChoices
    report: PickedReport
    asked: bool
    slow: bool
    longest: int = LONGEST


class TryOptions(BaseModel):
    """How answers are asked for. ``think``: tokens to reason with first. ``group_size``: the most variables
    asked at once. ``dependents_after``: variables that depend on others are asked after them."""

    model_config = ConfigDict(extra="forbid")

    second_look: bool = True
    think: int = Field(0, ge=0, le=4096)
    group_size: int | None = Field(None, ge=1, le=1000)
    dependents_after: bool = False


class NewTry(BaseModel):
    """Either ``text``, or ``report_set`` and ``report_id``. ``codebook_yaml`` is asked instead of what
    ``codebook`` says: changes that are not saved yet."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = Field(None, max_length=LONGEST)
    report_set: str | None = Field(None, max_length=200)
    report_id: str | None = Field(None, max_length=1000)
    codebook: str = Field(max_length=200)
    codebook_yaml: str | None = Field(None, max_length=1_000_000)
    engine: str = Field(max_length=2000)
    adapter: str | None = Field(None, max_length=200)
    options: TryOptions = TryOptions()


class Started(BaseModel):
    """The try that was begun: its page is ``/try/{id}``."""

    id: str


@routes.page("/try", "try.html")
def try_page(
    studio: TheStudio,
    _person: Viewer,
    codebook: Name = "",
    reports: Name = "",
    report_id: ReportId = "",
    engine: Annotated[str, Query(max_length=2000)] = "",
    adapter: Name = "",
) -> TryPage:
    """What can be tried. The parameters choose what the page begins with; by default, what ships."""
    engines = Engines(studio.database).choices()
    ready = [one.address for one in engines if one.ready]
    if codebook:
        codebooks.path_of(studio.project, codebook)
    tuned = adapters(studio.project, studio.database)
    fitting = [one for choice in tuned if choice.name == adapter for one in choice.engines if one in ready]
    if fitting and engine not in fitting:
        engine = fitting[0]
    choices = listed(studio, reports or DEFAULT)
    first = choices.reports[0].id if choices.reports else ""
    wanted = report_id or first
    report = picked(studio, choices.report_set, wanted) if wanted else Report(id="", text="")
    return TryPage(
        codebooks=codebook_choices(studio),
        report_sets=set_choices(studio),
        engines=engines,
        adapters=tuned,
        adapter=adapter if fitting else "",
        codebook=codebook or DEFAULT,
        engine=engine if engine in ready else next(iter(ready), None),
        listed=choices,
        report=_picked(choices.report_set, report),
        asked=bool(codebook or reports or report_id or engine or adapter),
        slow=is_busy(studio.project),
    )


@routes.api.get("/try/reports")
def reports_to_try(
    studio: TheStudio,
    _person: Viewer,
    reports: Name,
    holding: Annotated[str, Query(max_length=200)] = "",
) -> ReportChoices:
    """The reports of a set, those whose ids hold some letters."""
    return listed(studio, reports, holding)


@routes.api.get("/try/report")
def report_to_try(studio: TheStudio, _person: Viewer, reports: Name, report_id: ReportId) -> PickedReport:
    """One report of a set."""
    return _picked(reports, picked(studio, reports, report_id))


@routes.api.post("/tries", status_code=201)
def begin_try(new: NewTry, studio: TheStudio, person: Viewer) -> Started:
    """Have one report structured. It waits for its turn if the engine is busy."""
    typed = new.text is not None
    if typed == (new.report_set is not None and new.report_id is not None):
        raise Refused(
            422, "report", "Give either a text, or a set of reports and an id.", "Paste or choose a report."
        )
    engine = engine_of(studio, new.engine)
    report = (
        Report(id="report", text=new.text or "")
        if typed
        else picked(studio, new.report_set or "", new.report_id or "")
    )
    # Half a surrogate pair, of a broken file, could not be shown.
    report = replace(report, text=whole(report.text))
    if not report.text.strip():
        raise Refused(422, "empty", "There is no text to read.", "Paste a report, or choose one of the list.")
    options = ExtractionOptions(**new.options.model_dump())
    path: FilePath | None = codebooks.path_of(studio.project, new.codebook)
    if new.codebook_yaml is None:
        codebook = codebooks.load(studio.project, new.codebook)
    else:
        # A calibration beside the file says nothing about what is not in it.
        codebook, path = loads(new.codebook_yaml), None
    if new.adapter is not None:
        adapter = opened(studio.project, new.adapter)
        check_fits(adapter, engine.address)
        options = with_adapter(options, adapter)
        # Raises for a codebook that it cannot be asked about.
        tuple(adapter_notes(options, codebook))
    attempt = studio.tries.begin(
        person.name,
        Asked(
            report=report,
            codebook=codebook,
            codebook_name=new.codebook,
            codebook_path=path,
            engine=engine.address,
            engine_label=engine.label if new.adapter is None else f"{engine.label} + {new.adapter}",
            options=options,
            report_set=None if typed else new.report_set,
        ),
    )
    return Started(id=attempt.id)


@routes.page("/try/{try_id}", "try_result.html", api_path="/tries/{try_id}")
def one_try(try_id: TryId, studio: TheStudio, person: Viewer, language: Language) -> TryView:
    """How far a try is, and its answers so far."""
    tries = studio.tries
    attempt = tries.get(person.name, try_id)
    slow = not attempt.over and is_busy(studio.project)
    return try_view(attempt, tries.before(attempt), language, slow=slow)


@routes.api.delete("/tries/{try_id}", status_code=204)
def end_try(try_id: TryId, studio: TheStudio, person: Viewer) -> None:
    """Cancel a try that is under way; forget one that is over."""
    studio.tries.end(person.name, try_id)


@routes.api.get(
    "/tries/{try_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def try_events(try_id: TryId, studio: TheStudio, person: Viewer) -> StreamingResponse:
    """How far a try is, as server-sent events: one for each change. The last has the name ``over``."""
    tries = studio.tries
    return StreamingResponse(
        _events(tries, tries.get(person.name, try_id)),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


@routes.api.get(
    "/tries/{try_id}/answers",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
)
def try_answers(try_id: TryId, studio: TheStudio, person: Viewer) -> Response:
    """The answers of a finished try as a file: an object with a member per variable."""
    attempt = _finished(studio, person.name, try_id)
    return _file(as_json(attempt), "application/json", "answers.json")


@routes.api.get(
    "/tries/{try_id}/table",
    response_class=Response,
    responses={200: {"content": {"text/tab-separated-values": {"schema": {"type": "string"}}}}},
)
def try_table(try_id: TryId, studio: TheStudio, person: Viewer) -> Response:
    """The answers of a finished try as a file: the long table of an export, separated by tabs."""
    attempt = _finished(studio, person.name, try_id)
    return _file(as_table(attempt), "text/tab-separated-values; charset=utf-8", "answers.tsv")


async def _events(tries: Tries, attempt: Attempt) -> AsyncIterator[str]:
    last: tuple[int, TryProgress] | None = None
    until = time.monotonic() + _KEPT
    yield "retry: 500\n\n"
    while time.monotonic() < until:
        now = (attempt.version, progress_of(attempt, tries.before(attempt)))
        if now != last:
            last = now
            name = "over" if now[1].step == "over" else "progress"
            yield f"event: {name}\ndata: {now[1].model_dump_json()}\n\n"
            if name == "over":
                return
        attempt.seen = time.monotonic()
        await asyncio.sleep(_LOOK)


def _finished(studio: Studio, person: str, try_id: str) -> Attempt:
    attempt = studio.tries.get(person, try_id)
    if attempt.extraction is None:
        raise conflict("This try is not finished.", "Wait until all answers are there.")
    return attempt


def _file(content: str, kind: str, name: str) -> Response:
    return Response(
        whole(content), media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _picked(report_set: str, report: Report) -> PickedReport:
    return PickedReport(
        report_set=report_set, id=report.id, text=whole(report.text), language=report.language
    )
