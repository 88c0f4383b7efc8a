"""The items of a group, gold's and an answer's, matched one to one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...codebook.variable import GroupVariable, ItemVariable, TextVariable
from ...extraction.answer import Answer, Status
from ..cells import Outcome, compare, plain, same_cell, token_f1
from ..gold import GoldCell
from ..pairing import Pair
from ..result import FAILED
from .assignment import assign

#: Two items less alike than this are not the same item.
MINIMUM = 0.5
#: What the other sub-variables add where the keys leave a choice between items.
_TIE_BREAK = 1e-3

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Items:
    """The items of one report. ``matched`` holds places in ``gold`` and in ``answered``; ``failed`` says
    that there is no valid answer at all."""

    gold: Sequence[Item]
    answered: Sequence[Item]
    matched: Sequence[tuple[int, int]]
    failed: bool = False

    @classmethod
    def of(cls, variable: GroupVariable, pair: Pair | None) -> Items:
        if pair is None:
            return cls((), (), ())
        gold = _in_order(variable, pair.gold.value or [])
        said = pair.answer.value if pair.answer.status.has_value else None
        answered = _in_order(variable, said or [])
        failed = pair.answer.status is Status.FAILED
        return cls(gold, answered, match(variable, gold, answered), failed)

    def cells(self, sub: ItemVariable) -> Iterator[tuple[Pair, bool]]:
        """The cells of one sub-variable, each with whether its item is matched.

        Of items without a partner only cells with a value count: missed in gold's, invented in the answer's.
        """
        rows, columns = {row for row, _ in self.matched}, {column for _, column in self.matched}
        for row, column in self.matched:
            yield _pair(sub, self.gold[row].get(sub.name), self.answered[column].get(sub.name)), True
        nothing = Answer(Status.FAILED if self.failed else Status.NOT_MENTIONED)
        for row, item in enumerate(self.gold):
            if row not in rows and plain(item.get(sub.name)) is not None:
                yield _pair(sub, item.get(sub.name), nothing), False
        for column, item in enumerate(self.answered):
            if column not in columns:
                pair = _pair(sub, None, item.get(sub.name))
                if pair.outcome is not Outcome.SILENT:
                    yield pair, False


def match(variable: GroupVariable, gold: Sequence[Item], answered: Sequence[Item]) -> list[tuple[int, int]]:
    """The items that are the same: pairs of places, one to one, with the largest total similarity.

    Only pairs with a similarity of ``MINIMUM`` or more count. Where the keys leave a choice, the other
    sub-variables make it.
    """
    keys = keys_of(variable)
    worth = np.zeros((len(gold), len(answered)))
    for row, wanted in enumerate(gold):
        for column, given in enumerate(answered):
            all_alike = similarity(variable.variables, wanted, given)
            alike = similarity(keys, wanted, given) if len(keys) < len(variable.variables) else all_alike
            if alike is None:
                alike = 1.0 if all_alike is None else all_alike
            if alike >= MINIMUM - 1e-9:
                worth[row, column] = alike + _TIE_BREAK * (all_alike or 0.0)
    return assign(worth)


def keys_of(variable: GroupVariable) -> list[ItemVariable]:
    """The sub-variables that tell items apart: the declared keys, or all."""
    declared = [sub for sub in variable.variables if sub.name in variable.keys]
    return declared or list(variable.variables)


def similarity(subs: Sequence[ItemVariable], one: Item, other: Item) -> float | None:
    """The mean over ``subs``: 1 where two cells are the same, token F1 for texts, 0 where one is silent.

    Sub-variables that are silent on both sides are left out; ``None`` if all are.
    """
    found = []
    for sub in subs:
        left, right = one.get(sub.name), other.get(sub.name)
        value, gold = plain(left), plain(right)
        if value is None and gold is None:
            continue
        if isinstance(sub, TextVariable) and value is not None and gold is not None:
            found.append(1.0 if str(value) == str(gold) else token_f1(str(value), str(gold)))
        else:
            found.append(float(same_cell(sub, left, right)))
    return sum(found) / len(found) if found else None


def _pair(sub: ItemVariable, gold: Any, answer: Any) -> Pair:
    value = plain(gold)
    cell = GoldCell(Status.NOT_MENTIONED if value is None else Status.STATED, value)
    if not isinstance(answer, Answer):
        answer = Answer(Status.NOT_MENTIONED if answer is None else Status.STATED, answer)
    return Pair(cell, answer, compare(sub, answer, value))


def _in_order(variable: GroupVariable, items: Sequence[Item]) -> list[Item]:
    """Without regard to the order given, so that a choice between equals always falls the same way."""
    return sorted(items, key=lambda item: [_written(item.get(sub.name)) for sub in variable.variables])


def _written(cell: Any) -> str:
    if isinstance(cell, Answer) and cell.status is Status.FAILED:
        return FAILED
    return repr(plain(cell))
