"""What the names in rules and formulas stand for: the kinds, units and options of a codebook's variables."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from .units import Measure, measure
from .variable import (
    BaseVariable,
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    OrdinalVariable,
    QuantityVariable,
    SpansVariable,
)
from .words import clipped

#: ``any``: a variable that is not valid itself, about which nothing more is said. ``word``: a name that is no
#: variable, and may be an option.
Sort = Literal["boolean", "number", "text", "date", "list", "any", "word"]
_IN_WORDS: dict[Sort, str] = {
    "boolean": "true or false",
    "number": "a number",
    "text": "text",
    "date": "a date",
    "list": "a list",
    "any": "a value",
    "word": "a name",
}


@dataclass(frozen=True, slots=True)
class Type:
    """What a part of an expression gives.

    ``unit``: of a number, where it can be computed with; a number without is bare and takes any. ``opaque``:
    it has a unit that cannot (a score, a temperature). ``options``: what a closed variable can be;
    ``ordered`` if texts among them stand from lowest to highest. ``group``: one value for each item of it.
    """

    sort: Sort
    unit: Measure | None = None
    opaque: bool = False
    options: tuple[str | int | float, ...] = ()
    ordered: bool = False
    group: str | None = None
    label: str = ""

    @property
    def described(self) -> str:
        """``'side' is text``, for messages."""
        return f"{self.name} is {_IN_WORDS[self.sort]}"

    @property
    def name(self) -> str:
        return f"'{clipped(self.label)}'" if self.label else "a part of it"

    @property
    def in_words(self) -> str:
        return _IN_WORDS[self.sort]


class Scope:
    """The types of all names: variables, and ``group.variable`` for what a group has for every item.

    ``invalid``: names of variables that are there but not valid.
    """

    def __init__(self, variables: Iterable[BaseVariable], invalid: Collection[str] = ()) -> None:
        self._variables: dict[str, BaseVariable] = {}
        self._groups: dict[str, str] = {}
        self._invalid = dict.fromkeys(invalid)
        self._types: dict[str, Type] = {}
        for variable in variables:
            self._variables.setdefault(variable.name, variable)
            for part in variable.variables if isinstance(variable, GroupVariable) else ():
                name = f"{variable.name}.{part.name}"
                self._variables.setdefault(name, part)
                self._groups.setdefault(name, variable.name)

    def __contains__(self, name: str) -> bool:
        return name in self._variables or name.partition(".")[0] in self._invalid

    def get(self, name: str) -> Type | None:
        """What a name stands for; ``None`` if it stands for nothing. Units are read here, no sooner: most
        codebooks compute nothing, and Pint takes its time."""
        if name not in self:
            return None
        if name not in self._types:
            self._types[name] = self._type(name)
        return self._types[name]

    def _type(self, name: str) -> Type:
        variable = self._variables.get(name)
        if variable is None:
            return Type("any", label=name)
        return replace(type_of(variable), group=self._groups.get(name), label=name)

    @property
    def names(self) -> list[str]:
        """All names, for messages; those of items last."""
        top = [name for name in self._variables if name not in self._groups]
        return [*top, *self._invalid, *self._groups]


def type_of(variable: BaseVariable) -> Type:
    """What a variable's values are, to an expression."""
    label = variable.name
    if isinstance(variable, BooleanVariable):
        return Type("boolean", label=label)
    if isinstance(variable, CountVariable):
        return Type("number", label=label)
    if isinstance(variable, QuantityVariable):
        unit = measure(variable.unit)
        return Type("number", unit=unit, opaque=unit is None, label=label)
    if isinstance(variable, DateVariable):
        return Type("date", label=label)
    if isinstance(variable, ClosedVariable):
        values = tuple(variable.values)
        if not any(isinstance(value, str) for value in values):
            return Type("number", options=values, label=label)
        return Type("text", options=values, ordered=isinstance(variable, OrdinalVariable), label=label)
    return Type("list" if isinstance(variable, GroupVariable | SpansVariable) else "text", label=label)
