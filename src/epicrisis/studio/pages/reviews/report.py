"""One report of a review: text, questions, the model's answers, one's own."""

from __future__ import annotations

from pydantic import BaseModel

from ...people.roles import Role
from ...reviewing import Review, judgements, listing, queue, seeing
from ...reviewing.asked import ModelAnswer, Question, model_answers, questions
from ...reviewing.choosing import Reason
from ...reviewing.consequences import Broken
from ...reviewing.desk import Desk
from ...reviewing.judgements import Judgement
from ...reviewing.queue import Progress
from ...reviewing.texts import fit
from ...web.dependencies import Language, TheStudio, Viewer
from .base import ReportId, ReviewId, routes


class ReportToReview(BaseModel):
    """A report as the person asking has it. ``answers`` of the model are empty where they are ``hidden``;
    ``others`` is what other reviewers said, as far as the person may see it. ``text`` is ``None`` if the run
    kept no texts. ``done``: when the person was done with it."""

    review: Review
    report_id: str
    patient: str | None = None
    date: str | None = None
    language: str
    place: int
    reason: Reason | None = None
    confidence: float | None = None
    text: str | None = None
    questions: list[Question]
    answers: list[ModelAnswer]
    hidden: bool
    judgements: list[Judgement]
    others: list[Judgement]
    ruled_out: list[str]
    broken: list[Broken]
    done: str | None = None
    previous: str | None = None
    progress: Progress
    may_review: bool
    me: str


@routes.page("/reviews/{review}/report", "review_report.html")
def review_report(
    studio: TheStudio, person: Viewer, language: Language, review: ReviewId, report: ReportId
) -> ReportToReview:
    """One report to review."""
    desk = Desk(studio, review, report, person.name)
    with studio.database.reading() as db:
        remember = seeing.must_remember(db, desk.review, person.name)
    if remember:
        with studio.database.writing() as db:
            seeing.remember(db, review, person.name)
    with studio.database.reading() as db:
        found = desk.review
        sees = seeing.sees_answers(db, found, person.name)
        others = seeing.sees_others(db, found, report, person.name)
        own = judgements.of_report(db, review, report, person.name)
        ruled_out, broken = desk.consequences(db)
        reason, confidence = listing.why(db, found, report, person.name)
        return ReportToReview(
            review=found,
            report_id=report,
            patient=None if desk.row.patient is None else fit(desk.row.patient),
            date=desk.row.date,
            language=desk.language,
            place=desk.place,
            reason=reason,
            confidence=confidence,
            text=desk.text,
            questions=questions(desk.codebook, language),
            answers=model_answers(desk.codebook, desk.answers, desk.text, language) if sees else [],
            hidden=not sees,
            judgements=list(own.values()),
            others=judgements.of_others(db, review, report, person.name) if others else [],
            ruled_out=ruled_out,
            broken=broken,
            done=queue.done_at(db, review, report, person.name),
            previous=queue.previous(db, review, report, person.name),
            progress=queue.progress(db, found, person.name),
            may_review=person.may(Role.REVIEWER) and found.closed is None,
            me=person.name,
        )
