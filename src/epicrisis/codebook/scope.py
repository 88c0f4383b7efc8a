"""What the names in rules and formulas stand for: the kinds, units and options of a codebook's variables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
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
        self.types: dict[str, Type] = {}
        self._top: list[str] = []
        self._invalid = frozenset(invalid)
        for variable in variables:
            self._top.append(variable.name)
            for name, found in _types(variable):
                self.types.setdefault(name, found)
        for name in invalid:
            self._top.append(name)
            self.types.setdefault(name, Type("any", label=name))

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def get(self, name: str) -> Type | None:
        found = self.types.get(name)
        if found is None and name.partition(".")[0] in self._invalid:
            return Type("any", label=name)
        return found

    @property
    def names(self) -> list[str]:
        """All names, for messages."""
        return [*self._top, *(name for name in self.types if "." in name)]


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


def _types(variable: BaseVariable) -> Iterator[tuple[str, Type]]:
    yield variable.name, type_of(variable)
    if isinstance(variable, GroupVariable):
        for part in variable.variables:
            name = f"{variable.name}.{part.name}"
            yield name, replace(type_of(part), group=variable.name, label=name)
