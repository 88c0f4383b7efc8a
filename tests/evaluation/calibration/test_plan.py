"""The size of a gold that makes intervals as narrow as wanted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError
from epicrisis.evaluation.calibration import ALL, plan
from epicrisis.evaluation.calibration.plan import wilson_half_width
from epicrisis.evaluation.estimate import Estimate, undefined, wilson
from epicrisis.evaluation.result import VariableResult


def variable(name: str, first: Estimate) -> VariableResult:
    second = Estimate(0.5, 10, 0.4, 0.6, "BCa")
    return VariableResult(name, "boolean", first.n, {}, {"accuracy": first, "f1": second})


@given(st.integers(0, 60), st.integers(5, 60), st.sampled_from([0.01, 0.05, 0.2]))
def test_a_proportion_is_planned_by_wilsons_interval(right: int, n: int, half_width: float) -> None:
    right = min(right, n)
    (one,) = plan([variable("a", wilson(right, n))], n, half_width)
    assert one.needed is not None
    share = right / n
    assert wilson_half_width(share, one.needed) <= half_width + 1e-9
    if one.needed > 1:
        assert wilson_half_width(share, one.needed - 1) > half_width - 1e-9


def test_wilsons_half_width_is_that_of_the_interval() -> None:
    interval = wilson(37, 50)
    assert interval.low is not None
    assert interval.high is not None
    assert wilson_half_width(0.74, 50) == pytest.approx((interval.high - interval.low) / 2)


def test_a_half_needs_381_reports_and_says_how_many_more() -> None:
    # z² (1/4) / h² - z² = 384.1 - 3.8, by hand.
    (one,) = plan([variable("a", wilson(50, 100))], 100)
    assert (one.needed, one.more, one.reports, one.measure) == (381, 281, 100, "accuracy")
    (enough,) = plan([variable("a", wilson(500, 1000))], 1000)
    assert enough.more == 0


def test_a_variable_scored_in_few_reports_needs_as_many_more() -> None:
    (one,) = plan([variable("a", wilson(10, 20))], 100)
    assert one.needed == 381 * 5
    assert "20 of 100" in one.note


def test_a_bootstrapped_interval_narrows_with_the_root() -> None:
    (one,) = plan([variable("a", Estimate(0.8, 100, 0.7, 0.9, "BCa"))], 100)
    assert one.needed == 400
    (uneven,) = plan([variable("a", Estimate(0.9, 100, 0.75, 0.95, "BCa"))], 100, 0.1)
    assert uneven.needed == 100


def test_the_one_that_needs_most_comes_first_and_all_cells_last() -> None:
    found = plan(
        [
            variable("good", wilson(99, 100)),
            variable("refused", Estimate(1.0, 100, note="no interval: the reports do not vary")),
            variable("bad", wilson(55, 100)),
            variable("one_class", undefined(3, "one class only")),
        ],
        100,
        overall={"micro": Estimate(0.9, 400, 0.85, 0.95, "BCa"), "macro": wilson(1, 9)},
    )
    assert [one.variable for one in found] == ["bad", "good", "refused", "one_class", ALL]
    assert found[2].needed is None
    assert found[2].more is None
    assert found[2].note == "no interval: the reports do not vary"
    assert found[3].note == "one class only"
    assert (found[4].measure, found[4].needed) == ("micro", 100)


def test_too_few_reports_say_so() -> None:
    (one,) = plan([variable("a", wilson(2, 3))], 3)
    assert one.needed is None
    assert "3 of at least 5" in one.note


def test_a_variable_that_is_not_measured_has_no_plan() -> None:
    assert plan([VariableResult("a", "spans", 0, {}, {})], 10) == ()


@pytest.mark.parametrize("half_width", [0.0, -1.0, 0.5, 5.0, float("nan")])
def test_widths_that_make_no_sense(half_width: float) -> None:
    with pytest.raises(OptionError, match="half-width"):
        plan([], 10, half_width)


def test_the_table_in_the_docs() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "how-much-to-review.md"
    rows = re.findall(r"^\| (\d+) % \| ([\d,]+) \| ([\d,]+) \|$", page.read_text(encoding="utf-8"), re.M)
    assert len(rows) == 5
    for share, *written in rows:
        first = Estimate(int(share) / 100, 1000, 0.0, 1.0, "Wilson")
        needed = [plan([variable("a", first)], 1000, width)[0].needed for width in (0.05, 0.03)]
        assert [f"{number:,}" for number in needed] == written
