"""Evaluate: a run measured by gold, and what follows from it."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from ..evaluating.asked import Asked, AskedGold, Name
from ..evaluating.calibrating import CalibrationMade, calibrate
from ..evaluating.choosing import Recent, RunChoice, recent, run_choices
from ..evaluating.humans import reviewers_for
from ..evaluating.kept import KeptEvaluation
from ..evaluating.measuring import evaluation_of
from ..evaluating.showing import EvaluationView, VariableView, evaluation_view, variable_view
from ..golds import GoldChoice, names
from ..people.roles import Person
from ..results import blind
from ..stored_runs import open_run
from ..studio import Studio
from ..web.dependencies import Editor, TheStudio, Viewer
from ..web.refusals import conflict, not_found
from ..web.twin import Pages

routes = Pages("evaluate")

AskedQuery = Annotated[Asked, Query()]


class Evaluations(BaseModel):
    """What can be evaluated, and what was."""

    runs: list[RunChoice]
    golds: list[GoldChoice]
    recent: list[Recent]


class OfVariable(Asked):
    """A variable, and if wanted the reports with an ``outcome``, or those of which gold ``said`` one thing
    and the model gave another as ``answer``."""

    variable: Name = ""
    outcome: Literal["right", "wrong", "missed", "invented", "silent", "failed"] | None = None
    said: Annotated[str | None, Field(max_length=500)] = None
    answer: Annotated[str | None, Field(max_length=500)] = None


class HowMany(Asked):
    """So many reports."""

    count: Annotated[int, Field(ge=1, le=100_000)] = 100


class Uncertain(BaseModel):
    """Reports of a run that have no gold, those with the most wrong answers to expect first."""

    report_ids: list[str]


class Download(Asked):
    """``text``: with the words of reports, or without."""

    text: bool = False


@routes.page("/evaluate", "evaluate_index.html", api_path="/evaluations")
def evaluations(studio: TheStudio, _person: Viewer) -> Evaluations:
    """What can be evaluated, and what was."""
    return Evaluations(runs=run_choices(studio), golds=names(studio), recent=recent(studio))


@routes.pages.get("/evaluate/open")
def open_evaluation(
    studio: TheStudio,
    person: Viewer,
    run: Annotated[str, Query(max_length=200)],
    gold: Annotated[str, Query(max_length=200)] = "",
) -> RedirectResponse:
    blind.check_names(studio, person, runs=[run], golds=[gold])
    people = reviewers_for(studio, gold)
    asked = Asked(gold=gold, human=[people] if people else [])
    return RedirectResponse(f"/evaluate/{quote(run, safe='')}?{asked.query()}", 303)


@routes.page("/evaluate/{run}", "evaluate.html")
def evaluation(studio: TheStudio, person: Viewer, run: Name, asked: AskedQuery) -> EvaluationView:
    """A run measured by gold. What is not there yet is begun in the background: ask again until ``state`` is
    'ready' or 'refused'."""
    _check(studio, person, run, asked)
    return evaluation_view(studio, run, asked)


@routes.page("/evaluate/{run}/variable", "evaluate_variable.html")
def evaluated_variable(
    studio: TheStudio, person: Viewer, run: Name, asked: Annotated[OfVariable, Query()]
) -> VariableView:
    """One variable: its measures, its confusion matrix, and the reports in a cell."""
    _check(studio, person, run, asked)
    found = variable_view(
        studio,
        run,
        _plain(asked),
        asked.variable,
        outcome=asked.outcome,
        said=asked.said,
        answer=asked.answer,
    )
    if found is None:
        raise not_found("variable")
    return found


@routes.api.get("/evaluate/{run}/uncertain")
def uncertain(studio: TheStudio, person: Viewer, run: Name, asked: Annotated[HowMany, Query()]) -> Uncertain:
    """The least certain reports of the run that have no gold."""
    return Uncertain(report_ids=_ready(studio, person, run, _plain(asked)).unreviewed[: asked.count])


@routes.api.get("/evaluate/{run}/report.html", response_class=Response)
def download_html(
    studio: TheStudio, person: Viewer, run: Name, asked: Annotated[Download, Query()]
) -> Response:
    """The report as one page; with ``text`` it holds quotes and the reports in which something is to be
    looked at."""
    from ...evaluation.report import without_text
    from ...evaluation.report.html import to_html

    found = _ready(studio, person, run, _plain(asked)).evaluation
    text = open_run(studio.project, run).text if asked.text else None
    page = to_html(found if asked.text else without_text(found), text)
    return _file(page, "text/html; charset=utf-8", run, "html")


@routes.api.get("/evaluate/{run}/report.md", response_class=Response)
def download_markdown(
    studio: TheStudio, person: Viewer, run: Name, asked: Annotated[Download, Query()]
) -> Response:
    """The report as Markdown; with ``text`` it holds quotes."""
    from ...evaluation.report import to_markdown, without_text

    found = _ready(studio, person, run, _plain(asked)).evaluation
    page = to_markdown(found if asked.text else without_text(found))
    return _file(page, "text/markdown; charset=utf-8", run, "md")


@routes.api.get("/evaluate/{run}/report.json", response_class=Response)
def download_json(
    studio: TheStudio, person: Viewer, run: Name, asked: Annotated[Download, Query()]
) -> Response:
    """The document of ``epicrisis evaluate --json``; with ``text`` it holds quotes."""
    from ...evaluation.report import without_text
    from ...evaluation.report.json import dumps

    found = _ready(studio, person, run, _plain(asked)).evaluation
    return _file(dumps(found if asked.text else without_text(found)), "application/json", run, "json")


@routes.api.post("/evaluate/{run}/calibration")
def calibrate_run(studio: TheStudio, person: Editor, run: Name, asked: AskedGold) -> CalibrationMade:
    """Calibrate confidences by this gold; later runs with the same codebook, model and options use it."""
    if not asked.gold:
        raise conflict("No gold is chosen.", "Choose one.")
    return calibrate(studio, run, asked, by=person.name)


def _check(studio: Studio, person: Person, run: str, asked: Asked) -> None:
    """Numbers and words of answers are for those who may know them."""
    blind.check_names(studio, person, runs=[run], golds=[asked.gold, *asked.human])


def _ready(studio: Studio, person: Person, run: str, asked: Asked) -> KeptEvaluation:
    _check(studio, person, run, asked)
    if not asked.gold:
        raise conflict("No gold is chosen.", "Choose one.")
    found = evaluation_of(studio, run, asked).document
    if found is None:
        raise conflict("The evaluation is not there yet.", "Ask /api/evaluate/{run} until it is 'ready'.")
    return found


def _plain(asked: Asked) -> Asked:
    """Without what only one address knows."""
    return Asked.model_validate(asked.model_dump(include=set(Asked.model_fields)))


def _file(content: str, kind: str, run: str, ending: str) -> Response:
    name = "".join(
        letter if (letter.isascii() and letter.isalnum()) or letter in "-_." else "-" for letter in run
    )
    return Response(
        content,
        media_type=kind,
        headers={"Content-Disposition": f'attachment; filename="evaluation-{name}.{ending}"'},
    )
