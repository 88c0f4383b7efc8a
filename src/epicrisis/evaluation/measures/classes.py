"""The cells of a closed variable as numbers of classes: its options, then silence, then no valid answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ...codebook.variable import BooleanVariable, CategoryVariable, ClosedVariable, OrdinalVariable, Variable
from ...extraction.answer import Status
from ...extraction.checking import option
from ..pairing import Pair
from ..resampling import Array, Statistic, ratio
from ..result import FAILED, SILENT, Confusion
from .common import Column, mean_of_defined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
else:
    Numbers = Flags = Any

NOMINAL = ("balanced_accuracy", "macro_f1", "weighted_f1", "kappa")


def labels_of(variable: Variable) -> tuple[str, ...]:
    """The options of a closed variable as text, in codebook order; none for other kinds."""
    if isinstance(variable, BooleanVariable):
        return ("true", "false")
    if isinstance(variable, CategoryVariable | OrdinalVariable):
        return tuple(str(value) for value in variable.values)
    return ()


def class_of_gold(variable: Variable, pair: Pair) -> int:
    """The number of gold's option; that of silence where gold has no value."""
    options = len(labels_of(variable))
    if pair.gold.value is None:
        return options
    place = _place(variable, pair.gold.value)
    return options if place is None else place


def class_of_answer(variable: Variable, pair: Pair) -> int:
    """As ``class_of_gold``, with one more number for a failed answer. A value that is no option, which an
    older codebook may have left behind, is no valid answer either."""
    options = len(labels_of(variable))
    if pair.answer.status is Status.FAILED:
        return options + 1
    if not pair.answer.status.has_value:
        return options
    place = _place(variable, pair.answer.value)
    return options + 1 if place is None else place


def _place(variable: Variable, value: Any) -> int | None:
    if isinstance(variable, BooleanVariable):
        return 0 if value is True else 1
    if not isinstance(variable, ClosedVariable):
        raise TypeError(f"a {variable.kind} has no classes")
    found = option(variable.values, value)
    return None if found is None else variable.values.index(found)


@dataclass(frozen=True, slots=True)
class Classes:
    """``gold`` and ``answer`` hold a class for each report, -1 where the cell is not scored. The classes
    are the ``options``, then silence; an answer may also be the one after that, failed."""

    options: tuple[str, ...]
    gold: Numbers
    answer: Numbers

    @classmethod
    def of(cls, variable: Variable, column: Column) -> Classes:
        gold = [-1 if pair is None else class_of_gold(variable, pair) for pair in column]
        answer = [-1 if pair is None else class_of_answer(variable, pair) for pair in column]
        return cls(labels_of(variable), np.array(gold, dtype=np.int64), np.array(answer, dtype=np.int64))

    @property
    def silent(self) -> int:
        return len(self.options)

    @property
    def failed(self) -> int:
        return len(self.options) + 1

    @property
    def n(self) -> int:
        return int((self.gold >= 0).sum())

    def confusion(self) -> Confusion | None:
        """How many cells of each class had each answer; ``None`` without cells."""
        if not self.n:
            return None
        size = self.failed + 1
        kept = self.gold >= 0
        flat = np.bincount(self.gold[kept] * size + self.answer[kept], minlength=size * size)
        table = flat.reshape(size, size)
        names = (*self.options, SILENT, FAILED)
        rows = [place for place in range(self.failed) if place < self.silent or table[place].any()]
        columns = [place for place in range(size) if place < self.silent or table[:, place].any()]
        return Confusion(
            tuple(names[place] for place in rows),
            tuple(names[place] for place in columns),
            tuple(tuple(int(table[row, column]) for column in columns) for row in rows),
        )

    def nominal(self) -> Statistic:
        """The measures of ``NOMINAL``, in that order, over all scored cells.

        Silence is a class; a failed answer is one more answer that is never right. Classes that neither
        gold nor the answers of a draw have are left out of its macro F1, and classes that its gold does
        not have out of its balanced accuracy.
        """
        classes = self.failed
        gold = one_hot(self.gold, classes)
        answer = one_hot(self.answer, classes)
        right = gold * answer
        stacked = np.hstack([gold, answer, right])

        def statistic(weights: Array) -> Array:
            sums = weights @ stacked
            in_gold, answered, hit = np.split(sums, 3, axis=1)
            total = in_gold.sum(axis=1)
            f1 = ratio(2 * hit, in_gold + answered)
            weighted = ratio((in_gold * np.where(np.isfinite(f1), f1, 0.0)).sum(axis=1), total)
            by_chance = (in_gold * answered).sum(axis=1)
            kappa = ratio(total * hit.sum(axis=1) - by_chance, total * total - by_chance)
            values = [mean_of_defined(ratio(hit, in_gold)), mean_of_defined(f1), weighted, kappa]
            return np.stack(values, axis=1)

        return statistic


def one_hot(numbers: Numbers, classes: int) -> Array:
    """A row per number with a 1 in its place; all zeros for what is below 0 or not below ``classes``."""
    return np.asarray(numbers[:, None] == np.arange(classes)[None, :], dtype=np.float64)
