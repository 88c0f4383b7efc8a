"""The variables of a codebook, one class per kind."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from .condition import Condition

#: Text that may differ per language: one string, or ``{"nl": "...", "en": "..."}``.
LocalText = str | dict[str, str]
Kind = Literal["boolean", "category", "ordinal", "count", "quantity", "date", "text", "spans", "group"]
#: What to make of several measurements, as in "1.2 x 0.8 cm".
Reduction = Literal["max", "mean", "short_axis", "product"]
StatusName = Literal["stated", "inferred", "not_mentioned", "uncertain", "not_applicable"]
#: Keys that only evaluation reads: they change no question, so no answer has to be asked for again.
SCORING_KEYS = frozenset({"tolerance", "epsilon"})
_MERGE = "For reports that are asked in parts: which part's answer counts."
_MERGE_LISTS = (
    "For reports that are asked in parts: what all of them list, or the first or last that lists any."
)
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class _Model(BaseModel):
    # Numbers are welcome as text: `version: 1` and `display: 3` need no quotes.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, coerce_numbers_to_str=True)


class Code(_Model):
    """A terminology code: the system's name or URI, the code, and how it reads."""

    system: str = Field(description="The terminology: a name such as `SNOMED CT`, or its URI.")
    code: str = Field(description="The code, as written there.")
    display: str | None = Field(default=None, description="How the code reads.")


