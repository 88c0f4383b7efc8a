"""The list of reviews, and one review with its reports."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel

from ....runs.store import Store
from ...people.roles import Role
from ...reviewing import Review, Reviews
from ...reviewing.listing import ReportPage, Show, page_of_reports
from ...reviewing.queue import Progress, progress
from ...reviewing.reviews import ReviewRow
from ...studio import Studio
from ...web.dependencies import TheStudio, Viewer
from .base import ReviewId, routes


class RunChoice(BaseModel):
    """A run to review: when it began, and what it was made with."""

    id: str
    codebook: str
    engine: str
    created: str
    reports: int


class ReviewList(BaseModel):
    """All reviews, the runs that a new one can be made of (for those who may), and who is asking."""

    reviews: list[ReviewRow]
    runs: list[RunChoice]
    chosen: str
    me: str


class ReviewView(BaseModel):
    """A review, how far the person is, and a page of its reports."""

    review: Review
    progress: Progress
    reports: ReportPage
    show: Show
    may_review: bool


@routes.page("/reviews", "reviews.html")
def reviews(
    studio: TheStudio,
    person: Viewer,
    run: Annotated[str, Query(max_length=200, description="The run to suggest for a new review.")] = "",
) -> ReviewList:
    """The reviews of the project, the latest first."""
    return ReviewList(
        reviews=Reviews(studio).all(),
        runs=_runs(studio) if person.may(Role.EDITOR) else [],
        chosen=run,
        me=person.name,
    )


@routes.page("/reviews/{review}", "review.html")
def review(
    studio: TheStudio,
    person: Viewer,
    review: ReviewId,
    show: Annotated[
        Show, Query(description="All reports, those left to me, or those that are done.")
    ] = "all",
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> ReviewView:
    """One review: its reports in order, and who did what."""
    found = Reviews(studio).get(review)
    with studio.database.reading() as db:
        return ReviewView(
            review=found,
            progress=progress(db, found, person.name),
            reports=page_of_reports(db, found, person.name, show=show, page=page),
            show=show,
            may_review=person.may(Role.REVIEWER) and found.closed is None,
        )


def _runs(studio: Studio) -> list[RunChoice]:
    if not studio.project.store.exists():
        return []
    with Store(studio.project.store, create=False) as store:
        return [
            RunChoice(id=row.id, codebook=row.codebook, engine=row.engine, created=row.created, reports=done)
            for row in store.runs()
            if (done := store.counts(row.number).done)
        ]
