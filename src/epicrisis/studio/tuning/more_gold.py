"""Whether more gold would pay: the same training on more and more of the reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ValidationError

from ...tuning.curve import read_curve
from ...tuning.exploring import CURVE
from .cards import Estimate, mapping
from .drawing import Plot, size_plot


class Size(Estimate):
    """So many ``reports`` of so many ``patients`` were trained on; the share of answers that were right."""

    reports: int
    patients: int


class Worth(BaseModel):
    """``verdict``: pays, little or untold. ``gain``: what twice as many reports would bring."""

    verdict: str = "untold"
    gain: Annotated[Estimate, BeforeValidator(mapping)] = Estimate()


class MoreGold(BaseModel):
    """The curve so far; ``plot`` once there is a point to draw."""

    points: list[Size] = []
    worth: Annotated[Worth, BeforeValidator(mapping)] = Worth()
    plot: Plot | None = None


def more_gold(folder: Path) -> MoreGold | None:
    """What the training in ``folder`` found out about it; ``None`` where it was not asked to."""
    found = read_curve(folder / CURVE)
    if found is None:
        return None
    try:
        seen = MoreGold.model_validate(found)
    except ValidationError:
        # Of a later version.
        return None
    seen.plot = size_plot([(one.reports, one.value, one.low, one.high) for one in seen.points])
    return seen
