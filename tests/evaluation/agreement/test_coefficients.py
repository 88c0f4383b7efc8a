"""Every coefficient against the example it was published with, and against other programs."""

from __future__ import annotations

import math
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from epicrisis.evaluation.agreement.coefficients import (
    Coefficient,
    alpha_interval,
    alpha_nominal,
    alpha_ordinal,
    cohen,
    fleiss,
    gwet,
    identity_weights,
    linear_weights,
    mean_over_reports,
    ordinal_weights,
    quadratic_weights,
    tallied,
)

#: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section C: four observers, twelve units,
#: values 1 to 5, some missing (0). Gwet's handbook uses the same ratings.
FOUR_OBSERVERS = (
    np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ]
    ).T
    - 1
)
#: Fleiss, Psychol Bull 1971;76:378, table 1: 30 patients, six psychiatrists, five diagnoses.
PSYCHIATRISTS = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555
144444 124444 222333 144444 224445 333335 111455 111112 224444 133555
555555 244444 224555 114444 144445 222224 111155 224444 133333 555555
"""

codes = st.integers(1, 25).flatmap(
    lambda reports: st.integers(2, 5).flatmap(
        lambda raters: arrays(np.int64, (reports, raters), elements=st.integers(-1, 3))
    )
)


def value(coefficient: Coefficient, reports: int) -> float:
    return float(coefficient(np.ones((1, reports)))[0])


def numbers(ratings: Any) -> Any:
    return np.where(ratings < 0, np.nan, ratings)


def from_table(table: list[list[int]]) -> Any:
    """Codes of two raters from their contingency table."""
    return np.array(
        [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]
    )


def kappa(ratings: Any, weights: Any) -> float:
    return value(cohen(ratings[:, 0], ratings[:, 1], weights), len(ratings))


def test_krippendorff_2011() -> None:
    counts = tallied(FOUR_OBSERVERS, 5)
    assert value(alpha_nominal(counts), 12) == pytest.approx(0.743, abs=5e-4)
    assert value(alpha_ordinal(counts), 12) == pytest.approx(0.815, abs=5e-4)
    assert value(alpha_interval(numbers(FOUR_OBSERVERS)), 12) == pytest.approx(0.849, abs=5e-4)


def test_krippendorff_2011_binary() -> None:
    """Section A of the same: two observers, ten units, no values missing."""
    ratings = np.array([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).T
    assert value(alpha_nominal(tallied(ratings, 2)), 10) == pytest.approx(0.095, abs=5e-4)


def test_gwet_handbook_with_missing_ratings() -> None:
    """The values that Gwet's own package irrCAC documents for these ratings (``cac.raw4raters``)."""
    counts = tallied(FOUR_OBSERVERS, 5)
    assert value(gwet(counts, identity_weights(5)), 12) == pytest.approx(0.77544, abs=5e-6)
    assert value(gwet(counts, quadratic_weights(5)), 12) == pytest.approx(0.914, abs=5e-4)
    assert value(fleiss(counts), 12) == pytest.approx(0.76117, abs=5e-6)


