"""The variables of a codebook, one class per kind."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .condition import Condition

#: Text that may differ per language: one string, or ``{"nl": "...", "en": "..."}``.
LocalText = str | dict[str, str]
Kind = Literal[
    "boolean", "category", "ordinal", "count", "quantity", "date", "text", "spans", "group"
]
StatusName = Literal["stated", "inferred", "not_mentioned", "uncertain", "not_applicable"]
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Model):
    """A terminology code: the system's name or URI, the code, and how it reads."""

    system: str
    code: str
    display: str | None = None


class Option(_Model):
    """One allowed value of a category or ordinal variable."""

    value: str | int | float
    label: LocalText | None = None
    definition: str | None = None
    synonyms: dict[str, list[str]] = Field(default_factory=dict)
    codes: list[Code] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _bare_value(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"value": data}

    @field_validator("value", mode="before")
    @classmethod
    def _no_booleans(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError(
                "an option is true/false: YAML reads bare yes, no, on and off as booleans; put it in quotes"
            )
        return value


class Range(_Model):
    """The values a number may take, ends included; a missing end is open."""

    min: float | None = None
    max: float | None = None

    def holds(self, number: float) -> bool:
        return (self.min is None or number >= self.min) and (self.max is None or number <= self.max)

    def __str__(self) -> str:
        low = "" if self.min is None else f"{self.min:g}"
        high = "" if self.max is None else f"{self.max:g}"
        if low and high:
            return f"{low} to {high}"
        return f"at least {low}" if low else f"at most {high}"


class BaseVariable(_Model):
    """What variables of all kinds have."""

    name: str
    label: LocalText | None = None
    definition: str = ""
    include: list[str] = Field(default_factory=list)
    exclude: list[str] = Field(default_factory=list)
    synonyms: dict[str, list[str]] = Field(default_factory=dict)
    statuses: list[StatusName] | None = None
    when: Condition | None = None
    codes: list[Code] = Field(default_factory=list)
    section: str | None = None

    def allows(self, status: StatusName) -> bool:
        """Whether an answer may carry ``status`` (all, unless the codebook lists them)."""
        return self.statuses is None or status in self.statuses


class BooleanVariable(BaseVariable):
    """Yes or no."""

    kind: Literal["boolean"]


class ClosedVariable(BaseVariable):
    """A variable with a closed list of options."""

    options: list[Option] = Field(min_length=1)

    @property
    def values(self) -> list[str | int | float]:
        return [option.value for option in self.options]


class CategoryVariable(ClosedVariable):
    """One of several options without an order."""

    kind: Literal["category"]


class OrdinalVariable(ClosedVariable):
    """One of several options, listed from lowest to highest."""

    kind: Literal["ordinal"]


class CountVariable(BaseVariable):
    """How many: a whole number."""

    kind: Literal["count"]
    range: Range = Range(min=0)


class QuantityVariable(BaseVariable):
    """A number with a unit. ``unit`` is the one the table is in; ``units`` are others that reports use."""

    kind: Literal["quantity"]
    unit: str
    units: list[str] = Field(default_factory=list)
    range: Range | None = None


class DateVariable(BaseVariable):
    """A date, as precise as the report gives it: YYYY, YYYY-MM or YYYY-MM-DD."""

    kind: Literal["date"]


class TextVariable(BaseVariable):
    """Free text, in the report's words."""

    kind: Literal["text"]
    max_length: int = Field(default=300, ge=1, description="Longest answer, in characters.")


class SpansVariable(BaseVariable):
    """Every mention of something, with its place; ``options`` are the types a mention can have."""

    kind: Literal["spans"]
    options: list[Option] = Field(default_factory=list)
    max_items: int = Field(default=50, ge=1)

    @property
    def values(self) -> list[str | int | float]:
        return [option.value for option in self.options]


class GroupVariable(BaseVariable):
    """A set of sub-variables that repeats: one item per lesion, specimen or medication.

    ``keys`` name the sub-variables that tell two items apart.
    """

    kind: Literal["group"]
    variables: list[ItemVariable] = Field(min_length=1)
    max_items: int = Field(default=10, ge=1)
    keys: list[str] = Field(default_factory=list)


ItemVariable = Annotated[
    BooleanVariable
    | CategoryVariable
    | OrdinalVariable
    | CountVariable
    | QuantityVariable
    | DateVariable
    | TextVariable,
    Field(discriminator="kind"),
]
Variable = Annotated[
    BooleanVariable
    | CategoryVariable
    | OrdinalVariable
    | CountVariable
    | QuantityVariable
    | DateVariable
    | TextVariable
    | SpansVariable
    | GroupVariable,
    Field(discriminator="kind"),
]
GroupVariable.model_rebuild()


def localised(text: LocalText | None, languages: list[str], default: str = "") -> str:
    """``text`` in the first of ``languages`` it has, else in any it has, else ``default``."""
    if text is None:
        return default
    if isinstance(text, str):
        return text
    for language in languages:
        if language in text:
            return text[language]
    return next(iter(text.values()), default)
