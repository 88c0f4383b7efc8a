"""Entity-level scores of any variables, so that lists and single values stand in one table.

A mention is an entity, and so is a value that is not a list, and an item of a group. ``exact``: the same
boundaries (and type), the same value, an item with all its parts the same. ``relaxed``: a character in common
(and the same type), for texts half of the words or more, an item that was matched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..codebook.variable import GroupVariable, SpansVariable, TextVariable, Variable
from . import installed as _installed  # noqa: F401
from .cells import Outcome, same_cell
from .estimate import Estimate
from .measures.assignment import total
from .measures.common import Column, in_gold
from .measures.items import Items
from .measures.mentions import Compared
from .measures.retrieval import Found, retrieval
from .pairing import Pair, Paired
from .resampling import Resampler

#: Stands for all variables together among their names; no variable can be called so.
ALL = "(all)"

#: Right ones, those answered, gold's.
_Counts = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Entities:
    """The entities of one variable (or of all), report by report, compared in two ways."""

    exact: Found
    relaxed: Found

    @classmethod
    def of(cls, variable: Variable, column: Column) -> Entities:
        """Those of the column of one variable (see ``Paired.column``)."""
        counted = [_counts(variable, pair) for pair in column]
        return cls(Found.of([one for one, _ in counted]), Found.of([one for _, one in counted]))

    @classmethod
    def sum_of(cls, parts: Sequence[Entities]) -> Entities:
        """Of all variables together: every entity counts the same (micro)."""
        return cls(_sum(one.exact for one in parts), _sum(one.relaxed for one in parts))

    def estimates(self, resampler: Resampler) -> dict[str, Estimate]:
        """``exact_f1``, ``exact_precision``, ``exact_recall``, and the same three of ``relaxed``."""
        return retrieval(resampler, {"exact_{}": self.exact, "relaxed_{}": self.relaxed}, "entity")


def measure_entities(paired: Paired, resampler: Resampler) -> Mapping[str, dict[str, Estimate]]:
    """The entity-level scores of every variable that is scored somewhere, and of ``ALL``."""
    columns = {variable.name: paired.column(variable.name) for variable in paired.codebook.columns}
    found = {
        name: Entities.of(paired.codebook[name], column)
        for name, column in columns.items()
        if any(pair is not None for pair in column)
    }
    parts = {**found, ALL: Entities.sum_of([*found.values()])}
    return {name: one.estimates(resampler) for name, one in parts.items()}


def credit(variable: Variable, pair: Pair) -> float:
    """How much of one cell is right, from 0 to 1: of a list the F1 of its entities (``exact``), of anything
    else all or nothing."""
    if pair.outcome is not Outcome.WRONG or not isinstance(variable, SpansVariable | GroupVariable):
        return float(pair.outcome.agrees)
    (right, answered, gold), _ = _counts(variable, pair)
    return 2 * right / (answered + gold)


def _counts(variable: Variable, pair: Pair | None) -> tuple[_Counts, _Counts]:
    """Exact and relaxed; a report that is not scored has no entities."""
    if pair is None:
        return (0, 0, 0), (0, 0, 0)
    if isinstance(variable, SpansVariable):
        mentions = Compared.of(pair)
        both = len(mentions.answered), len(mentions.gold)
        return (total(mentions.credit["strict"]), *both), (total(mentions.credit["overlap"]), *both)
    if isinstance(variable, GroupVariable):
        items = Items.of(variable, pair)
        both = len(items.answered), len(items.gold)
        return (_same_items(variable, items), *both), (len(items.matched), *both)
    both = _answered(pair), in_gold(pair)
    near = pair.outcome is Outcome.RIGHT
    return (near and _to_the_word(variable, pair), *both), (near, *both)


def _same_items(variable: GroupVariable, items: Items) -> int:
    return sum(
        all(
            same_cell(sub, items.answered[column].get(sub.name), items.gold[row].get(sub.name))
            for sub in variable.variables
        )
        for row, column in items.matched
    )


def _answered(pair: Pair) -> bool:
    return pair.answer.status.has_value and pair.answer.value is not None


def _to_the_word(variable: Variable, pair: Pair) -> bool:
    if not isinstance(variable, TextVariable):
        return True
    return str(pair.answer.value).split() == str(pair.gold.value).split()


def _sum(parts: Iterable[Found]) -> Found:
    listed = list(parts)
    right, answered, gold = (
        np.sum([getattr(one, name) for one in listed], axis=0) for name in ("right", "answered", "gold")
    )
    return Found(right, answered, gold)
