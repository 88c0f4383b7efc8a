"""Coefficients of agreement, each a function of how often every report was drawn.

Ratings come as codes (reports x raters; the place of the category, -1 for none) or, for scales with
distances, as numbers (NaN for none). What depends on one report only is computed once, so that any number
of draws is a few matrix products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..resampling import Array, Statistic, ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Codes = NDArray[np.int64]
    #: Weights (draws x reports) in, one value for each draw out; NaN where it is not defined.
    Coefficient = Callable[[Array], Array]
else:
    Codes = Any
    Coefficient = Callable

#: Less chance disagreement than this is none: what is left of it is rounding.
_NOTHING = 1e-12


def stacked(coefficients: Sequence[Coefficient]) -> Statistic:
    """Several coefficients as one statistic, a column for each."""
    return lambda weights: np.stack([one(weights) for one in coefficients], axis=1)


def mean_of(coefficients: Sequence[Coefficient]) -> Coefficient:
    """The mean of several coefficients; NaN where one of them is."""
    return lambda weights: np.asarray(stacked(coefficients)(weights).mean(axis=1))


def mean_over_reports(values: Array) -> Coefficient:
    """The mean of one number for each report (NaN: the report has none)."""
    here = np.isfinite(values)
    return pooled(np.where(here, values, 0.0), here.astype(np.float64))


def pooled(numerators: Array, denominators: Array) -> Coefficient:
    """The sum of one number over the reports divided by the sum of another."""

    both = np.stack([numerators, denominators], axis=1)

    def coefficient(weights: Array) -> Array:
        sums = weights @ both
        return ratio(sums[:, 0], sums[:, 1])

    return coefficient


def tallied(codes: Codes, categories: int) -> Array:
    """How many raters put each report into each category (reports x categories)."""
    counts = np.zeros((len(codes), categories))
    for rater in codes.T:
        rated = np.flatnonzero(rater >= 0)
        counts[rated, rater[rated]] += 1
    return counts


def identity_weights(categories: int) -> Array:
    """Agreement is all or nothing."""
    return np.eye(categories)


def linear_weights(categories: int) -> Array:
    """``1 - |i - j| / (q - 1)``: disagreement grows with the distance (Cicchetti & Allison, Am J EEG Technol
    1971;11:101)."""
    return 1 - _distances(categories) / max(1, categories - 1)


def quadratic_weights(categories: int) -> Array:
    """``1 - (i - j)^2 / (q - 1)^2``: disagreement grows with the square of the distance (Fleiss & Cohen,
    Educ Psychol Meas 1973;33:613)."""
    return 1 - (_distances(categories) / max(1, categories - 1)) ** 2


def ordinal_weights(categories: int) -> Array:
    """``1 - C(|i - j| + 1, 2) / C(q, 2)``: only the order of the categories counts (Gwet, Handbook of
    Inter-Rater Reliability, 4th ed. 2014, chapter 3)."""
    apart = _distances(categories)
    return 1 - apart * (apart + 1) / max(1, categories * (categories - 1))


def cohen(left: Codes, right: Codes, weights: Array) -> Coefficient:
    """Cohen's kappa of two raters over the reports that both rated, weighted by ``weights`` (categories x
    categories, 1 for full agreement).

    ``(po - pe) / (1 - pe)`` with ``pe`` from each rater's own shares: Cohen, Educ Psychol Meas 1960;20:37
    (identity weights) and Psychol Bull 1968;70:213. Not defined where both put all into one category.
    """
    both = (left >= 0) & (right >= 0)
    agreeing = np.where(both, weights[left, right], 0.0)
    one = tallied(np.where(both, left, -1)[:, None], len(weights))
    other = tallied(np.where(both, right, -1)[:, None], len(weights))
    # One product with the draws for all sums: they are what takes time.
    summed = np.column_stack([both.astype(np.float64), agreeing, one, other])

    def coefficient(drawn: Array) -> Array:
        n, agreed, *shares = np.split(drawn @ summed, [1, 2, 2 + len(weights)], axis=1)
        expected = ((shares[0] @ weights) * shares[1]).sum(axis=1)
        return _beyond_chance(ratio(agreed[:, 0], n[:, 0]), ratio(expected, n[:, 0] ** 2))

    return coefficient


def fleiss(counts: Array) -> Coefficient:
    """Fleiss' kappa from tallied ratings: Fleiss, Psychol Bull 1971;76:378, with the generalisation to
    missing ratings of Gwet (Handbook 2014, chapter 2): observed agreement over the reports with two ratings
    or more, chance from the mean shares over all reports rated."""
    observed, shares = _observed(counts, identity_weights(counts.shape[1])), _shares(counts)

    def coefficient(drawn: Array) -> Array:
        return _beyond_chance(observed(drawn), (shares(drawn) ** 2).sum(axis=1))

    return coefficient


def gwet(counts: Array, weights: Array) -> Coefficient:
    """Gwet's AC1 (identity weights) or AC2 (others) from tallied ratings.

    Chance agreement is ``sum(w) / (q (q - 1)) * sum(pi_k (1 - pi_k))`` over the q categories, ``pi_k`` from
    all reports rated: Gwet, Br J Math Stat Psychol 2008;61:29, and Handbook 2014, chapters 2 to 4. Defined
    with a single category too: chance agreement is then 0.
    """
    categories = counts.shape[1]
    observed, shares = _observed(counts, weights), _shares(counts)
    factor = float(weights.sum()) / (categories * (categories - 1)) if categories > 1 else 0.0

    def coefficient(drawn: Array) -> Array:
        share = shares(drawn)
        return _beyond_chance(observed(drawn), factor * (share * (1 - share)).sum(axis=1))

    return coefficient


def alpha_nominal(counts: Array) -> Coefficient:
    """Krippendorff's alpha for categories without an order, from tallied ratings.

    ``1 - Do / De`` over the reports with two ratings or more: Krippendorff, Computing Krippendorff's
    Alpha-Reliability, 2011. Not defined where all ratings are the same.
    """
    counts, raters = _pairable(counts)
    apart = ratio(raters**2 - (counts**2).sum(axis=1), raters - 1)
    apart = np.where(raters > 0, apart, 0.0)

    def coefficient(drawn: Array) -> Array:
        totals = drawn @ counts
        n = totals.sum(axis=1)
        return _alpha(ratio(drawn @ apart, n), ratio(n**2 - (totals**2).sum(axis=1), n * (n - 1)))

    return coefficient


def alpha_ordinal(counts: Array) -> Coefficient:
    """Krippendorff's alpha for ordered categories (source as ``alpha_nominal``).

    The distance of two categories is the number of ratings between their middles, so that it changes with
    every draw: observed disagreement comes from the coincidences of categories.
    """
    counts, raters = _pairable(counts)
    categories = counts.shape[1]
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs[:, np.arange(categories), np.arange(categories)] -= counts
    coincidences = (pairs / np.maximum(1, raters - 1)[:, None, None]).reshape(len(counts), categories**2)

    def coefficient(drawn: Array) -> Array:
        totals = drawn @ counts
        n = totals.sum(axis=1)
        middles = ratio(np.cumsum(totals, axis=1) - totals / 2, n[:, None])
        together = (drawn @ coincidences).reshape(-1, categories, categories)
        squares = (totals * middles**2).sum(axis=1)
        observed = squares - np.einsum("dc,dck,dk->d", middles, together, middles)
        expected = n * squares - (totals * middles).sum(axis=1) ** 2
        return _alpha(ratio(observed, n), ratio(expected, n * (n - 1)))

    return coefficient


def alpha_interval(values: Array) -> Coefficient:
    """Krippendorff's alpha for numbers (reports x raters, NaN for none): the disagreement of two ratings is
    the square of their difference. Source as ``alpha_nominal``."""
    here = np.isfinite(values)
    here &= (here.sum(axis=1) >= 2)[:, None]
    if here.any():
        # Neither the origin nor the unit changes alpha; small numbers around 0 keep their digits.
        values = values - values[here].mean()
        values = values / max(float(np.abs(values[here]).max()), _NOTHING)
    kept = np.where(here, values, 0.0)
    raters, sums, squares = here.sum(axis=1).astype(np.float64), kept.sum(axis=1), (kept**2).sum(axis=1)
    apart = np.where(raters > 0, ratio(raters * squares - sums**2, raters - 1), 0.0)

    def coefficient(drawn: Array) -> Array:
        n = drawn @ raters
        expected = n * (drawn @ squares) - (drawn @ sums) ** 2
        return _alpha(ratio(drawn @ apart, n), ratio(expected, n * (n - 1)))

    return coefficient


def _distances(categories: int) -> Array:
    places = np.arange(categories, dtype=np.float64)
    return np.abs(places[:, None] - places[None, :])


def _observed(counts: Array, weights: Array) -> Coefficient:
    """The mean agreement of the pairs of raters within a report, over reports with two ratings or more."""
    raters = counts.sum(axis=1)
    agreeing = (counts * (counts @ weights - 1)).sum(axis=1)
    return mean_over_reports(np.where(raters >= 2, ratio(agreeing, raters * (raters - 1)), np.nan))


def _shares(counts: Array) -> Coefficient:
    """The mean share of each category over the reports rated (draws x categories)."""
    raters = counts.sum(axis=1)
    rated = (raters > 0).astype(np.float64)
    shares = counts / np.maximum(1, raters)[:, None]

    def coefficient(drawn: Array) -> Array:
        return ratio(drawn @ shares, (drawn @ rated)[:, None])

    return coefficient


def _pairable(counts: Array) -> tuple[Array, Array]:
    """The tallies with nothing where fewer than two rated, and the number of raters."""
    raters = counts.sum(axis=1)
    counts = np.where((raters >= 2)[:, None], counts, 0.0)
    return counts, counts.sum(axis=1)


def _beyond_chance(observed: Array, expected: Array) -> Array:
    room = 1 - expected
    return ratio(observed - expected, np.where(room < _NOTHING, 0.0, room))


def _alpha(observed: Array, expected: Array) -> Array:
    return 1 - ratio(observed, np.where(expected < _NOTHING, 0.0, expected))
