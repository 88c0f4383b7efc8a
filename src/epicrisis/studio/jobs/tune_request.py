"""What somebody asks to be trained: what ``epicrisis tune`` takes, by names of the project."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ...tuning.settings import PRESETS, Preset, TuningSettings
from .request import Asked, Name

AdapterName = Annotated[str, Field(min_length=1, max_length=80)]


class TuneSettings(Asked):
    """How the training goes; ``None`` leaves a setting as the preset has it, and so does ``checkpointing``
    where it is off. ``max_length`` in tokens."""

    epochs: int | None = Field(None, ge=1, le=1000)
    learning_rate: float | None = Field(None, gt=0, le=1, allow_inf_nan=False)
    rank: int | None = Field(None, ge=1, le=1024)
    max_length: int | None = Field(None, ge=16, le=131_072)
    batch: int | None = Field(None, ge=1, le=1024)
    accumulate: int | None = Field(None, ge=1, le=1024)
    checkpointing: bool = False
    seed: int | None = Field(None, ge=0, le=2**31 - 1)

    def chosen(self) -> dict[str, int | float | bool]:
        """Those that were set."""
        return self.model_dump(exclude_none=True, exclude_defaults=True)


class TuneRequest(Asked):
    """``name`` is what the adapter will be called; ``reports``, ``codebook`` and ``gold`` are names in the
    project, ``base`` is one of its models. ``bare``: the report alone is sent, without instructions and
    definitions. ``curve``: train on parts of the reports first, to tell whether more gold would pay."""

    name: AdapterName
    reports: Name
    codebook: Name
    gold: Name
    base: str = Field(min_length=1, max_length=2000)
    preset: Literal["cpu", "gpu"] = Preset.CPU.value
    settings: TuneSettings = TuneSettings()
    bare: bool = False
    curve: bool = False

    def whole(self) -> TuningSettings:
        """All settings. Raises OptionError for some that make no sense."""
        settings = PRESETS[Preset(self.preset)].with_(**self.settings.chosen())
        settings.check()
        return settings


class KeptTuning(TuneRequest):
    """A request as it was when it was made: the names of the copies of its codebook and gold. What happens
    to either later changes nothing."""

    codebook_copy: str
    gold_copy: str
