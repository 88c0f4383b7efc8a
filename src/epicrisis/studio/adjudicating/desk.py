"""One difference as it lies before the person who decides: the text, who said what, and what may be said."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from ...codebook.variable import (
    ClosedVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    Variable,
    localised,
)
from ...extraction.answer import Answer, Status
from ..answers import AnswerView, answer_view, marks_of
from ..marking import Mark, Piece, pieces
from .deciding import answer_of_model, text_of
from .queue import queue
from .review import Review
from .said import Place, Said, decisions, judgements
from .settled import State


class Where(BaseModel):
    """A cell: a report and a variable."""

    report: str
    variable: str


class Side(BaseModel):
    """What somebody says. ``sign`` marks its evidence in the text: 1, 2, ... for reviewers, M for the model;
    D is what was decided. ``value`` is as gold holds it."""

    sign: str
    who: str
    answer: AnswerView
    value: Any = None
    comment: str = ""
    version: int = 0
    at: str | None = None


class Choice(BaseModel):
    """One of the options of a closed variable."""

    value: str | int | float
    label: str


class Question(BaseModel):
    """What may be said of a variable. ``parts`` are the sub-variables of a group; ``unit`` of a quantity."""

    variable: str
    label: str
    kind: str
    definition: str = ""
    options: list[Choice] = []
    unit: str | None = None
    statuses: list[str] = []
    parts: list[Question] = []


class Cell(BaseModel):
    """One cell to decide. ``text``: whether the run kept the report's."""

    report: str
    question: Question
    pieces: list[Piece]
    text: bool
    sides: list[Side]
    model: Side | None
    decision: Side | None


class Desk(BaseModel):
    """The queue and the cell before it. ``number`` of ``total`` cells; ``decided`` are done.

    ``unresolved``, ``settled``: cells of the whole review on which reviewers differ, and that are gold.
    ``hidden``: the model's answer is not shown, because the review is blind.
    """

    review: str
    name: str
    total: int
    decided: int
    number: int | None
    cell: Cell | None
    first: Where | None
    next: Where | None
    before: Where | None
    after: Where | None
    against_model: bool
    hidden: bool
    blind: bool
    unresolved: int
    settled: int
    people: int


def desk(
    review: Review,
    found: State,
    place: Place | None,
    *,
    against_model: bool,
    show_model: bool,
    language: str,
) -> Desk:
    """What to decide: the cell at ``place``, else the first that nobody decided."""
    waiting = queue(review, with_model=against_model)
    here = place if place is not None else waiting.after(None)
    with review.studio.database.reading() as db:
        people = db.execute(
            "SELECT count(DISTINCT reviewer) FROM judgements WHERE review = ?", (review.id,)
        ).fetchone()[0]
    return Desk(
        review=review.id,
        name=review.name,
        total=len(waiting.cells),
        decided=len(waiting.decided),
        number=None if here is None or here not in waiting.cells else waiting.cells.index(here) + 1,
        cell=None if here is None else _cell(review, here, show_model=show_model, language=language),
        first=_where(waiting.cells[0] if waiting.cells else None),
        next=_where(waiting.after(here)),
        before=None if here is None else _where(waiting.neighbour(here, -1)),
        after=None if here is None else _where(waiting.neighbour(here, 1)),
        against_model=against_model,
        hidden=not show_model,
        blind=review.blind,
        unresolved=len(found.unresolved),
        settled=len(found.settled),
        people=people,
    )


def _where(place: Place | None) -> Where | None:
    return None if place is None else Where(report=place[0], variable=place[1])


def _cell(review: Review, place: Place, *, show_model: bool, language: str) -> Cell:
    variable = review.codebook[place[1]]
    with review.studio.database.reading() as db:
        said = judgements(db, review.id, review.codebook, place).get(place, [])
        decided = decisions(db, review.id, review.codebook, place).get(place)
    sides = [_side(variable, one, str(number), language) for number, one in enumerate(said, 1)]
    model = None
    if show_model:
        answer = answer_of_model(review, place) or Answer(Status.FAILED)
        model = Side(sign="M", who="", answer=answer_view(variable, answer, language))
    decision = None if decided is None else _side(variable, decided, "D", language)
    text = text_of(review, place[0])
    marks = [
        Mark(start=mark.start, end=mark.end, variable=side.sign)
        for side in [*sides, *([model] if model else [])]
        for mark in marks_of([_placed(side.answer)])
    ]
    return Cell(
        report=place[0],
        question=question(variable, language, review.codebook.languages),
        pieces=[] if text is None else pieces(text, marks),
        text=text is not None,
        sides=sides,
        model=model,
        decision=decision,
    )


def _side(variable: Variable, said: Said, sign: str, language: str) -> Side:
    return Side(
        sign=sign,
        who=said.person,
        answer=answer_view(variable, said.answer, language),
        value=_plain(said.answer),
        comment=said.comment,
        version=said.version,
        at=said.at,
    )


def _placed(view: AnswerView) -> AnswerView:
    """Without the mentions of which nobody knows where they stand."""
    if view.kind != "spans" or not isinstance(view.value, list):
        return view
    return view.model_copy(update={"value": [one for one in view.value if one.get("start") is not None]})


def _plain(answer: Answer) -> Any:
    """The value with the items of a group as plain values."""
    if not isinstance(answer.value, list):
        return answer.value
    return [
        {name: one.value if isinstance(one, Answer) else one for name, one in item.items()}
        for item in answer.value
    ]


def question(variable: Variable, language: str, languages: list[str]) -> Question:
    """What may be said of a variable, for a form."""
    wanted = [language, *languages]
    options: list[Choice] = []
    if isinstance(variable, ClosedVariable | SpansVariable):
        options = [
            Choice(value=one.value, label=localised(one.label, wanted, str(one.value)))
            for one in variable.options
        ]
    allowed: list[Literal["stated", "inferred", "uncertain", "not_mentioned", "not_applicable"]] = [
        "stated", "inferred", "uncertain", "not_mentioned", "not_applicable",
    ]  # fmt: skip
    return Question(
        variable=variable.name,
        label=localised(variable.label, wanted, variable.name.replace("_", " ")),
        kind=variable.kind,
        definition=variable.definition,
        options=options,
        unit=variable.unit if isinstance(variable, QuantityVariable) else None,
        statuses=[status for status in allowed if variable.allows(status)],
        parts=[question(part, language, languages) for part in variable.variables]
        if isinstance(variable, GroupVariable)
        else [],
    )
