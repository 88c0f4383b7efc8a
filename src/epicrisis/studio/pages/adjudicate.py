"""Adjudication: how far reviewers agree, and what holds where they do not."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field

from ...extraction.answer import Status
from .. import golds
from ..adjudicating.agreement import AgreementView, agreement
from ..adjudicating.deciding import Of, decide, withdraw
from ..adjudicating.desk import Desk, Where, desk
from ..adjudicating.queue import queue
from ..adjudicating.review import Review
from ..results import blind
from ..reviewing.judging import Saying
from ..reviewing.texts import Fit
from ..web.dependencies import Editor, Language, TheStudio, Viewer
from ..web.refusals import Refused
from ..web.twin import Pages

routes = Pages("adjudication")


ReviewId = Annotated[str, Path(max_length=100, description="The id of a review.")]
ReportId = Annotated[str | None, Query(max_length=1000, description="The report of the cell to show.")]
VariableName = Annotated[str | None, Query(max_length=200, description="The variable of the cell to show.")]
_LARGEST = 2**53


class Decision(BaseModel):
    """What holds for a cell.

    ``take``: a reviewer's answer (``reviewer``, and the ``version`` of it that was ``seen``) or the model's;
    else ``status``, ``value`` (as typed) and the characters ``start`` to ``end`` that it rests on.
    ``version`` is of the decision that is replaced; 0 where there is none.
    """

    report: Fit = Field(max_length=1000)
    variable: Fit = Field(max_length=200)
    version: int = Field(default=0, ge=0, le=_LARGEST)
    comment: Fit = Field(default="", max_length=2000)
    take: Literal["reviewer", "model"] | None = None
    reviewer: Fit | None = Field(default=None, max_length=100)
    seen: int = Field(default=0, ge=0, le=_LARGEST)
    status: Literal["stated", "inferred", "uncertain", "not_mentioned", "not_applicable"] | None = None
    value: Any = None
    start: int | None = Field(default=None, ge=0, le=_LARGEST)
    end: int | None = Field(default=None, ge=0, le=_LARGEST)


class Decided(BaseModel):
    """What was kept. ``next`` is the next cell that nobody decided; ``left`` is how many there are."""

    version: int
    next: Where | None
    left: int


class GoldName(BaseModel):
    """What a file of gold is to be called."""

    name: Fit = Field(min_length=1, max_length=120)


@routes.page("/reviews/{review}/agreement", "agreement.html")
def review_agreement(
    review: ReviewId, studio: TheStudio, person: Viewer, language: Language
) -> AgreementView:
    """How far the reviewers of a review agree, variable by variable."""
    found = Review.open(studio, review)
    if found.blind:
        blind.check_review(studio, found.id, person)
    return agreement(found, language)


@routes.page("/reviews/{review}/adjudicate", "adjudicate.html")
def adjudication(
    review: ReviewId,
    studio: TheStudio,
    person: Editor,
    language: Language,
    report: ReportId = None,
    variable: VariableName = None,
    against_model: Annotated[
        bool, Query(description="Cells too on which reviewers agree with each other and not with the model.")
    ] = False,
    show_model: Annotated[
        bool | None, Query(description="Whether the model's answer is shown; left out: unless it was blind.")
    ] = None,
) -> Desk:
    """The next cell on which reviewers differ, with what each of them said."""
    found = Review.open(studio, review)
    found.check_through(person.name)
    shows = against_model or (not found.blind if show_model is None else show_model)
    if shows and found.blind:
        found.remember_seen(person.name)
    place = None if report is None or variable is None else (report, variable)
    if place is not None:
        found.check(place)
    return desk(
        found,
        golds.state_of(found),
        place,
        against_model=against_model,
        show_model=shows,
        language=language,
    )


@routes.api.put("/reviews/{review}/decision")
def put_decision(
    review: ReviewId,
    decision: Decision,
    studio: TheStudio,
    person: Editor,
    against_model: Annotated[bool, Query(description="Which queue the next cell is of.")] = False,
) -> Decided:
    """Say what holds. 409 where somebody else decided meanwhile."""
    found = Review.open(studio, review)
    found.check_through(person.name)
    place = decision.report, decision.variable
    kept = decide(
        found,
        place,
        _choice(decision),
        comment=decision.comment,
        version=decision.version,
        by=person.name,
    )
    waiting = queue(found, with_model=against_model)
    following = waiting.after(place)
    return Decided(
        version=kept.version,
        next=None if following is None else Where(report=following[0], variable=following[1]),
        left=len(waiting.open),
    )


@routes.api.delete("/reviews/{review}/decision", status_code=204)
def delete_decision(
    review: ReviewId,
    studio: TheStudio,
    person: Editor,
    report: Annotated[str, Query(max_length=1000)],
    variable: Annotated[str, Query(max_length=200)],
    version: Annotated[int, Query(ge=1, le=_LARGEST)],
) -> None:
    """Take a decision back."""
    withdraw(Review.open(studio, review), (report, variable), version=version, by=person.name)


@routes.api.post("/reviews/{review}/gold")
def save_gold(review: ReviewId, wanted: GoldName, studio: TheStudio, person: Editor) -> GoldName:
    """Keep what the review came to as a file of the project; gives the name it got."""
    return GoldName(name=golds.save(studio, review, wanted.name, by=person.name))


def _choice(decision: Decision) -> Of | Saying:
    if decision.take == "model":
        return Of()
    if decision.take == "reviewer":
        if decision.reviewer is None:
            raise Refused(422, "reviewer", "Nobody is named.", "Say whose answer holds.")
        return Of(decision.reviewer, decision.seen)
    if decision.status is None:
        raise Refused(422, "status", "Nothing is said.", "Give a status, or say whose answer holds.")
    place = None
    if decision.start is not None and decision.end is not None:
        place = decision.start, decision.end
    return Saying(Status(decision.status), decision.value, place)
