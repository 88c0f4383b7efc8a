"""What changes reviews: making and closing them, judging answers, being done with reports."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ....extraction.answer import Status
from ...people.roles import Role
from ...reviewing import NewReview, Review, Reviews, queue
from ...reviewing.choosing import Sequence
from ...reviewing.desk import Desk, Rest, Saved, UnjudgedError
from ...reviewing.judgements import Judgement, StaleError
from ...reviewing.judging import Saying
from ...reviewing.queue import Progress
from ...reviewing.texts import Fit
from ...web.dependencies import Editor, Reviewer, TheStudio
from ...web.refusals import Refusal, conflict
from .base import ReportId, ReviewId, routes

_LARGEST = 2**31 - 1
Words = Literal["stated", "inferred", "not_mentioned", "uncertain", "not_applicable"]
Version = Annotated[int, Field(ge=0, le=2**53, description="Of the judgement it rests on; 0: none yet.")]


class ReviewForm(BaseModel):
    """A review to make. ``size``: the most reports; ``report_ids``: choose among these alone."""

    run: Fit = Field(min_length=1, max_length=200)
    name: Fit = Field(default="", max_length=120)
    sequence: Sequence = "uncertain"
    size: int | None = Field(default=None, ge=1, le=1_000_000)
    seed: int = Field(default=0, ge=0, le=_LARGEST)
    blind: bool = False
    raters: int = Field(default=1, ge=1, le=2)
    report_ids: list[Annotated[Fit, Field(max_length=1000)]] | None = Field(default=None, max_length=100_000)


class ReviewChange(BaseModel):
    """Another name, or whether the review is closed; what is left out stays."""

    name: Fit | None = Field(default=None, min_length=1, max_length=120)
    closed: bool | None = None


class EvidenceForm(BaseModel):
    """Characters ``start`` (included) to ``end`` (excluded) of the report; the quote is taken from there."""

    start: int = Field(ge=0, le=_LARGEST)
    end: int = Field(ge=1, le=_LARGEST)


class JudgementForm(BaseModel):
    """What the person says of an answer. ``accept``: the model's answer as it is, and nothing else counts.

    ``value`` is as typed or chosen: text such as ``2,5 cm`` or ``3 feb 2024``, an option or its label, a list
    of mentions (``start``, ``end``, ``type``), or a list of items (objects by sub-variable)."""

    report_id: Fit = Field(min_length=1, max_length=1000)
    variable: Fit = Field(max_length=200)
    version: Version
    accept: bool = False
    status: Words = "stated"
    value: Any = None
    evidence: EvidenceForm | None = None
    comment: Fit = Field(default="", max_length=4000)


class DoneForm(BaseModel):
    """Being done with a report, or not after all. ``rest``: what becomes of answers that were not judged;
    where it is left out, there may be none."""

    report_id: Fit = Field(min_length=1, max_length=1000)
    done: bool = True
    rest: Rest | None = None


class NextForm(BaseModel):
    """Where to look on from."""

    after: Fit | None = Field(default=None, max_length=1000)


class Next(BaseModel):
    """The report to review next, ``None`` if there is none for the person, and how far the person is."""

    report_id: str | None
    progress: Progress


class Stale(Refusal):
    """Somebody was faster: ``current`` is what holds now, ``None`` where it was taken back."""

    current: Judgement | None = None


class Unjudged(Refusal):
    """``variables`` are not judged yet."""

    variables: list[str] = Field(default_factory=list)


_STALE: dict[int | str, dict[str, Any]] = {409: {"model": Stale | Refusal}}
_UNJUDGED: dict[int | str, dict[str, Any]] = {409: {"model": Unjudged | Refusal}}


@routes.api.post("/reviews", status_code=201)
def create_review(form: ReviewForm, studio: TheStudio, person: Editor) -> Review:
    """Make a review of the reports that a run has now."""
    return Reviews(studio).create(NewReview(**form.model_dump()), by=person.name)


@routes.api.put("/reviews/{review}")
def change_review(form: ReviewChange, studio: TheStudio, person: Editor, review: ReviewId) -> Review:
    """Give a review another name, close it, or open it again."""
    return Reviews(studio).change(review, name=form.name, closed=form.closed, by=person.name)


@routes.api.delete("/reviews/{review}", status_code=204)
def remove_review(studio: TheStudio, person: Editor, review: ReviewId) -> None:
    """Remove a review; only an admin can remove one in which answers were judged."""
    Reviews(studio).remove(review, by=person.name, with_judgements=person.may(Role.ADMIN))


@routes.api.put("/reviews/{review}/judgement", response_model=Saved, responses=_STALE)
def judge(form: JudgementForm, studio: TheStudio, person: Reviewer, review: ReviewId) -> Saved | JSONResponse:
    """Say what holds for one answer. 409 with the current judgement if it changed since ``version``."""
    place = None if form.evidence is None else (form.evidence.start, form.evidence.end)
    saying = None if form.accept else Saying(Status(form.status), form.value, place)
    desk = Desk(studio, review, form.report_id, person.name)
    try:
        return desk.save(form.variable, saying, comment=form.comment.strip(), version=form.version)
    except StaleError as stale:
        return _stale(stale)


@routes.api.delete("/reviews/{review}/judgement", response_model=Saved, responses=_STALE)
def unjudge(
    studio: TheStudio,
    person: Reviewer,
    review: ReviewId,
    report: ReportId,
    variable: Annotated[Fit, Query(max_length=200)],
    version: Annotated[int, Query(ge=0, le=2**53)],
) -> Saved | JSONResponse:
    """Take a judgement back, as if the answer had not been judged."""
    try:
        return Desk(studio, review, report, person.name).take_back(variable, version=version)
    except StaleError as stale:
        return _stale(stale)


@routes.api.put("/reviews/{review}/done", response_model=Next, responses=_UNJUDGED)
def finish_report(
    form: DoneForm, studio: TheStudio, person: Reviewer, review: ReviewId
) -> Next | JSONResponse:
    """Be done with a report, and get the next one. 409 with what is not judged yet, if anything is."""
    desk = Desk(studio, review, form.report_id, person.name)
    following = None
    if form.done:
        try:
            following = desk.finish(form.rest)
        except UnjudgedError as unjudged:
            refused = Unjudged(
                code="unjudged",
                message=f"{len(unjudged.variables)} answers are not judged yet.",
                hint="Judge them, or say what becomes of the rest.",
                variables=unjudged.variables,
            )
            return JSONResponse(refused.model_dump(), 409)
    else:
        desk.reopen()
    with studio.database.reading() as db:
        return Next(report_id=following, progress=queue.progress(db, desk.review, person.name))


@routes.api.post("/reviews/{review}/next")
def next_report(form: NextForm, studio: TheStudio, person: Reviewer, review: ReviewId) -> Next:
    """Take the next report that is left; others are not given it for a while."""
    found = Reviews(studio).get(review)
    if found.closed is not None:
        raise conflict("This review is closed.", "An editor can open it again.")
    with studio.database.writing() as db:
        following = queue.take_next(db, found, person.name, form.after)
        return Next(report_id=following, progress=queue.progress(db, found, person.name))


def _stale(stale: StaleError) -> JSONResponse:
    words = "was taken back" if stale.current is None else "was changed"
    refused = Stale(
        code="stale",
        message=f"This answer {words} elsewhere.",
        hint="Choose which of the two to keep.",
        current=stale.current,
    )
    return JSONResponse(refused.model_dump(mode="json"), 409)
