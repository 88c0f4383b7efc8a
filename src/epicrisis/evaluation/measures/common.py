"""What the measures of every kind share: how absence went, shares, and intervals with their reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from ...codebook.variable import Variable, localised
from ..cells import Outcome
from ..estimate import FEWEST_REPORTS, Estimate, too_few, wilson
from ..pairing import Pair
from ..resampling import Array, Resampler, Statistic, ratio
from ..result import Confusion, VariableResult

#: The cells of one variable, one place for each report; ``None`` where gold says nothing about it.
Column = Sequence[Pair | None]


def scored(column: Column) -> list[Pair]:
    """The cells that gold says something about."""
    return [pair for pair in column if pair is not None]


def in_gold(pair: Pair) -> bool:
    """Whether gold has a value, not only a status. A list without a mention or an item says nothing."""
    return pair.gold.value is not None and pair.gold.value != []


def in_both(pair: Pair) -> bool:
    """Whether gold and answer both have a value, so that their distance can be measured."""
    return pair.outcome in (Outcome.RIGHT, Outcome.WRONG)


def share(flags: Iterable[bool]) -> Estimate:
    """The share that is true, with its Wilson interval."""
    listed = list(flags)
    return wilson(sum(listed), len(listed))


def outcomes(column: Column) -> dict[str, int]:
    """How many cells had each outcome, all outcomes listed."""
    counts = dict.fromkeys(map(str, Outcome), 0)
    for pair in scored(column):
        counts[str(pair.outcome)] += 1
    return counts


def accuracy(column: Column) -> Estimate:
    """Right or rightly silent, of all scored cells."""
    return share(pair.outcome.agrees for pair in scored(column))


def exact(column: Column) -> Estimate:
    """Right, of the cells in which gold has a value: missed and failed ones are not."""
    return share(pair.outcome is Outcome.RIGHT for pair in scored(column) if in_gold(pair))


def absence(column: Column) -> dict[str, Estimate]:
    """How values were found and how absence went: ``value_recall``, ``value_precision``, ``invented_rate``.

    A failed answer is no value: it counts in the first (as not found) and the last (as not invented).
    """
    cells = scored(column)
    answered = [pair for pair in cells if in_both(pair) or pair.outcome is Outcome.INVENTED]
    return {
        "value_recall": exact(column),
        "value_precision": share(pair.outcome is Outcome.RIGHT for pair in answered),
        "invented_rate": share(pair.outcome is Outcome.INVENTED for pair in cells if not in_gold(pair)),
    }


def estimates(
    resampler: Resampler,
    statistic: Statistic,
    names: Sequence[str],
    n: int | Sequence[int],
    *,
    why: Mapping[str, str] | None = None,
    cases: int | None = None,
) -> dict[str, Estimate]:
    """``resampler.estimate`` with two more reasons: the interval is refused for fewer than five ``cases``
    (``n`` if left out), and ``why`` says by name what it means that a value is not defined."""
    found = resampler.estimate(statistic, names, n)
    for name, estimate in found.items():
        count = estimate.n if cases is None else cases
        if estimate.value is None:
            note = "no such cell" if count == 0 else (why or {}).get(name, estimate.note)
            found[name] = replace(estimate, note=note)
        elif count < FEWEST_REPORTS:
            found[name] = Estimate(estimate.value, estimate.n, note=too_few(count))
    return found


def means(*columns: tuple[Array, Array]) -> Statistic:
    """A statistic of means. Each column is two arrays with a place per report: the sum of the report's
    values, and how many there are."""
    sums = np.stack([values for values, _ in columns], axis=1)
    counts = np.stack([counted for _, counted in columns], axis=1)

    def statistic(weights: Array) -> Array:
        return ratio(weights @ sums, weights @ counts)

    return statistic


def mean_of_defined(values: Array) -> Array:
    """The mean of each row over its values that are not NaN; NaN where there are none."""
    defined = np.isfinite(values)
    return ratio(np.where(defined, values, 0.0).sum(axis=1), defined.sum(axis=1))


def per_report(column: Column, value: Mapping[int, float]) -> tuple[Array, Array]:
    """Values by place in the column as the two arrays that ``means`` takes."""
    values, counts = np.zeros(len(column)), np.zeros(len(column))
    places = list(value)
    values[places] = list(value.values())
    counts[places] = 1.0
    return values, counts


def result(
    variable: Variable,
    column: Column,
    metrics: Mapping[str, Estimate],
    *,
    confusion: Confusion | None = None,
    parts: tuple[VariableResult, ...] = (),
    notes: Sequence[str] = (),
) -> VariableResult:
    """The document of one variable."""
    return VariableResult(
        name=variable.name,
        kind=variable.kind,
        n=len(scored(column)),
        outcomes=outcomes(column),
        metrics=metrics,
        label=localised(variable.label, []),
        confusion=confusion,
        parts=parts,
        notes=tuple(notes),
    )
