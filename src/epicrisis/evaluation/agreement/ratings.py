"""The ratings of one variable: who said what of which report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np

from ...codebook.variable import (
    BooleanVariable,
    ClosedVariable,
    CountVariable,
    DateVariable,
    QuantityVariable,
    Variable,
)
from ...extraction.answer import Status
from ..cells import amount, same
from ..gold import Gold, GoldCell
from ..resampling import Array
from ..result import FAILED, SILENT
from .coefficients import Codes


@dataclass(frozen=True, slots=True)
class Ratings:
    """``cells``: a row for each report, a place for each rater; ``None`` where there is no rating."""

    variable: Variable
    reports: tuple[str, ...]
    cells: tuple[tuple[GoldCell | None, ...], ...]
    raters: int

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The places of any two raters."""
        return list(combinations(range(self.raters), 2))

    def valued(self) -> Ratings:
        """Only the ratings that have a value; the reports stay."""
        return self._only(lambda cell: cell.status.has_value)

    def answered(self) -> Ratings:
        """Without failed answers, which are no ratings; the reports stay."""
        return self._only(lambda cell: cell.status is not Status.FAILED)

    def complete(self) -> Ratings:
        """Only the reports that all raters have a rating for; the others stay, without any."""
        nobody = (None,) * self.raters
        return replace(
            self, cells=tuple(row if all(cell is not None for cell in row) else nobody for row in self.cells)
        )

    def shared(self) -> int:
        """How many reports have two ratings or more."""
        return sum(sum(cell is not None for cell in row) >= 2 for row in self.cells)

    def both(self, left: int, right: int) -> list[tuple[GoldCell, GoldCell] | None]:
        """The ratings of two raters, ``None`` for a report that either did not rate."""
        return [
            None if (one := row[left]) is None or (other := row[right]) is None else (one, other)
            for row in self.cells
        ]

    def _only(self, keep: Any) -> Ratings:
        rows = (
            tuple(cell if cell is not None and keep(cell) else None for cell in row) for row in self.cells
        )
        return replace(self, cells=tuple(rows))


def gather(golds: Sequence[Gold], variable: Variable) -> Ratings:
    """The ratings of one variable by all raters, over the reports that any of them rated."""
    seen: dict[str, None] = {}
    for gold in golds:
        seen.update(dict.fromkeys(report for report, cells in gold.cells.items() if variable.name in cells))
    rows = tuple(tuple(gold.cells.get(report, {}).get(variable.name) for gold in golds) for report in seen)
    return Ratings(variable, tuple(seen), rows, len(golds))


def agree_on(variable: Variable, one: GoldCell, other: GoldCell) -> bool:
    """Whether two ratings say the same: the same value, or both none. A failed answer agrees with nothing."""
    if Status.FAILED in (one.status, other.status):
        return False
    if not one.status.has_value or not other.status.has_value:
        return one.status.has_value is other.status.has_value
    return same(variable, one.value, other.value)


def nominal(ratings: Ratings) -> tuple[tuple[str, ...], Codes]:
    """The categories, and the code of every rating (reports x raters, -1 for none).

    Categories are the options in codebook order, whether anybody chose them or not, or the values that were
    given; then ``(none)`` for a rating without a value and ``(failed)``, where there are such.
    """
    variable = ratings.variable
    option_of = _option_finder(variable)
    names = [[_category(cell, option_of) for cell in row] for row in ratings.cells]
    used = dict.fromkeys(name for row in names for name in row if name is not None)
    special = [name for name in (SILENT, FAILED) if name in used]
    values = [name for name in used if name not in special]
    if isinstance(variable, ClosedVariable | BooleanVariable):
        known = _options(variable)
        values = [*known, *(name for name in values if name not in known)]
    else:
        values.sort(key=lambda name: (len(name), name) if isinstance(variable, CountVariable) else (0, name))
    categories = (*values, *special)
    place = {name: number for number, name in enumerate(categories)}
    codes = [[-1 if name is None else place[name] for name in row] for row in names]
    return categories, np.array(codes, dtype=np.int64).reshape(len(names), ratings.raters)


def places(ratings: Ratings) -> Codes:
    """The place of every rating on the scale of an ordinal variable, from 0; -1 for none or no value."""
    categories, codes = nominal(ratings.valued())
    return np.where(codes < len(_options(ratings.variable)), codes, -1) if categories else codes


def numbers(ratings: Ratings) -> Array:
    """Every rating as a number (reports x raters), NaN for none, no value, or no number.

    Quantities in the variable's unit; days for dates, of which those without a day have no number; ordinals
    as the numbers the options are, or their places where not all of them are numbers.
    """
    rows = [[_number(ratings.variable, cell) for cell in row] for row in ratings.cells]
    return np.array(rows, dtype=np.float64).reshape(len(rows), ratings.raters)


def _options(variable: Variable) -> list[str]:
    if isinstance(variable, ClosedVariable):
        return [str(value) for value in variable.values]
    return ["false", "true"]


def _option_finder(variable: Variable) -> Callable[[Any], str]:
    """What finds the name of a value's category; it looks a value up among the options once."""
    if not isinstance(variable, ClosedVariable):
        return lambda value: str(value).lower() if isinstance(value, bool) else str(value)
    values, found = variable.values, dict[Any, str]()

    def find(value: Any) -> str:
        if value not in found:
            known = (str(option) for option in values if same(variable, option, value))
            found[value] = next(known, str(value))
        return found[value]

    return find


def _category(cell: GoldCell | None, option_of: Callable[[Any], str]) -> str | None:
    if cell is None:
        return None
    if cell.status is Status.FAILED:
        return FAILED
    return option_of(cell.value) if cell.status.has_value else SILENT


def _number(variable: Variable, cell: GoldCell | None) -> float:
    if cell is None or not cell.status.has_value:
        return np.nan
    if isinstance(variable, QuantityVariable):
        number, unit = amount(cell.value, variable.unit)
        return number if unit == variable.unit else np.nan
    if isinstance(variable, DateVariable):
        text = str(cell.value)
        return float(date.fromisoformat(text).toordinal()) if len(text) == len("2020-01-31") else np.nan
    if isinstance(variable, ClosedVariable):
        numeric = all(isinstance(value, int | float) for value in variable.values)
        for place, value in enumerate(variable.values):
            if same(variable, value, cell.value):
                return float(value) if numeric else float(place)
        return np.nan
    return float(cell.value) if isinstance(cell.value, int | float) else np.nan
