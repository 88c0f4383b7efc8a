"""A rule: what must hold between the answers to one report."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator, model_validator

from .expression import ExpressionError, parse
from .variable import _Model
from .words import clipped


class Rule(_Model):
    """A condition, or ``condition -> condition``. A bare text is a rule without a name or message."""

    rule: str = Field(description="The condition: `lesion_count > 0 -> lesion_present`.")
    message: str | None = Field(
        default=None, description="What to tell the model that broke it; the rule itself if left out."
    )
    name: str | None = Field(default=None, description="Short name, for notes and reports.")

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, data: Any) -> Any:
        return {"rule": data} if isinstance(data, str) else data

    @field_validator("rule")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            parse(text)
        except ExpressionError as error:
            raise error.of(f"the rule '{clipped(text)}'") from None
        return text

    @property
    def label(self) -> str:
        return self.name or self.rule

    @property
    def complaint(self) -> str:
        """What the model is told, and what is noted of answers that stay as they are."""
        return self.message or f"breaks the rule: {self.rule}"
