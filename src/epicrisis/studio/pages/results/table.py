"""The table of a run's results."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from ... import golds
from ...golds import GoldChoice
from ...results.asked import SIZES, Asked
from ...results.counting import Counted, counted
from ...results.differing import reviews_of
from ...results.filters import Condition
from ...results.found import RowView
from ...results.opening import open_results
from ...web.dependencies import Language, TheStudio, Viewer
from ...web.refusals import Refused
from .heads import ColumnView, columns, head
from .routes import RunHead, RunId, routes

#: Variables in the table as long as nobody chose some.
_FIRST = 10


class Results(BaseModel):
    """One page of a run's results. ``found``: reports that meet all conditions; ``counted``: the values of
    one variable among them. ``golds``, ``alike`` and ``reviewed``: what the results can be set beside."""

    head: RunHead
    asked: Asked
    columns: list[ColumnView]
    conditions: list[Condition]
    found: int
    pages: int
    sizes: list[int]
    rows: list[RowView]
    counted: Counted | None
    golds: list[GoldChoice]
    alike: list[str]
    reviewed: bool


class ReportIds(BaseModel):
    """The ids of the reports that meet all conditions, in the order asked for."""

    ids: list[str]


@routes.page("/runs/{run}/results", "results.html")
def run_results(
    run: RunId, asked: Annotated[Asked, Query()], studio: TheStudio, person: Viewer, language: Language
) -> Results:
    """A page of the results of a run: filtered, sorted, with the values of one variable counted."""
    opened = open_results(studio, person, run)
    codebook = opened.codebook
    names = codebook.names
    shown = {name for name in asked.columns if name in names} or set(names[:_FIRST])
    with opened.finding(asked) as found:
        many = len(found)
        pages = max(1, -(-many // asked.size))
        asked = asked.model_copy(update={"page": min(asked.page, pages)})
        rows = found.page(asked.page, asked.size, shown)
        values = counted(found, codebook[_counted(asked, names)], many) if many and asked.count else None
        conditions = found.conditions
    with studio.database.reading() as db:
        reviewed = bool(reviews_of(db, opened.run.id))
    return Results(
        head=head(opened),
        asked=asked,
        columns=columns(codebook, shown, language),
        conditions=conditions,
        found=many,
        pages=pages,
        sizes=list(SIZES),
        rows=rows,
        counted=values,
        golds=golds.names(studio),
        alike=opened.alike(),
        reviewed=reviewed,
    )


@routes.api.get("/runs/{run}/results/ids")
def run_result_ids(
    run: RunId, asked: Annotated[Asked, Query()], studio: TheStudio, person: Viewer
) -> ReportIds:
    """The ids of all reports that meet the conditions, to review or to run again."""
    opened = open_results(studio, person, run, whole=True)
    with opened.finding(asked) as found:
        return ReportIds(ids=found.ids())


def _counted(asked: Asked, names: list[str]) -> str:
    if asked.count not in names:
        raise Refused(422, "count", "The run has no such variable to count.", "Choose one of the list.")
    return asked.count
