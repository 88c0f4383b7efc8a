"""What an example shows: which option values, which variables stated, which left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    GroupVariable,
    SpansVariable,
    Variable,
)
from epicrisis.prompting.worked import WorkedExample

#: A variable's path and one thing that can be shown of it.
Facet = tuple[str, ...]


class Facets(NamedTuple):
    """``values``: options, types of mentions, true and false. ``others``: variables of other kinds that are
    stated, and variables of any kind that are not."""

    values: frozenset[Facet]
    others: frozenset[Facet]


def facets(codebook: Codebook, example: WorkedExample) -> Facets:
    """What ``example`` shows of the variables of ``codebook``, sub-variables of groups included."""
    values: set[Facet] = set()
    others: set[Facet] = set()
    for variable in codebook.variables:
        cell = example.cells.get(variable.name)
        if cell is None:
            others.add((variable.name, "absent"))
            continue
        found = set(_values((variable.name,), variable, cell.value))
        values |= found
        if not found:
            others.add((variable.name, "stated"))
    return Facets(frozenset(values), frozenset(others))


def _values(path: Facet, variable: Variable, value: Any) -> Iterator[Facet]:
    match variable:
        case BooleanVariable() | ClosedVariable():
            yield _shown(path, value)
        case SpansVariable():
            for mention in value:
                if mention.get("type") is not None:
                    yield _shown(path, mention["type"])
        case GroupVariable():
            for item in value:
                yield from _parts(path, variable, item)


def _parts(path: Facet, group: GroupVariable, item: Mapping[str, Any]) -> Iterator[Facet]:
    for part in group.variables:
        if item.get(part.name) is not None:
            yield from _values((*path, part.name), part, item[part.name])


def _shown(path: Facet, value: Any) -> Facet:
    # 1 and "1" are two options.
    return (*path, "value", type(value).__name__, str(value))
