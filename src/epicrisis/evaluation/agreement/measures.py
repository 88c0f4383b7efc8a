"""Which coefficients a kind of variable has, and what each rests on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ...codebook.variable import (
    BooleanVariable,
    CategoryVariable,
    CountVariable,
    DateVariable,
    GroupVariable,
    OrdinalVariable,
    QuantityVariable,
    SpansVariable,
    TextVariable,
)
from ..cells import token_f1
from ..estimate import FEWEST_REPORTS, Estimate, too_few, undefined, wilson
from ..gold import GoldCell
from ..resampling import Array, Resampler
from . import lists
from .coefficients import (
    Codes,
    Coefficient,
    alpha_interval,
    alpha_nominal,
    alpha_ordinal,
    cohen,
    fleiss,
    gwet,
    identity_weights,
    linear_weights,
    mean_of,
    mean_over_reports,
    ordinal_weights,
    pooled,
    quadratic_weights,
    stacked,
    tallied,
)
from .ratings import Ratings, agree_on, nominal, numbers, places

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
else:
    Flags = Any

#: Kinds whose ratings fall into categories, absence being one of them.
NOMINAL = (BooleanVariable, CategoryVariable, OrdinalVariable, CountVariable, DateVariable)
#: Kinds whose ratings are numbers.
NUMERIC = (OrdinalVariable, CountVariable, QuantityVariable, DateVariable)
#: Of each row the first that a variable has is the one to read first.
_HEADLINES = (
    ("percent_agreement",),
    ("quadratic_kappa", "kappa"),
    ("krippendorff_alpha_ordinal", "krippendorff_alpha_interval", "krippendorff_alpha_nominal"),
    ("gwet_ac2", "gwet_ac1"),
    ("token_f1", "strict_f1", "item_f1"),
)
_ALL_THE_SAME = "not defined: all ratings are the same"
_ONE_CATEGORY_EACH = "not defined: each rater gave one and the same throughout"
_NOT_RATED = "not defined: no report has two ratings"
_NO_VALUES = "not defined: no report has two ratings with a value"
_NOTHING_LISTED = "not defined: nobody gave any"


@dataclass(frozen=True, slots=True)
class Measure:
    """A coefficient before it is resampled. ``on`` tells which reports it rests on; ``why_not`` is the reason
    should it have no value; ``share``: it is a plain proportion of the reports; ``note``: how it was made."""

    coefficient: Coefficient
    on: Flags
    why_not: str
    share: bool = False
    note: str | None = None

    @property
    def n(self) -> int:
        """How many reports it rests on."""
        return int(self.on.sum())

    @property
    def value(self) -> float:
        """Its value for the reports as they are; NaN if it has none."""
        return float(self.coefficient(np.ones((1, len(self.on))))[0])


def estimated(measures: Mapping[str, Measure], resampler: Resampler) -> dict[str, Estimate]:
    """The measures with their intervals, or with the reasons why there is none. Shares of two raters have
    Wilson's interval, which holds for 0 % and 100 % too; the others BCa."""
    if not measures:
        return {}
    statistic = stacked([measure.coefficient for measure in measures.values()])
    found = resampler.estimate(statistic, list(measures), [measure.n for measure in measures.values()])
    return {name: _explained(found[name], measure) for name, measure in measures.items()}


def pairwise(ratings: Ratings, left: int, right: int) -> dict[str, Measure]:
    """What two of the raters have in common, by name: percent agreement, then what fits the kind."""
    variable = ratings.variable
    both = ratings.both(left, right)
    equal = _each(both, lambda one, other: float(agree_on(variable, one, other)))
    found = {"percent_agreement": _mean(equal, _NOT_RATED, share=True)}
    if isinstance(variable, OrdinalVariable):
        codes = places(ratings)[:, [left, right]]
        found["quadratic_kappa"] = _kappa(codes, quadratic_weights(len(variable.options)), _NO_VALUES)
        found["linear_kappa"] = _kappa(codes, linear_weights(len(variable.options)), _NO_VALUES)
    if isinstance(variable, NOMINAL):
        categories, codes = nominal(ratings)
        found["kappa"] = _kappa(codes[:, [left, right]], identity_weights(len(categories)), _NOT_RATED)
    if isinstance(variable, TextVariable):
        found["token_f1"] = _mean(_each(both, _text_f1), _NOTHING_LISTED)
    if isinstance(variable, SpansVariable):
        found["strict_f1"] = _f1(both, lambda one, other: lists.matched_mentions(one, other, strict=True))
        found["overlap_f1"] = _f1(both, lambda one, other: lists.matched_mentions(one, other, strict=False))
    if isinstance(variable, GroupVariable):
        found["item_f1"] = _f1(both, lambda one, other: lists.matched_items(variable, one, other))
    return found


def jointly(ratings: Ratings) -> dict[str, Measure]:
    """What all raters have in common, by name, in the order to show: pairwise measures (for more than two
    raters their mean over the pairs), then those that take any number of raters."""
    variable = ratings.variable
    pairs = [pairwise(ratings, left, right) for left, right in ratings.pairs]
    found = {name: mean_of_pairs([pair[name] for pair in pairs]) for name in pairs[0]}
    if ratings.raters > 2:
        found["percent_agreement"] = _mean(_agreeing_pairs(ratings), _NOT_RATED)
    if isinstance(variable, NOMINAL):
        categories, codes = nominal(ratings)
        found |= _of_categories(codes, len(categories), more_than_two=ratings.raters > 2)
    if isinstance(variable, OrdinalVariable):
        found |= _of_order(places(ratings), len(variable.options))
    if isinstance(variable, NUMERIC):
        values = numbers(ratings)
        on = np.isfinite(values).sum(axis=1) >= 2
        found["krippendorff_alpha_interval"] = Measure(
            alpha_interval(values), on, _ALL_THE_SAME if on.any() else _NO_VALUES
        )
    return found


