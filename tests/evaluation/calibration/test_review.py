"""How much to review: the curve, the share for a target, and what it means without confidences."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError
from epicrisis.evaluation.calibration import review
from epicrisis.evaluation.pairing import Paired
from epicrisis.evaluation.resampling import Resampler

Make = Callable[..., Paired]
SURE, DOUBTFUL = (0.95, True), (0.3, False)


def test_a_perfect_order_finds_the_errors_first(paired: Make) -> None:
    rows = [[SURE, SURE]] * 80 + [[DOUBTFUL, SURE]] * 20
    found = review(paired(rows), Resampler(100, draws=400), 0.95)
    # 20 of 200 cells are wrong, 10 may stay: 10 of 100 reports.
    assert found.needed is not None
    assert found.needed.value == pytest.approx(0.10)
    assert found.needed.n == 100
    assert found.needed.low is not None
    assert found.needed.high is not None
    assert 0 <= found.needed.low < 0.10 < found.needed.high < 0.3
    assert found.at_random == pytest.approx(0.5)
    by_share = {round(point.reviewed, 4): point.accuracy for point in found.curve}
    assert by_share[0.0] == pytest.approx(0.90)
    assert by_share[0.1] == pytest.approx(0.95)
    assert by_share[0.2] == pytest.approx(1.0)
    assert by_share[1.0] == 1.0
    assert len(found.curve) == 101


def test_a_curve_never_falls_and_thresholds_rise(simulated: Make) -> None:
    curve = review(simulated(250, 3), Resampler(250, draws=20)).curve
    assert len(curve) == 101
    assert all(left.accuracy <= right.accuracy for left, right in pairwise(curve))
    assert all(left.reviewed < right.reviewed for left, right in pairwise(curve))
    assert curve[0].threshold is None
    thresholds = [point.threshold for point in curve[1:]]
    assert thresholds == sorted(thresholds, key=lambda one: one or 0)


def test_an_order_by_confidence_beats_chance(simulated: Make) -> None:
    found = review(simulated(300, 2), Resampler(300, draws=100), 0.9)
    assert found.needed is not None
    assert found.needed.value is not None
    assert found.at_random is not None
    assert found.needed.value < found.at_random - 0.1


def test_the_share_is_the_first_point_of_the_curve_that_reaches_the_target(simulated: Make) -> None:
    one = simulated(60, 3)
    for target in (0.7, 0.85, 0.98, 1.0):
        found = review(one, Resampler(60, draws=20), target)
        assert found.needed is not None
        reached = next(point.reviewed for point in found.curve if point.accuracy >= target - 1e-12)
        assert found.needed.value == pytest.approx(reached)


def test_a_target_already_reached_needs_no_review(paired: Make) -> None:
    found = review(paired([[SURE]] * 30 + [[DOUBTFUL]]), Resampler(31, draws=50), 0.9)
    assert found.needed is not None
    assert found.needed.value == 0.0
    assert found.at_random == 0.0


def test_failed_answers_come_first(paired: Make) -> None:
    found = review(paired([[SURE]] * 9 + [["failed"]]), Resampler(10, draws=50), 1.0)
    assert found.needed is not None
    assert found.needed.value == pytest.approx(0.1)


def test_answers_without_a_confidence_are_as_doubtful_as_answers_are_wrong(paired: Make) -> None:
    # One in five answers is wrong; 0.2 expected without a confidence is between 0.05 and 0.7.
    rows = [[SURE]] * 12 + [[(None, True)]] * 4 + [[DOUBTFUL]] * 4
    curve = review(paired(rows), Resampler(20, draws=20)).curve
    thresholds = [point.threshold for point in curve[1:]]
    assert thresholds == pytest.approx([0.3] * 4 + [0.8] * 4 + [0.95] * 12)


def test_among_equals_chance_decides(paired: Make) -> None:
    rows = [[(0.5, number % 2 == 0)] for number in range(40)]
    for some in (rows, rows[::-1], sorted(rows)):
        found = review(paired(some), Resampler(40, draws=50), 0.8)
        assert found.needed is not None
        assert found.needed.value == found.at_random == pytest.approx(0.6)
        assert [point.accuracy for point in found.curve] == pytest.approx(
            [0.5 + 0.5 * point.reviewed for point in found.curve]
        )


def test_without_confidences_the_order_is_not_known(paired: Make) -> None:
    found = review(paired([[(None, True)], [(None, False)]] * 5), Resampler(10, draws=20), 0.9)
    assert found.needed is not None
    assert found.needed.value is None
    assert "no answer has a confidence" in str(found.needed.note)
    assert "no answer has a confidence" in found.note
    assert found.at_random == pytest.approx(0.8)
    assert found.curve == ()


def test_nothing_scored_and_too_few_reports(paired: Make) -> None:
    nothing = review(paired([]), Resampler(0, draws=10), 0.9)
    assert nothing.curve == ()
    assert nothing.needed is not None
    assert nothing.needed.value is None
    few = review(paired([[SURE], [DOUBTFUL]]), Resampler(2, draws=10), 0.9)
    assert few.needed is not None
    assert few.needed.value == 0.5
    assert few.needed.low is None
    assert "2 of at least 5" in str(few.needed.note)


def test_without_a_target_there_is_a_curve_only(paired: Make) -> None:
    found = review(paired([[SURE], [DOUBTFUL]]), Resampler(2, draws=10))
    assert (found.target, found.needed, found.at_random) == (None, None, None)
    assert len(found.curve) == 3


@pytest.mark.parametrize("target", [0.0, -0.5, 1.01, 98, float("nan")])
def test_targets_that_are_no_share(paired: Make, target: float) -> None:
    with pytest.raises(OptionError, match="is no share"):
        review(paired([[SURE]]), Resampler(1), target)


def test_an_order_by_calibrated_confidences(paired: Make) -> None:
    # Variable b is always sure and often wrong, a is never sure and always right.
    generator = np.random.default_rng(0)
    rows = []
    for _ in range(120):
        wrong = bool(generator.uniform() < 0.3)
        rows.append(
            [
                (float(generator.uniform(0.3, 0.6)), bool(generator.uniform() < 0.93)),
                (0.9 if wrong else 0.99, not wrong),
            ]
        )
    one = paired(rows)
    raw = review(one, Resampler(120, draws=20), 0.95)
    mended = review(one, Resampler(120, draws=20), 0.95, method="isotonic")
    assert raw.needed is not None
    assert mended.needed is not None
    assert (mended.needed.value or 1) < (raw.needed.value or 0) - 0.1
    assert "isotonic" in mended.note


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.tuples(
                    st.one_of(st.none(), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0, 1)), st.booleans()
                ),
                st.just("failed"),
                st.none(),
            ),
            min_size=2,
            max_size=2,
        ),
        min_size=1,
        max_size=15,
    ),
    st.floats(0.01, 1),
)
def test_whatever_the_cells(make: Make, rows: list, target: float) -> None:
    found = review(make(rows), Resampler(len(rows), draws=20), target)
    assert all(left.accuracy <= right.accuracy + 1e-12 for left, right in pairwise(found.curve))
    assert all(-1e-12 <= point.accuracy <= 1 + 1e-12 for point in found.curve)
    if found.curve:
        assert found.curve[-1].accuracy == pytest.approx(1)
        assert found.needed is not None
        assert 0 <= (found.needed.value or 0) <= 1
        reached = next(point.reviewed for point in found.curve if point.accuracy >= target - 1e-9)
        assert found.needed.value == pytest.approx(reached)