def test_gwet_handbook_two_raters() -> None:
    """``cont3x3abstractors`` of irrCAC: two abstractors, 100 pregnancies; values as documented."""
    ratings = from_table([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
    counts = tallied(ratings, 3)
    assert kappa(ratings, identity_weights(3)) == pytest.approx(0.7964094, abs=5e-8)
    assert value(gwet(counts, identity_weights(3)), 100) == pytest.approx(0.8493305, abs=5e-8)
    assert value(alpha_nominal(counts), 100) == pytest.approx(0.7972585, abs=5e-8)


def test_gwet_2002_the_paradox_of_kappa() -> None:
    """Gwet, Kappa statistic is not satisfactory for assessing the extent of agreement between raters, 2002:
    118 of 125 agree on "yes", kappa is below 0, AC1 is 0.94."""
    ratings = from_table([[118, 5], [2, 0]])
    assert kappa(ratings, identity_weights(2)) == pytest.approx(-0.0234, abs=5e-5)
    assert value(gwet(tallied(ratings, 2), identity_weights(2)), 125) == pytest.approx(0.9408, abs=5e-5)


def test_cohen_1968() -> None:
    """Cohen, Psychol Bull 1968;70:213, table 1: 200 patients, three diagnoses, disagreements weighing 1, 3
    and 6: kappa .492, weighted kappa .348."""
    ratings = from_table([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    disagreement = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    assert kappa(ratings, identity_weights(3)) == pytest.approx(0.492, abs=5e-4)
    assert kappa(ratings, 1 - disagreement / 6) == pytest.approx(0.348, abs=5e-4)


def test_fleiss_1971() -> None:
    ratings = np.array([[int(digit) for digit in row] for row in PSYCHIATRISTS.split()]) - 1
    assert ratings.shape == (30, 6)
    assert value(fleiss(tallied(ratings, 5)), 30) == pytest.approx(0.430, abs=5e-4)


def test_ordinal_weights() -> None:
    """As Gwet's handbook and irrCAC have them for three categories."""
    assert ordinal_weights(3) == pytest.approx(np.array([[1, 2 / 3, 0], [2 / 3, 1, 2 / 3], [0, 2 / 3, 1]]))
    assert linear_weights(3) == pytest.approx(np.array([[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]]))
    assert quadratic_weights(3) == pytest.approx(np.array([[1, 0.75, 0], [0.75, 1, 0.75], [0, 0.75, 1]]))


@given(codes, st.sampled_from(["nominal", "ordinal", "interval"]))
def test_alpha_as_the_package_krippendorff_has_it(ratings: Any, level: Any) -> None:
    pairable = ratings[(ratings >= 0).sum(axis=1) >= 2]
    if len(np.unique(pairable[pairable >= 0])) < 2:
        expected = math.nan
    else:
        domain = np.unique(pairable[pairable >= 0])
        data = numbers(pairable).T
        expected = krippendorff.alpha(data, value_domain=domain, level_of_measurement=level)
    counts = tallied(ratings, 4)
    ours = {
        "nominal": alpha_nominal(counts),
        "ordinal": alpha_ordinal(counts),
        "interval": alpha_interval(numbers(ratings)),
    }[level]
    assert value(ours, len(ratings)) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(codes, st.sampled_from([None, "linear", "quadratic"]))
def test_kappa_as_scikit_learn_has_it(ratings: Any, weights: Any) -> None:
    both = ratings[(ratings[:, :2] >= 0).all(axis=1), :2]
    matrix = {None: identity_weights, "linear": linear_weights, "quadratic": quadratic_weights}[weights](4)
    if len(both) == 0 or len(np.unique(both)) == 1:
        assert math.isnan(kappa(ratings, matrix))
        return
    expected = cohen_kappa_score(both[:, 0], both[:, 1], labels=range(4), weights=weights)
    assert kappa(ratings, matrix) == pytest.approx(expected, abs=1e-9)


def all_of(ratings: Any) -> dict[str, Coefficient]:
    counts = tallied(ratings, 4)
    left, right = ratings[:, 0], ratings[:, 1]
    return {
        "kappa": cohen(left, right, identity_weights(4)),
        "linear": cohen(left, right, linear_weights(4)),
        "quadratic": cohen(left, right, quadratic_weights(4)),
        "fleiss": fleiss(counts),
        "nominal": alpha_nominal(counts),
        "ordinal": alpha_ordinal(counts),
        "interval": alpha_interval(numbers(ratings)),
        "ac1": gwet(counts, identity_weights(4)),
        "ac2": gwet(counts, ordinal_weights(4)),
    }


@given(codes, st.randoms(use_true_random=False))
def test_a_weight_is_that_many_copies_of_the_report(ratings: Any, random: Any) -> None:
    weights = np.array([[random.randint(0, 3) for _ in ratings] for _ in range(3)], dtype=float)
    for name, coefficient in all_of(ratings).items():
        weighted = coefficient(weights)
        for row, found in zip(weights, weighted, strict=True):
            copied = np.repeat(ratings, row.astype(int), axis=0)
            if len(copied) == 0:
                assert math.isnan(found)
                continue
            expected = value(all_of(copied)[name], len(copied))
            assert found == pytest.approx(expected, abs=1e-9, nan_ok=True), name


@given(codes)
def test_bounds_and_symmetry(ratings: Any) -> None:
    turned = ratings[::-1, ::-1]
    for name, coefficient in all_of(ratings).items():
        found = value(coefficient, len(ratings))
        assert math.isnan(found) or found <= 1 + 1e-9
        if name in ("kappa", "linear", "quadratic") and ratings.shape[1] > 2:
            continue
        assert value(all_of(turned)[name], len(ratings)) == pytest.approx(found, abs=1e-9, nan_ok=True)


@given(codes, st.permutations(range(4)))
def test_the_names_of_categories_do_not_matter(ratings: Any, names: Any) -> None:
    renamed = np.where(ratings < 0, -1, np.array(names)[ratings])
    for name in ("kappa", "fleiss", "nominal", "ac1"):
        found, other = (value(all_of(one)[name], len(one)) for one in (ratings, renamed))
        assert other == pytest.approx(found, abs=1e-9, nan_ok=True)


@given(codes)
def test_raters_who_say_the_same_agree_wholly(ratings: Any) -> None:
    same = np.repeat(ratings[:, :1], 3, axis=1)
    for coefficient in all_of(same).values():
        found = value(coefficient, len(same))
        assert math.isnan(found) or found == pytest.approx(1)


def test_a_single_category() -> None:
    ratings = np.zeros((8, 2), dtype=np.int64)
    for name, coefficient in all_of(ratings).items():
        found = value(coefficient, 8)
        assert found == 1 if name in ("ac1", "ac2") else math.isnan(found), name
    assert value(gwet(tallied(ratings, 1), identity_weights(1)), 8) == 1


def test_large_numbers_keep_their_digits() -> None:
    days = np.array([[738000.0, 738001.0], [738400.0, 738400.0], [738800.0, 738790.0]])
    assert value(alpha_interval(days), 3) == pytest.approx(value(alpha_interval(days - 738000), 3), abs=1e-12)
    assert math.isnan(value(alpha_interval(np.full((4, 2), 738000.1)), 4))


def test_mean_over_reports_passes_over_those_without() -> None:
    found = mean_over_reports(np.array([1.0, np.nan, 0.0]))(np.array([[1.0, 5.0, 1.0], [0.0, 1.0, 0.0]]))
    assert found[0] == 0.5
    assert math.isnan(found[1])
