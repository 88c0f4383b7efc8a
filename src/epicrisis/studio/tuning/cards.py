"""An adapter's card as pages show it: what it was trained on, with what, and how good it is."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError

from ...adapter import Adapter
from ...errors import ModelError
from ...evaluation.comparison.result import Verdict
from ...evaluation.report.words import metric_label


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def mapping(value: Any) -> Any:
    """A part of a document, empty where it is ``null``."""
    return {} if value is None else value


Number = Annotated[float | None, BeforeValidator(_finite)]
Plain = str | int | float | bool | None


class Estimate(BaseModel):
    """A measured value with its interval; ``note``: why there is none."""

    value: Number = None
    low: Number = None
    high: Number = None
    note: str | None = None


class Compared(BaseModel):
    """A metric of the base as it was and with the adapter; ``difference``: after minus before, paired over
    the same reports. ``verdict`` is ``evaluation.comparison``'s."""

    name: str = ""
    metric: str = ""
    before: Annotated[Estimate, BeforeValidator(mapping)] = Estimate()
    after: Annotated[Estimate, BeforeValidator(mapping)] = Estimate()
    difference: Estimate | None = None
    verdict: str | None = None

    @property
    def label(self) -> str:
        """The metric as people read it."""
        return metric_label(self.metric)

    @property
    def judged(self) -> str | None:
        """The verdict; where the card has none, what the interval of the difference says."""
        if self.verdict is not None or self.difference is None:
            return self.verdict
        low, high = self.difference.low, self.difference.high
        if low is None or high is None:
            return None
        return str(Verdict.BETTER if low > 0 else Verdict.WORSE if high < 0 else Verdict.NONE)


class Metrics(Compared):
    """What was measured on the reports of ``split``, asked through ``through``."""

    split: str = "test"
    through: str = ""
    reports: int | None = None
    variables: list[Compared] = []


class Part(BaseModel):
    """The reports of a part."""

    count: int = 0


class Dropped(BaseModel):
    """Reports that were not used, and why."""

    why: str
    count: int


class Data(BaseModel):
    """The gold and how its reports were shared out."""

    gold: str | None = None
    reports: int | None = None
    patients: int | None = None
    train: Annotated[Part, BeforeValidator(mapping)] = Part()
    validation: Annotated[Part, BeforeValidator(mapping)] = Part()
    test: Annotated[Part, BeforeValidator(mapping)] = Part()
    dropped: list[Dropped] = []


class Base(BaseModel):
    """The model it was trained on."""

    name: str | None = None
    digest: str | None = None
    kind: str | None = None
    architecture: str | None = None
    licence: str | None = None


class CodebookOf(BaseModel):
    """The codebook it answers."""

    name: str | None = None
    version: str | int | float | None = None
    digest: str | None = None


class Asking(BaseModel):
    """How it is asked."""

    form: str | None = None
    bare: bool = False


class TrainingOf(BaseModel):
    """How it was trained. ``seconds`` of training alone, ``choosing_seconds`` of validation."""

    epochs: Number = None
    steps: int | None = None
    best_epoch: Number = None
    tokens: int | None = None
    seconds: Number = None
    choosing_seconds: Number = None
    device: str | None = None


class Agreement(BaseModel):
    """How far llama.cpp and transformers agree with the adapter, as differences of logits."""

    positions: int | None = None
    mean: Number = None
    largest: Number = None
    tolerance: Number = None
    without_adapter: Number = None

    @property
    def holds(self) -> bool:
        return self.mean is not None and self.tolerance is not None and self.mean <= self.tolerance


class Card(BaseModel):
    """The parts of a card that people read; what is in the file besides stays there."""

    name: str
    created: str | None = None
    digest: str = ""
    base: Base = Base()
    codebook: Annotated[CodebookOf, BeforeValidator(mapping)] = CodebookOf()
    asking: Annotated[Asking, BeforeValidator(mapping)] = Asking()
    data: Annotated[Data, BeforeValidator(mapping)] = Data()
    settings: Annotated[dict[str, Plain | list[Plain]], BeforeValidator(mapping)] = {}
    training: Annotated[TrainingOf, BeforeValidator(mapping)] = TrainingOf()
    metrics: Metrics | None = None
    agreement: Agreement | None = None
    notes: Annotated[list[str], BeforeValidator(lambda value: value or [])] = []
    versions: Annotated[dict[str, str], BeforeValidator(mapping)] = {}


def card_of(adapter: Adapter) -> Card:
    """Raises ModelError where the card has another form."""
    try:
        return Card.model_validate(dict(adapter.card))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise ModelError(
            f"The adapter's card has another form than it should, at {where}.",
            hint="Copy the whole folder again, or train again.",
            path=adapter.folder,
        ) from None
