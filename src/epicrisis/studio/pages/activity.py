"""Who did what and when: searched, page by page, and taken along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, BeforeValidator

from ..people.activity import note
from ..people.history import PAGE, History, Line, Wanted
from ..people.roles import Person, Role
from ..web.dependencies import Admin, TheStudio, Viewer
from ..web.twin import Pages

routes = Pages("activity")

#: A form sends a date that was left open as nothing.
Day = Annotated[date | None, BeforeValidator(lambda given: given or None), Query()]
Words = Annotated[str, Query(max_length=200)]


def _wanted(
    who: Words = "",
    action: Words = "",
    object: Words = "",  # noqa: A002
    text: Words = "",
    since: Day = None,
    until: Day = None,
) -> Wanted:
    return Wanted(who, action, object, text.strip(), since, until)


Filters = Annotated[Wanted, Depends(_wanted)]
Before = Annotated[int | None, Query(ge=1, le=2**53, description="Only lines with a smaller number.")]


class Activity(BaseModel):
    """One page of lines, the newest first. ``count``: all that fit. ``older``: what to give as ``before``
    for the next page. ``only_own``: a viewer sees what he did himself. ``query``: the filters, for links."""

    lines: list[Line]
    count: int
    older: int | None
    first: bool
    only_own: bool
    people: list[str]
    actions: list[str]
    who: str
    action: str
    object: str
    text: str
    since: str
    until: str
    query: str
    filtered: bool


@routes.page("/activity", "activity.html")
def activity(studio: TheStudio, person: Viewer, filters: Filters, before: Before = None) -> Activity:
    """Who did what and when."""
    history = History(studio.database)
    wanted = _allowed(filters, person)
    lines = history.page(wanted, before, PAGE + 1)
    given = {
        "who": filters.person,
        "action": filters.action,
        "object": filters.object,
        "text": filters.text,
        "since": "" if filters.since is None else filters.since.isoformat(),
        "until": "" if filters.until is None else filters.until.isoformat(),
    }
    all_of_them = person.may(Role.REVIEWER)
    return Activity(
        lines=[_without_says(one, person) for one in lines[:PAGE]],
        count=history.count(wanted),
        older=lines[PAGE - 1].number if len(lines) > PAGE else None,
        first=before is None,
        only_own=not all_of_them,
        people=history.people() if all_of_them else [person.name],
        actions=history.actions(),
        query=urlencode({name: value for name, value in given.items() if value}),
        filtered=any(given.values()),
        **given,
    )


@routes.api.get(
    "/activity/export",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/csv": {}, "application/x-ndjson": {}}, "description": "All lines that fit."}
    },
)
def export_activity(
    studio: TheStudio, person: Admin, filters: Filters, form: Literal["csv", "jsonl"] = "csv"
) -> StreamingResponse:
    """All lines that fit as a file, the newest first."""
    pieces: Iterator[str] = History(studio.database).export(filters, form)
    with studio.database.writing() as db:
        note(db, person.name, "activity.export", form)
    return StreamingResponse(
        pieces,
        media_type="text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson",
        headers={"Content-Disposition": f'attachment; filename="activity.{form}"'},
    )


def _without_says(line: Line, person: Person) -> Line:
    """For those who review themselves: not whether somebody else took the model's answer."""
    if line.action != "answer.judge" or line.person == person.name or person.may(Role.EDITOR):
        return line
    kept = {name: value for name, value in line.details.items() if name != "how"}
    return line.model_copy(update={"details": kept})


def _allowed(wanted: Wanted, person: Person) -> Wanted:
    if person.may(Role.REVIEWER):
        return wanted
    return replace(wanted, person=person.name)
