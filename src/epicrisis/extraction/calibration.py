"""From a model's confidence to the share of such answers that are right, as gold once showed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import CodebookError
from .answer import Answer, Extraction
from .curves import CombinedCurve, Curve, footing

#: What a calibration's file is called: the codebook's file name with this for its ending.
SUFFIX = ".calibration.json"
#: Options of asking that change how sure a model seems.
_OF_ASKING = (
    "form",
    "absent",
    "examples",
    "shots",
    "temperature",
    "group_size",
    "dependents_after",
    "samples",
    "think",
    "translate",
    "contextual",
    "bare",
    "adapter",
)

Method = Literal["raw", "isotonic", "platt", "combined"]


class _Document(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class Asking(_Document):
    """The model and the way it was asked: what confidences depend on besides the codebook."""

    model: str
    digest: str | None = None
    prompt_version: str
    options: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def of(cls, model: str, digest: str | None, prompt_version: str, options: Mapping[str, Any]) -> Self:
        """``options`` as a run's manifest has them; those that confidences do not depend on are left."""
        kept = {name: options[name] for name in _OF_ASKING if name in options}
        if isinstance(kept.get("adapter"), Mapping):
            # Weights are the same in any folder.
            kept["adapter"] = kept["adapter"].get("digest")
        return cls(model=model, digest=digest, prompt_version=prompt_version, options=kept)


class Calibration(_Document):
    """What a codebook's confidences are worth, with one model, by one gold.

    ``variables`` holds a curve for each variable that has its own, ``pooled`` the one for the others.
    ``method`` ``raw`` means that no curve made confidences better. ``brier`` and ``ece`` are (before,
    after), the latter cross-validated. ``cells`` and ``reports`` count what it was fitted on.
    """

    method: Method
    variables: dict[str, Curve] = Field(default_factory=dict)
    pooled: Curve | None = None
    codebook: str
    codebook_digest: str
    cells: int
    reports: int
    brier: tuple[float, float]
    ece: tuple[float, float]
    gold: str = ""
    created: str = ""
    run: str | None = None
    asking: Asking | None = None

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a calibration's file. Raises CodebookError if it cannot be read or is none."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise CodebookError(
                f"The calibration cannot be read: {error.strerror}.", path=path, hint=_WITHOUT
            ) from None
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise CodebookError(
                f"This is no calibration: {where + ': ' if where else ''}{first['msg']}.",
                path=path,
                hint=_WITHOUT,
            ) from None

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return self.model_dump(mode="json")

    def apply(self, variable: str, answer: Answer) -> float | None:
        """The probability that this answer of this variable is right; None if it has no confidence."""
        curve = self.variables.get(variable, self.pooled)
        if answer.confidence is None or curve is None:
            return answer.confidence
        if isinstance(curve, CombinedCurve):
            return curve(answer.confidence, answer.votes, footing(answer))
        return curve(answer.confidence)

    def applied(self, extraction: Extraction) -> Extraction:
        """The extraction with its confidences calibrated. Those inside groups stay as they are."""
        answers = {
            name: replace(answer, confidence=self.apply(name, answer))
            for name, answer in extraction.answers.items()
        }
        return replace(extraction, answers=answers)

    def mismatch(self, codebook_digest: str, asking: Asking) -> str | None:
        """Why this calibration says nothing about answers to this codebook, asked this way; None if it
        does. Weights with a digest are the same under any name."""
        if self.codebook_digest != codebook_digest:
            return "it was made with another content of the codebook"
        if self.asking is None:
            return "it does not say which model it was made with"
        if (self.asking.digest or self.asking.model) != (asking.digest or asking.model):
            return f"it was made with the model {self.asking.model}"
        if self.asking.prompt_version != asking.prompt_version:
            return "it was made with another wording of the prompt"
        other = [name for name in _OF_ASKING if self.asking.options.get(name) != asking.options.get(name)]
        return f"it was made with another {' and '.join(other)}" if other else None

    def fits(self, codebook_digest: str, asking: Asking) -> bool:
        """Whether it can be applied to answers to this codebook, asked this way."""
        return self.mismatch(codebook_digest, asking) is None


def beside(codebook: Path) -> Path:
    """Where the calibration of the codebook in this file is kept."""
    return codebook.with_name(codebook.stem + SUFFIX)


_WITHOUT = "Save it anew with 'epicrisis evaluate', remove it, or give --no-calibration."
