"""Variables that are computed from the answers, never asked of the model."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from .condition import Scalar
from .expression import ExpressionError, parse
from .variable import (
    BaseVariable,
    BooleanVariable,
    CategoryVariable,
    CountVariable,
    DateVariable,
    OrdinalVariable,
    QuantityVariable,
    TextVariable,
    _Model,
)
from .words import clipped

#: Stands for any value, and for none, in a row of a table.
ANYTHING = "*"
Cell = Scalar | None
Row = list[Cell | list[Scalar]]


class Case(_Model):
    """A value, and when it is the right one. A case without a condition holds always: it comes last."""

    when: str | None = Field(default=None, description="The condition, as in a rule; always if left out.")
    value: Cell = Field(default=None, description="The value; none if left out.")

    @field_validator("when")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        return _checked(text, "the condition")


class Table(_Model):
    """A table to look a value up in, the first row that fits."""

    columns: list[str] = Field(min_length=1, description="The variables that are looked up, in order.")
    rows: list[Row] = Field(
        min_length=1,
        description="One list each: a value for every column, then the value that follows from them. A list "
        "of values means any of them, `'>= 4'` a comparison, `'*'` anything.",
    )

    @model_validator(mode="after")
    def _rectangular(self) -> Table:
        wanted = len(self.columns) + 1
        for number, row in enumerate(self.rows, 1):
            if len(row) != wanted:
                raise ValueError(
                    f"row {number} of the table has {len(row)} values instead of {wanted}: one for each of "
                    f"{len(self.columns)} columns, and the result"
                )
            if isinstance(row[-1], list):
                raise ValueError(  # noqa: TRY004 - pydantic takes ValueError only
                    f"the result of row {number} of the table is a list, not one value"
                )
        return self


class Derivation(_Model):
    """How a derived variable comes about: exactly one of these."""

    formula: str | None = Field(
        default=None,
        description="What it is computed as: `psa / prostate_volume`. Units are seen to.",
    )
    cases: list[Case] = Field(
        default_factory=list, description="Values with a condition each; the first that holds counts."
    )
    table: Table | None = Field(default=None, description="A table to look the value up in.")

    @field_validator("formula")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        return _checked(text, "the formula")

    @model_validator(mode="after")
    def _one_way(self) -> Derivation:
        given = [name for name in Derivation.model_fields if getattr(self, name)]
        if len(given) != 1:
            found = " and ".join(f"'{name}'" for name in given) or "none"
            raise ValueError(f"one of 'formula', 'cases' and 'table' says how it is derived, not {found}")
        return self

    @property
    def described(self) -> str:
        """How it comes about, in a few words."""
        if self.formula is not None:
            return self.formula
        return "by cases" if self.cases else "from a table"


class DerivedBoolean(BooleanVariable, Derivation):
    """Computed: yes or no."""


class DerivedCategory(CategoryVariable, Derivation):
    """Computed: one of several options."""


class DerivedOrdinal(OrdinalVariable, Derivation):
    """Computed: one of several options, from lowest to highest."""


class DerivedCount(CountVariable, Derivation):
    """Computed: a whole number."""


class DerivedQuantity(QuantityVariable, Derivation):
    """Computed: a number with a unit."""


class DerivedDate(DateVariable, Derivation):
    """Computed: a date."""


class DerivedText(TextVariable, Derivation):
    """Computed: a text."""


DerivedVariable = Annotated[
    DerivedBoolean
    | DerivedCategory
    | DerivedOrdinal
    | DerivedCount
    | DerivedQuantity
    | DerivedDate
    | DerivedText,
    Field(discriminator="kind"),
]
DERIVED_MODELS: dict[str, type[BaseVariable]] = {
    "boolean": DerivedBoolean,
    "category": DerivedCategory,
    "ordinal": DerivedOrdinal,
    "count": DerivedCount,
    "quantity": DerivedQuantity,
    "date": DerivedDate,
    "text": DerivedText,
}


def _checked(text: str | None, what: str) -> str | None:
    if text is not None:
        try:
            parse(text)
        except ExpressionError as error:
            raise error.of(f"{what} '{clipped(text)}'") from None
    return text
