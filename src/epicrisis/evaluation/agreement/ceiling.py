"""Human-human agreement beside model-human agreement: how good a model can be expected to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from ...codebook.variable import BooleanVariable, CategoryVariable, Variable
from ...errors import OptionError
from ..estimate import FEWEST_REPORTS, Estimate
from ..gold import Gold, GoldCell
from ..pairing import Paired
from ..resampling import Array, Resampler
from ..result import Ceiling
from .coefficients import Coefficient, mean_of, stacked
from .measures import Measure, estimated, pairwise
from .ratings import Ratings

#: What is compared, where the kind of variable has it.
_COMPARED = (
    "percent_agreement",
    "kappa",
    "quadratic_kappa",
    "token_f1",
    "strict_f1",
    "overlap_f1",
    "item_f1",
)
_OF_VALUES = ("quadratic_kappa",)


def ceiling(paired: Paired, humans: Sequence[Gold], resampler: Resampler) -> tuple[Ceiling, ...]:
    """For every variable that all humans have, and every measure of its kind: how far the humans agree with
    each other, the model with the humans (the mean over them), and the difference, paired over reports.

    All three rest on the same reports: those that every human rated and the model was asked about; for
    weighted kappa, those in which all of them have a value. A failed answer agrees with nobody.
    ``resampler`` draws from the reports of ``paired``. Raises OptionError for fewer than two humans.
    """
    if len(humans) < 2:
        raise OptionError(
            "The agreement between humans needs two of them or more.", hint="Give --human two files of gold."
        )
    return tuple(
        found
        for variable in paired.codebook.columns
        if all(variable.name in human.variables for human in humans)
        for found in _ceilings(_gather(paired, humans, variable), resampler)
    )


def _ceilings(ratings: Ratings, resampler: Resampler) -> Iterator[Ceiling]:
    names = _names(ratings.variable)
    of_all = _pairs(ratings.complete())
    of_values = _pairs(ratings.valued().complete()) if set(names) & set(_OF_VALUES) else of_all
    for name in names:
        pairs = of_values if name in _OF_VALUES else of_all
        # The model comes first, so that its pairs are those with the place 0.
        human = _mean([found[name] for places, found in pairs.items() if places[0] != 0])
        model = _mean([found[name] for places, found in pairs.items() if places[0] == 0])
        human = replace(human, coefficient=_remembering(human.coefficient))
        model = replace(model, coefficient=_remembering(model.coefficient))
        both = {"human": human, "model": model, "difference": _difference(model, human)}
        found = estimated(both, resampler)
        if _always_nothing(found["difference"], both["difference"], resampler):
            note = "the same in every draw"
            found["difference"] = replace(
                found["difference"], low=0.0, high=0.0, method="percentile", note=note
            )
        yield Ceiling(ratings.variable.name, name, **found)


def _always_nothing(estimate: Estimate, difference: Measure, resampler: Resampler) -> bool:
    """Whether model and humans agree alike, however the reports are drawn, as where everybody always agrees.
    No interval of a varying number could be given; and yet they cannot be told apart."""
    if estimate.value != 0 or estimate.low is not None or estimate.n < FEWEST_REPORTS:
        return False
    return bool((resampler.values(stacked([difference.coefficient])) == 0).all())


def _names(variable: Variable) -> list[str]:
    """Kappa without weights is for categories without an order."""
    unordered = isinstance(variable, BooleanVariable | CategoryVariable)
    measures = pairwise(Ratings(variable, (), (), 2), 0, 1)
    return [name for name in _COMPARED if name in measures and (unordered or name != "kappa")]


def _pairs(ratings: Ratings) -> dict[tuple[int, int], dict[str, Measure]]:
    return {places: pairwise(ratings, *places) for places in combinations(range(ratings.raters), 2)}


def _gather(paired: Paired, humans: Sequence[Gold], variable: Variable) -> Ratings:
    """The model's answers, then the humans' ratings, for the reports of ``paired``."""
    rows = []
    for report in paired.reports:
        pair = report.pairs.get(variable.name)
        answer = None if pair is None else GoldCell(pair.answer.status, pair.answer.value)
        rows.append((answer, *(human.cells.get(report.id, {}).get(variable.name) for human in humans)))
    ids = tuple(report.id for report in paired.reports)
    return Ratings(variable, ids, tuple(rows), 1 + len(humans))


def _mean(pairs: Sequence[Measure]) -> Measure:
    """The mean over pairs that rest on the same reports; not defined if one of them is not."""
    first = pairs[0]
    if len(pairs) == 1:
        return first
    reason = next((pair.why_not for pair in pairs if pair.value != pair.value), first.why_not)
    note = f"mean of {len(pairs)} pairs of raters"
    return Measure(mean_of([pair.coefficient for pair in pairs]), first.on, reason, note=note)


def _remembering(coefficient: Coefficient) -> Coefficient:
    """The same, but computed once where it is asked for the same draws again, for the difference."""
    last: list[tuple[Array, Array]] = []

    def remembered(weights: Array) -> Array:
        if not last or last[0][0] is not weights:
            last[:] = [(weights, coefficient(weights))]
        return last[0][1]

    return remembered


def _difference(model: Measure, human: Measure) -> Measure:
    def coefficient(weights: Array) -> Array:
        return model.coefficient(weights) - human.coefficient(weights)

    reason = model.why_not if model.value != model.value else human.why_not
    return Measure(coefficient, human.on, reason)