class Option(_Model):
    """One allowed value of a category or ordinal variable."""

    value: str | int | float = Field(description="What the table will hold.")
    label: LocalText | None = Field(default=None, description="How people read it.")
    definition: str | None = Field(
        default=None, description="When this option is the right one, and not its neighbour."
    )
    synonyms: dict[str, list[str]] = Field(
        default_factory=dict, description="Words that reports use for it, per language."
    )
    codes: list[Code] = Field(default_factory=list, description="Terminology codes.")

    @model_validator(mode="before")
    @classmethod
    def _bare_value(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {"value": data}

    @field_validator("value", mode="before")
    @classmethod
    def _no_booleans(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError(  # noqa: TRY004 - pydantic takes ValueError only
                "an option is true or false: put it in quotes, or make the variable a boolean"
            )
        return value


class Range(_Model):
    """The values a number may take, ends included; a missing end is open."""

    min: float | None = Field(default=None, description="The lowest value allowed.")
    max: float | None = Field(default=None, description="The highest value allowed.")

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"the range contradicts itself: min {self.min:g} is above max {self.max:g}")
        return self

    def holds(self, number: float) -> bool:
        return (self.min is None or number >= self.min) and (self.max is None or number <= self.max)

    def __str__(self) -> str:
        low = "" if self.min is None else f"{self.min:g}"
        high = "" if self.max is None else f"{self.max:g}"
        if low and high:
            return f"{low} to {high}"
        if not low and not high:
            return "any"
        return f"at least {low}" if low else f"at most {high}"


class BaseVariable(_Model):
    """What variables of all kinds have."""

    name: str = Field(
        description="The column in the table: letters, digits, single underscores; no digit first."
    )
    label: LocalText | None = Field(default=None, description="How people read the name.")
    definition: str = Field(
        default="", description="What is asked, in the words of an annotation guide. The model sees it."
    )
    include: list[str] = Field(default_factory=list, description="What counts.")
    exclude: list[str] = Field(
        default_factory=list, description="What does not count, though it looks like it."
    )
    synonyms: dict[str, list[str]] = Field(
        default_factory=dict, description="Words that reports use for it, per language."
    )
    statuses: list[StatusName] | None = Field(
        default=None, min_length=1, description="The statuses an answer may have; all of them if left out."
    )
    when: Condition | None = Field(
        default=None,
        description="Ask only if another variable has this value; `not_applicable` if it has another.",
    )
    codes: list[Code] = Field(default_factory=list, description="Terminology codes.")
    section: str | None = Field(default=None, description="Heading that neighbouring variables share.")

    def allows(self, status: StatusName) -> bool:
        """Whether an answer may carry ``status`` (all, unless the codebook lists them)."""
        return self.statuses is None or status in self.statuses


class BooleanVariable(BaseVariable):
    """Yes or no."""

    kind: Literal["boolean"]
    merge: Literal["any_true", "conclusion", "first", "last"] = Field(default="any_true", description=_MERGE)


class ClosedVariable(BaseVariable):
    """A variable with a closed list of options."""

    options: list[Option] = Field(
        min_length=1, description="The allowed values: a bare value, or a value with its definition."
    )

    @property
    def values(self) -> list[str | int | float]:
        return [option.value for option in self.options]


class CategoryVariable(ClosedVariable):
    """One of several options without an order."""

    kind: Literal["category"]
    merge: Literal["conclusion", "first", "last"] = Field(default="conclusion", description=_MERGE)


class OrdinalVariable(ClosedVariable):
    """One of several options, listed from lowest to highest."""

    kind: Literal["ordinal"]
    merge: Literal["conclusion", "first", "last", "maximum"] = Field(default="conclusion", description=_MERGE)


class CountVariable(BaseVariable):
    """How many: a whole number."""

    kind: Literal["count"]
    range: Range = Field(
        default=Range(min=0), description="The values allowed; at least 0 unless you say otherwise."
    )
    merge: Literal["maximum", "conclusion", "first", "last"] = Field(default="maximum", description=_MERGE)

    @field_validator("range")
    @classmethod
    def _not_below_zero(cls, value: Range) -> Range:
        if value.min is None and (value.max is None or value.max >= 0):
            return Range(min=0, max=value.max)
        if (value.min or 0) < 0 or (value.max or 0) < 0:
            raise ValueError("a count cannot be below zero")
        return value


class QuantityVariable(BaseVariable):
    """A number with a unit."""

    kind: Literal["quantity"]
    unit: str = Field(min_length=1, description="The unit the table is in; `'1'` for a bare number.")
    units: list[str] = Field(default_factory=list, description="Other units that reports use.")
    range: Range | None = Field(default=None, description="The values allowed, in `unit`.")
    reduce: Reduction | None = Field(
        default=None,
        description="What to make of `1.2 x 0.8 cm`: the largest number, the mean, the smallest (the short "
        "axis), or the product, which is an area or a volume. Such answers are refused if left out.",
    )
    tolerance: float = Field(
        default=0.01,
        ge=0,
        lt=1,
        description="For evaluation: two amounts are the same within this fraction of the larger.",
    )
    epsilon: float | None = Field(
        default=None,
        ge=0,
        description="For evaluation: the amount, in `unit`, that R-SMAPE adds to its denominator, so that "
        "small differences near zero weigh little; 0 if left out.",
    )
    merge: Literal["conclusion", "first", "last", "maximum"] = Field(default="conclusion", description=_MERGE)


class DateVariable(BaseVariable):
    """A date, as precise as the report gives it: YYYY, YYYY-MM or YYYY-MM-DD."""

    kind: Literal["date"]
    merge: Literal["conclusion", "first", "last", "maximum"] = Field(default="conclusion", description=_MERGE)


class TextVariable(BaseVariable):
    """Free text, in the report's words."""

    kind: Literal["text"]
    max_length: int = Field(default=300, ge=1, description="Longest answer, in characters.")
    merge: Literal["conclusion", "first", "last"] = Field(default="conclusion", description=_MERGE)


class SpansVariable(BaseVariable):
    """Every mention of something, with its place in the report."""

    kind: Literal["spans"]
    options: list[Option] = Field(default_factory=list, description="The types a mention can have.")
    max_items: int = Field(default=50, ge=1, description="The most mentions to list.")
    merge: Literal["union", "first", "last"] = Field(default="union", description=_MERGE_LISTS)

    @property
    def values(self) -> list[str | int | float]:
        return [option.value for option in self.options]


class GroupVariable(BaseVariable):
    """A set of sub-variables that repeats: one item per lesion, specimen or medication."""

    kind: Literal["group"]
    variables: list[ItemVariable] = Field(
        min_length=1, description="The sub-variables: of any kind but `spans` and `group`."
    )
    max_items: int = Field(default=10, ge=1, description="The most items to list.")
    keys: list[str] = Field(default_factory=list, description="The sub-variables that tell two items apart.")
    merge: Literal["union", "first", "last"] = Field(default="union", description=_MERGE_LISTS)


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
#: How the answers for the parts of a long report become one, where the codebook does not say.
MERGE_DEFAULTS: dict[str, str] = {
    get_args(one.model_fields["kind"].annotation)[0]: one.model_fields["merge"].default
    for one in get_args(get_args(Variable)[0])
}


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