def headline(names: Collection[str]) -> tuple[str, ...]:
    """The measures to read first, of those there are."""
    first = (next((name for name in row if name in names), None) for row in _HEADLINES)
    return tuple(name for name in first if name is not None)


def mean_of_pairs(pairs: Sequence[Measure]) -> Measure:
    """One measure of several pairs of raters: the mean over the pairs for which it is defined (for kappa:
    Light, Psychol Bull 1971;76:365)."""
    if len(pairs) == 1:
        return pairs[0]
    usable = [pair for pair in pairs if np.isfinite(pair.value)]
    if not usable:
        return replace(pairs[0], share=False)
    note = f"mean of {len(usable)} pairs of raters"
    if len(usable) < len(pairs):
        note += f"; not defined for {len(pairs) - len(usable)} more"
    on = np.any([pair.on for pair in usable], axis=0)
    return Measure(mean_of([pair.coefficient for pair in usable]), on, usable[0].why_not, note=note)


def _of_categories(codes: Codes, categories: int, *, more_than_two: bool) -> dict[str, Measure]:
    counts = tallied(codes, max(1, categories))
    on = counts.sum(axis=1) >= 2
    reason = _ALL_THE_SAME if on.any() else _NOT_RATED
    found = {}
    if more_than_two:
        found["fleiss_kappa"] = Measure(fleiss(counts), on, reason)
    found["krippendorff_alpha_nominal"] = Measure(alpha_nominal(counts), on, reason)
    found["gwet_ac1"] = Measure(gwet(counts, identity_weights(counts.shape[1])), on, reason)
    return found


def _of_order(codes: Codes, categories: int) -> dict[str, Measure]:
    counts = tallied(codes, categories)
    on = counts.sum(axis=1) >= 2
    reason = _ALL_THE_SAME if on.any() else _NO_VALUES
    return {
        "krippendorff_alpha_ordinal": Measure(alpha_ordinal(counts), on, reason),
        "gwet_ac2": Measure(gwet(counts, ordinal_weights(categories)), on, reason),
    }


def _kappa(codes: Codes, weights: Array, nothing: str) -> Measure:
    on: Flags = np.all(codes >= 0, axis=1)
    weights = weights if len(weights) else identity_weights(1)
    reason = _ONE_CATEGORY_EACH if on.any() else nothing
    return Measure(cohen(codes[:, 0], codes[:, 1], weights), on, reason)


def _mean(values: Array, nothing: str, *, share: bool = False) -> Measure:
    return Measure(mean_over_reports(values), np.isfinite(values), nothing, share=share)


def _f1(
    both: list[tuple[GoldCell, GoldCell] | None], matched: Callable[[GoldCell, GoldCell], int]
) -> Measure:
    found = np.nan_to_num(_each(both, lambda one, other: 2.0 * matched(one, other)))
    listed = _each(both, lambda one, other: float(len(lists.listed(one)) + len(lists.listed(other))))
    total: Array = np.nan_to_num(listed)
    on: Flags = total > 0
    return Measure(pooled(found, total), on, _NOTHING_LISTED)


def _each(
    both: list[tuple[GoldCell, GoldCell] | None], compare: Callable[[GoldCell, GoldCell], float]
) -> Array:
    """A number for each report that both rated, NaN for the others."""
    return np.array([np.nan if pair is None else compare(*pair) for pair in both], dtype=np.float64)


def _agreeing_pairs(ratings: Ratings) -> Array:
    """The share of the pairs of raters of each report that agree, NaN where fewer than two rated."""
    shares = []
    for row in ratings.cells:
        cells = [cell for cell in row if cell is not None]
        pairs = [
            agree_on(ratings.variable, one, other)
            for place, one in enumerate(cells)
            for other in cells[place + 1 :]
        ]
        shares.append(sum(pairs) / len(pairs) if pairs else np.nan)
    return np.array(shares, dtype=np.float64)


def _text_f1(one: GoldCell, other: GoldCell) -> float:
    """Token F1 of two texts; 0 if only one rater gave any; NaN if neither did."""
    if not one.status.has_value and not other.status.has_value:
        return np.nan
    if not one.status.has_value or not other.status.has_value:
        return 0.0
    left, right = str(one.value), str(other.value)
    return 1.0 if left == right else token_f1(left, right)


def _explained(estimate: Estimate, measure: Measure) -> Estimate:
    """With the reason if there is no value, no interval from fewer than five reports, and how it was made."""
    value = estimate.value
    if value is None:
        return undefined(measure.n, measure.why_not)
    if measure.n < FEWEST_REPORTS:
        estimate = Estimate(value, measure.n, note=too_few(measure.n))
    elif measure.share:
        estimate = wilson(value * measure.n, measure.n)
    if measure.note:
        notes = [note for note in (measure.note, estimate.note) if note]
        estimate = replace(estimate, note="; ".join(notes))
    return estimate
