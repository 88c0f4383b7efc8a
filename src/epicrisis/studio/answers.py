"""Answers as pages and the API show them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ..codebook.codebook import Codebook
from ..codebook.variable import Variable, localised
from ..evaluation.shown import shown
from ..extraction.answer import Answer, Status
from .marking import Mark


class EvidenceView(BaseModel):
    """A quote with its place in the report, in characters."""

    quote: str
    start: int
    end: int
    grade: str


class AnswerView(BaseModel):
    """One answer. ``shown`` is the value as people read it; ``items`` are those of a group, each with the
    answers of its sub-variables."""

    variable: str
    label: str
    kind: str
    section: str | None = None
    status: str
    value: Any = None
    shown: str = ""
    evidence: EvidenceView | None = None
    confidence: float | None = None
    notes: list[str] = []
    items: list[list[AnswerView]] = []


def answer_view(variable: Variable, answer: Answer, language: str) -> AnswerView:
    """One answer, its labels in ``language`` where the codebook has them."""
    items: list[list[AnswerView]] = []
    value = answer.value
    if variable.kind == "group" and isinstance(value, list):
        parts = {part.name: part for part in variable.variables}
        items = [
            [answer_view(parts[name], one, language) for name, one in item.items() if name in parts]
            for item in value
        ]
        value = None
    evidence = answer.evidence
    return AnswerView(
        variable=variable.name,
        label=localised(variable.label, [language], variable.name.replace("_", " ")),
        kind=variable.kind,
        section=variable.section,
        status=str(answer.status),
        value=value,
        shown=_shown(variable, answer, items),
        evidence=None
        if evidence is None
        else EvidenceView(
            quote=evidence.quote, start=evidence.start, end=evidence.end, grade=str(evidence.grade)
        ),
        confidence=answer.confidence,
        notes=list(answer.notes),
        items=items,
    )


def answer_views(codebook: Codebook, answers: Mapping[str, Answer], language: str) -> list[AnswerView]:
    """All answers to a report, in codebook order; a variable without one has failed."""
    return [
        answer_view(variable, answers.get(variable.name, Answer(Status.FAILED)), language)
        for variable in codebook.columns
    ]


def marks_of(views: list[AnswerView]) -> list[Mark]:
    """Where the evidence of answers stands, mentions and items of groups included."""
    found: list[Mark] = []
    for view in views:
        places = [view.evidence] if view.evidence is not None else []
        places += [one.evidence for item in view.items for one in item if one.evidence is not None]
        found += [Mark(start=one.start, end=one.end, variable=view.variable) for one in places]
        if view.kind == "spans" and isinstance(view.value, list):
            found += [Mark(start=one["start"], end=one["end"], variable=view.variable) for one in view.value]
    return found


def _shown(variable: Variable, answer: Answer, items: list[list[AnswerView]]) -> str:
    if not answer.status.has_value:
        return ""
    if variable.kind == "group":
        return str(len(items))
    if variable.kind == "spans":
        return ", ".join(str(one["text"]) for one in answer.value or [])
    return shown(answer.value, 200)
