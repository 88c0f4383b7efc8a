"""Counts and quantities: how often right, and how far off."""

from __future__ import annotations

from ...codebook.units import accepted_units, convert
from ...codebook.variable import CountVariable, QuantityVariable
from ..cells import Outcome, amount, same
from ..pairing import Pair
from ..resampling import Array, Resampler, Statistic
from ..result import VariableResult
from .common import (
    Column,
    absence,
    accuracy,
    estimates,
    exact,
    in_both,
    in_gold,
    means,
    per_report,
    result,
    share,
)


def measure_count(variable: CountVariable, column: Column, resampler: Resampler) -> VariableResult:
    """Accuracy, and the mean absolute error where both have a number."""
    errors = {
        place: abs(float(pair.answer.value) - float(pair.gold.value))
        for place, pair in enumerate(column)
        if pair is not None and in_both(pair)
    }
    found = estimates(resampler, means(per_report(column, errors)), ["mae"], len(errors))
    return result(variable, column, {"accuracy": accuracy(column), **found, **absence(column)})


def measure_quantity(variable: QuantityVariable, column: Column, resampler: Resampler) -> VariableResult:
    """Exact within the variable's tolerance, R-SMAPE, mean absolute error in its unit, unit accuracy."""
    epsilon = variable.epsilon or 0.0
    errors: dict[int, float] = {}
    relative: dict[int, float] = {}
    for place, pair in enumerate(column):
        if pair is None or not in_gold(pair):
            continue
        relative[place] = 1.0
        joined = _joined(variable, pair) if in_both(pair) else None
        if joined is None:
            continue
        answer, gold, unit = joined
        if unit == variable.unit:
            errors[place] = abs(answer - gold)
        relative[place] = smape_term(answer, gold, epsilon if unit == variable.unit else 0.0)
    n = [len(relative), len(errors)]
    statistic = _complement_of_first(means(per_report(column, relative), per_report(column, errors)))
    found = estimates(resampler, statistic, ["r_smape", "mae"], n)
    metrics = {
        "accuracy": accuracy(column),
        "r_smape": found["r_smape"],
        "exact": exact(column),
        "mae": found["mae"],
        "unit_accuracy": share(
            not wrong_unit(variable, pair) for pair in column if pair is not None and in_both(pair)
        ),
        **absence(column),
    }
    return result(variable, column, metrics, notes=_notes(variable))


def smape_term(answer: float, gold: float, epsilon: float) -> float:
    """``|gold - answer| / (|gold| + |answer| + epsilon)``, in [0, 1]; 0 for two zeros."""
    total = abs(gold) + abs(answer) + epsilon
    return abs(gold - answer) / total if total > 0 else 0.0


def wrong_unit(variable: QuantityVariable, pair: Pair) -> bool:
    """Whether the amounts differ by their unit: no factor joins the two units, or the answer would be
    right if its number were read in another unit that the codebook takes.

    Answers are kept in the table's unit, so a wrong one shows only in the amount: 30 mm where gold has
    3 mm is 3 cm read for 3 mm.
    """
    if pair.outcome is Outcome.RIGHT:
        return False
    joined = _joined(variable, pair)
    if joined is None:
        return True
    answer, gold, unit = joined
    units = accepted_units(variable)
    for written in units:
        number = convert(answer, unit, written)
        for meant in units:
            again = None if number is None else convert(number, meant, unit)
            if again is not None and same(
                variable, {"value": again, "unit": unit}, {"value": gold, "unit": unit}
            ):
                return True
    return False


def _joined(variable: QuantityVariable, pair: Pair) -> tuple[float, float, str] | None:
    """The answer's number, gold's, and the unit both are in; ``None`` if their units do not join."""
    answer, unit = amount(pair.answer.value, variable.unit)
    gold, gold_unit = amount(pair.gold.value, variable.unit)
    return (answer, gold, unit) if unit == gold_unit else None


def _notes(variable: QuantityVariable) -> list[str]:
    bare = variable.unit == "1"
    tolerance = f"Amounts are the same within {variable.tolerance:.3g} of the larger."
    if variable.epsilon is None:
        smape = (
            "R-SMAPE has no epsilon: the codebook gives none, so small differences near zero weigh in full."
        )
    else:
        smape = f"R-SMAPE has an epsilon of {variable.epsilon:g}{'' if bare else f' {variable.unit}'}."
    return [tolerance if bare else f"MAE is in {variable.unit}. {tolerance}", smape]


def _complement_of_first(statistic: Statistic) -> Statistic:
    def complemented(weights: Array) -> Array:
        values = statistic(weights)
        values[:, 0] = 1 - values[:, 0]
        return values

    return complemented
