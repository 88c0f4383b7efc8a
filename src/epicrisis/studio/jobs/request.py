"""What somebody asks to be run: everything that ``epicrisis extract`` takes, by names of the project."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...examples.strategy import Strategy
from ...extraction import ExtractionOptions
from ...prompting.form import Form

Name = Annotated[str, Field(min_length=1, max_length=200)]
ReportId = Annotated[str, Field(min_length=1, max_length=1000)]
Select = Literal["fixed", "random", "similar", "structure", "diverse"]


class Asked(BaseModel):
    """Takes nothing that it does not know."""

    model_config = ConfigDict(extra="forbid")


class AskingOptions(Asked):
    """How answers are asked for; ``None`` leaves an option at its default. ``worked``: worked examples made
    from the codebook. ``calibration``: whether the calibration beside the codebook is applied."""

    form: Form | None = None
    worked: int | None = Field(None, ge=0, le=50)
    group_size: int | None = Field(None, ge=1, le=1000)
    dependents_after: bool = False
    samples: int | None = Field(None, ge=1, le=99)
    think: int | None = Field(None, ge=0, le=100_000)
    translate: str | None = Field(None, min_length=2, max_length=40)
    second_look: bool = True
    contextual: bool = False
    temperature: float | None = Field(None, ge=0, le=5, allow_inf_nan=False)
    seed: int | None = Field(None, ge=0, le=2**31 - 1)
    confidence: bool = True
    calibration: bool = True

    def as_extraction_options(self) -> ExtractionOptions:
        """Without examples of gold, which need the reports."""
        chosen = self.model_dump(exclude={"calibration", "worked"}, exclude_none=True)
        if self.worked is not None:
            chosen["examples"] = self.worked
        return ExtractionOptions(**chosen)


class ExamplesWanted(Asked):
    """Reports of a gold that are shown to the model as examples: how many, and how they are chosen."""

    gold: Name
    shots: int = Field(3, ge=1, le=50)
    select: Select = Strategy.FIXED.value


class EngineOptions(Asked):
    """How the engine is opened; ``None`` leaves it to the engine. ``context`` in tokens, ``timeout`` in
    seconds per request."""

    context: int | None = Field(None, ge=1, le=10_000_000)
    parallel: int | None = Field(None, ge=1, le=1024)
    threads: int | None = Field(None, ge=1, le=1024)
    timeout: float | None = Field(None, gt=0, le=86_400, allow_inf_nan=False)


class JobRequest(Asked):
    """``reports`` and ``codebook`` are names in the project, ``engine`` is one of the project's, ``adapter``
    the name of one of its adapters. ``limit`` takes the first reports only, ``ids`` those with these ids.
    ``fresh``: in a new run, nothing of earlier ones is taken over. ``keep_text``: whether the run store keeps
    the whole texts beside the quotes."""

    reports: Name
    codebook: Name
    engine: str = Field(min_length=1, max_length=2000)
    adapter: Name | None = None
    options: AskingOptions = AskingOptions()
    examples: ExamplesWanted | None = None
    settings: EngineOptions = EngineOptions()
    limit: int | None = Field(None, ge=1, le=1_000_000_000)
    ids: list[ReportId] | None = Field(None, min_length=1, max_length=200_000)
    fresh: bool = False
    keep_text: bool = True


class KeptRequest(JobRequest):
    """A request as it was when it was made: with the codebook's text, and the file that its gold was copied
    to. What happens to either later changes nothing."""

    codebook_text: str
    gold_copy: str | None = None
