from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from epicrisis.evaluation.estimate import Estimate, undefined, wilson


@settings(deadline=None)
@given(st.integers(5, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_scipy(case: tuple[int, int]) -> None:
    successes, n = case
    found = wilson(successes, n)
    expected = stats.binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert found.value == successes / n
    assert found.low == pytest.approx(expected.low, abs=1e-12)
    assert found.high == pytest.approx(expected.high, abs=1e-12)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_too_few_have_no_interval_and_none_no_value() -> None:
    assert wilson(3, 4) == Estimate(0.75, 4, note="no interval: 4 of at least 5 reports")
    assert wilson(0, 0) == undefined(0, "no such cell")


def test_it_reads_well() -> None:
    assert str(Estimate(0.5, 10, 0.2, 0.8, "Wilson")) == "0.500 (0.200 to 0.800)"
    assert str(Estimate(0.5, 3)) == "0.500"
    assert str(undefined(0, "why")) == "not defined"
