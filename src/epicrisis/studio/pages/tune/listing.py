"""The list of trainings and adapters."""

from __future__ import annotations

from pydantic import BaseModel

from ...golds import names as golds
from ...tuning import extra
from ...tuning.listing import TrainingSummary, trainings
from ...web.dependencies import TheStudio, Viewer
from ...web.refusals import Refusal, refusal_of
from .routes import routes


class TuneList(BaseModel):
    """``missing``: why nothing can be trained here. ``gold``: whether the project has any of its own."""

    trainings: list[TrainingSummary]
    under_way: int
    missing: Refusal | None
    gold: bool


@routes.page("/tune", "tune.html")
def tune(studio: TheStudio, _person: Viewer) -> TuneList:
    """Trainings and adapters, whether the studio or the command line made them."""
    found = trainings(studio)
    lacking = extra.missing()
    return TuneList(
        trainings=found,
        under_way=sum(one.is_open for one in found),
        missing=None if lacking is None else refusal_of(lacking, studio.project),
        gold=any(one.kind != "shipped" for one in golds(studio)),
    )
