"""Whether a quote still says what its answer says, by the readers that extraction has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    GroupVariable,
    QuantityVariable,
    Variable,
)
from epicrisis.extraction.grounding import Grounds
from epicrisis.extraction.measurements import measurements
from epicrisis.extraction.support import support
from epicrisis.prompting.worked import Cell, WorkedExample


def same_meaning(codebook: Codebook, before: WorkedExample, after: WorkedExample) -> bool:
    """Whether amounts are read from every quote as they were, and options and findings that were named in a
    quote are named in it still."""
    for variable in codebook.variables:
        one, other = before.cells.get(variable.name), after.cells.get(variable.name)
        if one is None or other is None:
            continue
        pairs = zip(_statements(variable, one), _statements(variable, other), strict=True)
        if not all(_same(part, value, old, new) for (part, value, old), (_, _, new) in pairs):
            return False
    return True


def _statements(variable: Variable, cell: Cell) -> Iterator[tuple[Variable, Any, str]]:
    """Each value that has a quote, with the quote."""
    if isinstance(variable, GroupVariable):
        for item in cell.value:
            for part in variable.variables:
                if item.get("quote") and item.get(part.name) is not None:
                    yield part, item[part.name], item["quote"]
    elif cell.quote:
        yield variable, cell.value, cell.quote


def _same(variable: Variable, value: Any, before: str, after: str) -> bool:
    match variable:
        case QuantityVariable():
            return _amounts(variable, before) == _amounts(variable, after)
        case BooleanVariable() | ClosedVariable():
            named = support(variable, value, Grounds(before)) is not None
            return not named or support(variable, value, Grounds(after)) is not None
        case _:
            return True


def _amounts(variable: QuantityVariable, words: str) -> list[tuple[float, str]]:
    return [(one.number, one.unit) for one in measurements(variable, words)]
