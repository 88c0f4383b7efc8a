"""Results as a table to take away."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import FileResponse
from pydantic import Field
from starlette.background import BackgroundTask

from ....export.wide import Extra
from ...people.activity import note
from ...results import taking
from ...results.asked import Asked
from ...results.opening import open_results
from ...results.taking import TYPES, Form, Format, Wanted
from ...web.dependencies import TheStudio, Viewer
from .routes import RunId, routes


class Taken(Asked):
    """Which table: of the reports that meet all conditions (``scope=found``) or of the whole run. ``plain``:
    CSV with texts as they are; else those that a spreadsheet would take for formulas begin with an
    apostrophe."""

    format: Format = "csv"
    form: Form = "wide"
    include: list[Extra] = Field(default=[], max_length=10)
    plain: bool = False
    scope: Literal["found", "all"] = "found"


@routes.pages.get("/runs/{run}/export", response_class=FileResponse)
@routes.api.get(
    "/runs/{run}/export",
    response_class=FileResponse,
    responses={200: {"content": {kind: {} for kind in TYPES.values()}, "description": "The table."}},
)
def run_export(
    run: RunId, asked: Annotated[Taken, Query()], studio: TheStudio, person: Viewer
) -> FileResponse:
    """The results as CSV, JSON lines, Parquet or Excel."""
    whole = asked.scope == "all" or not asked.narrows
    opened = open_results(studio, person, run, whole=not whole)
    places = None
    if not whole:
        with opened.finding(asked) as found:
            places = found.places()
    wanted = Wanted(
        format=asked.format,
        form=asked.form,
        include=[] if asked.form == "long" else list(asked.include),
        plain=asked.plain,
    )
    path, rows = taking.write(studio.project, opened.run, wanted, places)
    with studio.database.writing() as db:
        note(
            db, person.name, "run.export", opened.run.id,
            format=wanted.format, form=wanted.form, rows=rows, whole=whole,
        )  # fmt: skip
    return FileResponse(
        path,
        media_type=TYPES[wanted.format],
        filename=taking.name_of(opened.run, wanted, whole=whole),
        background=BackgroundTask(path.unlink, missing_ok=True),
    )
