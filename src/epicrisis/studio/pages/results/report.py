"""One report of a run: its text with the evidence, and the answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from ....codebook.variable import localised
from ... import golds
from ...answers import AnswerView, answer_views, marks_of
from ...golds import GoldChoice
from ...marking import Piece, pieces
from ...results import blind
from ...results.asked import Asked
from ...results.beside import InReview, Opinion, by_gold, by_reviewers, in_reviews
from ...results.differing import GOLD
from ...results.found import Found
from ...results.opening import open_results
from ...web.dependencies import Language, TheStudio, Viewer
from ...web.refusals import not_found
from .heads import head
from .routes import RunHead, RunId, routes


class OneReport(Asked):
    """The report, and among which others it was found."""

    id: str = Field(max_length=1000)


class AnswerBeside(AnswerView):
    """An answer with what gold and reviewers say."""

    gold: Opinion | None = None
    said: list[Opinion] = Field(default=[])


class Section(BaseModel):
    """Neighbouring answers under one heading of the codebook."""

    title: str | None
    answers: list[AnswerBeside]


class ReportView(BaseModel):
    """A report of a run. ``pieces``: its text, ``None`` where the run left the texts out of the store.
    ``place``: which it is of the ``found`` ones, from 1; ``previous`` and ``next``: the ids beside it."""

    head: RunHead
    asked: Asked
    id: str
    patient: str | None
    date: str | None
    language: str | None
    failure: str | None
    pieces: list[Piece] | None
    sections: list[Section]
    reasoning: str | None
    golds: list[GoldChoice]
    gold: str
    reviews: list[InReview]
    place: int | None
    found: int
    previous: str | None
    next: str | None


@routes.page("/runs/{run}/report", "run_report.html")
def run_report(
    run: RunId, asked: Annotated[OneReport, Query()], studio: TheStudio, person: Viewer, language: Language
) -> ReportView:
    """One report: text, answers with evidence and confidence, what others say, and its neighbours."""
    opened = open_results(studio, person, run, whole=True)
    plain = Asked.model_validate(asked.model_dump(exclude={"id"}))
    with opened.finding(plain) as found:
        seq = _seq(found, asked.id)
        place, many, before, after = _neighbours(found, seq)
    _, record = next(opened.run.records_at([seq]))
    codebook, extraction = opened.codebook, record.extraction
    views = answer_views(codebook, extraction.answers, language)
    text = opened.run.text(record.report_id)
    name = asked.gold or next(
        (
            one.value.removeprefix(GOLD)
            for one in found.conditions
            if one.field == "differs" and one.value.startswith(GOLD)
        ),
        "",
    )
    blind.check_names(studio, person, golds=[name])
    gold = by_gold(studio, opened.run, record, name) if name else {}
    said = by_reviewers(studio, opened.run, record, person)
    beside = [
        AnswerBeside(**view.model_dump(), gold=gold.get(view.variable), said=said.get(view.variable, []))
        for view in views
    ]
    return ReportView(
        head=head(opened),
        asked=plain,
        id=record.report_id,
        patient=record.patient,
        date=record.date,
        language=record.language,
        failure=extraction.failure,
        pieces=None if text is None else pieces(text, marks_of(views)),
        sections=_sections(beside),
        reasoning=extraction.reasoning,
        golds=golds.names(studio),
        gold=name,
        reviews=in_reviews(studio, opened.run, record.report_id),
        place=place,
        found=many,
        previous=before,
        next=after,
    )


def _seq(found: Found, report_id: str) -> int:
    seq = found.place_of(report_id)
    if seq is None:
        raise not_found("report in this run")
    return seq


def _neighbours(found: Found, seq: int) -> tuple[int | None, int, str | None, str | None]:
    """Which of those found it is, how many there are, and who stands before and behind it."""
    places = found.places()
    if seq not in places:
        return None, len(places), None, None
    at = places.index(seq)
    before = found.id_at(places[at - 1]) if at else None
    after = found.id_at(places[at + 1]) if at + 1 < len(places) else None
    return at + 1, len(places), before, after


def _sections(answers: list[AnswerBeside]) -> list[Section]:
    sections: list[Section] = []
    for answer in answers:
        title = localised(answer.section, [], "") or None
        if not sections or sections[-1].title != title:
            sections.append(Section(title=title, answers=[]))
        sections[-1].answers.append(answer)
    return sections
