"""McNemar's test against published numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2

from epicrisis.evaluation.comparison.mcnemar import FEW, chi_square, exact, mcnemar

_COUNTS = st.integers(0, 300)


@pytest.mark.parametrize(
    ("gained", "lost", "exact_p", "corrected_p"),
    [
        # Fagerland, Lydersen and Laake, BMC Med Res Methodol 2013;13:91: airway hyper-responsiveness before
        # and after stem cell transplantation, and complete response before and after consolidation.
        (1, 7, 0.070, 0.077),
        (6, 16, 0.052, 0.055),
    ],
)
def test_the_published_examples(gained: int, lost: int, exact_p: float, corrected_p: float) -> None:
    assert round(exact(gained, lost), 3) == exact_p
    assert round(chi_square(gained, lost)[1], 3) == corrected_p


def test_few_discordant_cells_are_tested_exactly_many_by_chi_square() -> None:
    few = mcnemar(FEW - 1, 0)
    assert (few.method, few.statistic) == ("exact", None)
    many = mcnemar(5, FEW - 5)
    assert (FEW, many.method) == (25, "chi-square")
    # (|5 - 20| - 1)^2 / 25
    assert many.statistic == pytest.approx(7.84)


def test_no_discordant_cell_is_no_evidence() -> None:
    assert mcnemar(0, 0).p == 1.0
    assert chi_square(0, 0) == (0.0, 1.0)


@given(_COUNTS, _COUNTS)
def test_a_p_is_a_probability_and_does_not_depend_on_the_side(gained: int, lost: int) -> None:
    test, swapped = mcnemar(gained, lost), mcnemar(lost, gained)
    assert 0 < test.p <= 1
    assert test.p == swapped.p
    assert (test.gained, test.lost) == (swapped.lost, swapped.gained)


@given(_COUNTS, _COUNTS)
def test_the_tests_are_those_of_scipy(gained: int, lost: int) -> None:
    if gained + lost:
        assert exact(gained, lost) == pytest.approx(binomtest(gained, gained + lost).pvalue, rel=1e-9)
    statistic, p = chi_square(gained, lost)
    assert p == pytest.approx(chi2.sf(statistic, 1), rel=1e-9)
