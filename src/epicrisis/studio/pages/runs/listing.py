"""The list of runs and of those that wait."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from ...jobs.listing import RunSummary, listed
from ...web.dependencies import TheStudio, Viewer
from .routes import routes

_PER_PAGE = 40


class RunList(BaseModel):
    """The runs of the project, the latest first; ``more``: whether there are earlier ones."""

    runs: list[RunSummary]
    total: int
    page: int
    more: bool
    under_way: int


@routes.page("/runs", "runs.html")
def runs(studio: TheStudio, _person: Viewer, page: Annotated[int, Query(ge=1, le=1_000_000)] = 1) -> RunList:
    """Runs and jobs in one list, whether the studio or the command line began them."""
    first = (page - 1) * _PER_PAGE
    found = listed(studio.project, first=first, most=_PER_PAGE)
    return RunList(
        runs=found.runs,
        total=found.total,
        page=page,
        more=first + _PER_PAGE < found.total,
        under_way=sum(one.is_open for one in found.runs),
    )
