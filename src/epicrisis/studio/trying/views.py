"""A try as its page and the API show it."""

from __future__ import annotations

import json
from typing import Literal

from pydantic import BaseModel

from ...export.cells import as_text, guarded, whole
from ...export.long import long_layout
from ...extraction.codec import answer_document
from ...extraction.record import Record
from ..answers import AnswerView, answer_view, answer_views, marks_of
from ..marking import Piece, pieces
from ..web.refusals import Refusal
from .attempt import Attempt, AttemptStatus

Step = Literal["waiting", "opening", "reading", "reasoning", "answering", "checking", "over"]


class TryAnswer(AnswerView):
    """An answer; while it is not final its status is ``arriving`` and ``so_far`` what it looks like."""

    so_far: str | None = None


class TryProgress(BaseModel):
    """How far a try is: ``before`` tries come first, ``answered`` of ``total`` variables have an answer."""

    status: AttemptStatus
    step: Step
    cancelling: bool
    before: int
    answered: int
    total: int


class TryView(BaseModel):
    """One try. ``seconds`` of work; ``loaded``: the model had to be loaded for it, which takes long;
    ``slow``: a run is at work too."""

    id: str
    progress: TryProgress
    seconds: float
    loaded: bool
    slow: bool
    report_set: str | None
    report_id: str | None
    codebook: str
    title: str
    engine: str
    pieces: list[Piece]
    answers: list[TryAnswer]
    valued: int
    failure: str | None
    error: Refusal | None
    notes: list[str]
    reasoning: str | None
    requests: int
    tokens: int


def progress_of(attempt: Attempt, before: int) -> TryProgress:
    step: Step = attempt.phase
    if attempt.over:
        step = "over"
    elif attempt.status == "queued":
        step = "waiting"
    elif attempt.opening:
        step = "opening"
    return TryProgress(
        status=attempt.status,
        step=step,
        cancelling=attempt.cancel.is_set() and not attempt.over,
        before=before,
        answered=len(attempt.answers),
        total=len(attempt.asked.codebook.columns if attempt.extraction else attempt.asked.codebook.variables),
    )


def try_view(attempt: Attempt, before: int, language: str, *, slow: bool) -> TryView:
    """The try as it is now, with labels in ``language`` where the codebook has them."""
    asked, extraction = attempt.asked, attempt.extraction
    answers = _answers(attempt, language)
    typed = asked.report_set is None
    return TryView(
        id=attempt.id,
        progress=progress_of(attempt, before),
        seconds=attempt.seconds,
        loaded=attempt.opened,
        slow=slow and not attempt.over,
        report_set=asked.report_set,
        report_id=None if typed else asked.report.id,
        codebook=asked.codebook_name,
        title=asked.codebook.title or asked.codebook.name,
        engine=asked.engine_label,
        pieces=pieces(asked.report.text, marks_of([*answers])),
        answers=answers,
        valued=sum((one.so_far or one.status) in ("stated", "inferred", "uncertain") for one in answers),
        failure=None if extraction is None else extraction.failure,
        error=attempt.error,
        notes=list(attempt.notes),
        reasoning=None if extraction is None else whole(extraction.reasoning or "") or None,
        requests=0 if extraction is None else extraction.usage.requests,
        tokens=0 if extraction is None else extraction.usage.completion_tokens,
    )


def as_json(attempt: Attempt) -> str:
    """The answers as the run store keeps them, for people: indented."""
    document = {name: answer_document(answer) for name, answer in attempt.answers.items()}
    return json.dumps(document, ensure_ascii=False, indent=2)


def as_table(attempt: Attempt) -> str:
    """The long table of an export, its cells separated by tabs, so that it can be pasted into a sheet."""
    extraction = attempt.extraction
    if extraction is None:
        return ""
    layout = long_layout(attempt.asked.codebook, {})
    lines = [[column.name for column in layout.columns]]
    for row in layout.rows(Record(report_id=attempt.asked.report.id, extraction=extraction)):
        cells = (as_text(value, column.type) for value, column in zip(row, layout.columns, strict=True))
        lines.append([" ".join((guarded(cell) or "").split()) for cell in cells])
    return "\n".join("\t".join(line) for line in lines) + "\n"


def _answers(attempt: Attempt, language: str) -> list[TryAnswer]:
    codebook, extraction = attempt.asked.codebook, attempt.extraction
    if extraction is not None:
        return [TryAnswer(**dict(view)) for view in answer_views(codebook, extraction.answers, language)]
    found = []
    for name, answer in attempt.answers.items():
        view = answer_view(codebook[name], answer, language)
        state = "arriving" if not attempt.over else view.status
        found.append(TryAnswer(**{**dict(view), "status": state, "so_far": view.status}))
    return found
