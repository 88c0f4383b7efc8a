"""The questions of a codebook and the model's answers, as somebody who reviews them needs them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ...codebook.codebook import Codebook
from ...codebook.units import accepted_units
from ...codebook.variable import (
    ClosedVariable,
    GroupVariable,
    QuantityVariable,
    SpansVariable,
    Variable,
    localised,
)
from ...extraction.answer import Answer, Status
from ...extraction.checking import InvalidValueError
from ...extraction.rules import Rules
from ..answers import answer_view, marks_of
from .choosing import UNSURE
from .judging import accepted
from .texts import fit


class OptionView(BaseModel):
    """An allowed value, how people read it, and when it is the right one."""

    value: str | int | float
    label: str
    definition: str | None = None


class Question(BaseModel):
    """A variable to judge. ``statuses``: those it may have; ``parts``: the sub-variables of a group."""

    name: str
    label: str
    kind: str
    section: str | None = None
    definition: str = ""
    include: list[str] = []
    exclude: list[str] = []
    when: str | None = None
    statuses: list[str]
    options: list[OptionView] = []
    unit: str | None = None
    units: list[str] = []
    max_items: int | None = None
    parts: list[Question] = []


class Place(BaseModel):
    """Characters ``start`` (included) to ``end`` (excluded) of the report."""

    start: int
    end: int


class ModelAnswer(BaseModel):
    """What the model answered; ``value`` as gold would hold it. ``places``: all its evidence. ``urgent``:
    whether it is worth a look: failed, uncertain, not sure, breaking a rule, or with nothing to go by."""

    variable: str
    status: str
    value: Any = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    grade: str | None = None
    confidence: float | None = None
    notes: list[str] = []
    places: list[Place] = []
    urgent: bool = False


def questions(codebook: Codebook, language: str) -> list[Question]:
    """Those that are asked, in codebook order; derived ones are computed from them."""
    return [_question(variable, [language, *codebook.languages]) for variable in codebook.variables]


def model_answers(
    codebook: Codebook, answers: dict[str, Answer], text: str | None, language: str
) -> list[ModelAnswer]:
    """The model's answers to the questions, in the same order; one that is missing has failed."""
    breaking = {name for one in Rules(codebook).broken(answers) for name in one.variables}
    return [
        _model_answer(variable, answers.get(variable.name, Answer(Status.FAILED)), text, language, breaking)
        for variable in codebook.variables
    ]


def _question(variable: Variable, languages: list[str]) -> Question:
    parts = variable.variables if isinstance(variable, GroupVariable) else []
    options = variable.options if isinstance(variable, ClosedVariable | SpansVariable) else []
    return Question(
        name=variable.name,
        label=localised(variable.label, languages, variable.name.replace("_", " ")),
        kind=variable.kind,
        section=variable.section,
        definition=variable.definition,
        include=variable.include,
        exclude=variable.exclude,
        when=None if variable.when is None else str(variable.when),
        statuses=[one.value for one in Status if one is not Status.FAILED and variable.allows(one.value)],  # type: ignore[arg-type]
        options=[
            OptionView(
                value=one.value,
                label=localised(one.label, languages, str(one.value)),
                definition=one.definition,
            )
            for one in options
        ],
        unit=variable.unit if isinstance(variable, QuantityVariable) else None,
        units=list(accepted_units(variable)) if isinstance(variable, QuantityVariable) else [],
        max_items=variable.max_items if isinstance(variable, GroupVariable | SpansVariable) else None,
        parts=[_question(part, languages) for part in parts],
    )


def _model_answer(
    variable: Variable, answer: Answer, text: str | None, language: str, breaking: set[str]
) -> ModelAnswer:
    try:
        said = accepted(variable, answer, text)
    except InvalidValueError:
        return ModelAnswer(
            variable=variable.name, status=Status.FAILED.value, notes=list(answer.notes), urgent=True
        )
    sure = answer.confidence
    urgent = (
        said.status is Status.UNCERTAIN
        or (said.status is Status.INFERRED if sure is None else sure < UNSURE)
        or variable.name in breaking
    )
    return ModelAnswer(
        variable=variable.name,
        status=said.status.value,
        value=said.value,
        quote=said.quote,
        start=said.start,
        end=said.end,
        grade=None if answer.evidence is None else str(answer.evidence.grade),
        confidence=sure,
        notes=[fit(one) for one in answer.notes],
        places=[
            Place(start=mark.start, end=mark.end)
            for mark in marks_of([answer_view(variable, answer, language)])
        ],
        urgent=urgent,
    )
