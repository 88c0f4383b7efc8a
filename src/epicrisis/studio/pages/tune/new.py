"""A new training: what to learn from which gold, on which base."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel

from ....tuning.settings import PRESETS
from ... import codebooks
from ...golds import GoldChoice
from ...golds import names as golds
from ...jobs import TuneRequest
from ...jobs.trainings import Trainings
from ...project import SHIPPED, is_name
from ...report_sets import ReportSets
from ...studio import Studio
from ...tuning import extra
from ...tuning.bases import BaseChoice, bases, sensible
from ...web.dependencies import Editor, TheStudio, Viewer
from ...web.refusals import Refusal, refusal_of
from .routes import routes

_Name = Annotated[str, Query(max_length=200)]
#: Of the name that is proposed.
_LONGEST = 60


class NewTraining(BaseModel):
    """What there is to choose from, and what is chosen already. ``presets``: the settings of each, which hold
    where nothing else is set. ``missing``: why nothing can be trained here."""

    reports: list[str]
    shipped_reports: list[str]
    codebooks: list[str]
    shipped_codebooks: list[str]
    golds: list[GoldChoice]
    bases: list[BaseChoice]
    presets: dict[str, dict[str, Any]]
    missing: Refusal | None
    chosen: TuneRequest | None
    chosen_reports: str
    chosen_codebook: str
    chosen_gold: str
    chosen_base: str
    name: str


class TrainingAsked(BaseModel):
    """What was asked for, as ``/tune/{name}`` knows it."""

    name: str


@routes.page("/tune/new", "tune_new.html")
def new_training(
    studio: TheStudio,
    _person: Viewer,
    reports: _Name = "",
    codebook: _Name = "",
    gold: _Name = "",
    base: Annotated[str, Query(max_length=2000)] = "",
    like: Annotated[str, Query(max_length=200, description="A training to begin with the settings of.")] = "",
) -> NewTraining:
    """What a training needs: a codebook, reports with gold, and a base."""
    earlier = Trainings(studio.project).called(like) if like else None
    chosen = None if earlier is None else TuneRequest(**earlier.request.model_dump(include=_ASKED))
    if chosen is not None:
        reports, codebook, gold, base = chosen.reports, chosen.codebook, chosen.gold, chosen.base
    sets = ReportSets(studio.project, studio.database)
    own_sets, own_codebooks = sets.names(), codebooks.names(studio.project)
    known, models = golds(studio), bases(studio.database)
    # What ships goes together: its reports with its codebook and its gold.
    shipped = next((one for one in (reports, codebook, gold) if one.startswith(SHIPPED)), "")
    codebook = codebook or shipped or _only(own_codebooks)
    lacking = extra.missing()
    return NewTraining(
        reports=own_sets,
        shipped_reports=sets.shipped(),
        codebooks=own_codebooks,
        shipped_codebooks=codebooks.shipped(),
        golds=known,
        bases=models,
        presets={str(name): settings.as_dict() for name, settings in PRESETS.items()},
        missing=None if lacking is None else refusal_of(lacking, studio.project),
        chosen=chosen,
        chosen_reports=reports or shipped or _only(own_sets),
        chosen_codebook=codebook,
        chosen_gold=gold or shipped or _only([one.name for one in known if one.kind != "shipped"]),
        chosen_base=base or sensible(models),
        name=_free_name(studio, like or codebook.removeprefix(SHIPPED)),
    )


@routes.api.post("/tune", status_code=201)
def ask_for_training(request: TuneRequest, studio: TheStudio, person: Editor) -> TrainingAsked:
    """Put a training into the queue. Its page is ``/tune/{name}``."""
    Trainings(studio.project).add(studio, request, by=person.name)
    return TrainingAsked(name=request.name)


_ASKED = set(TuneRequest.model_fields)


def _only(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ""


def _free_name(studio: Studio, wanted: str) -> str:
    """A name that no adapter has yet."""
    stem = wanted[:_LONGEST].rstrip(" .") if is_name(wanted) else "adapter"
    stem = stem.rpartition("-")[0] if stem.rpartition("-")[2].isdigit() and "-" in stem else f"{stem}"
    taken = {job.request.name for job in Trainings(studio.project).all()}
    taken |= {path.name for path in studio.project.shelf("adapters").iterdir()} | {"new"}
    number = 1
    while (name := f"{stem}-{number}") in taken:
        number += 1
    return name
