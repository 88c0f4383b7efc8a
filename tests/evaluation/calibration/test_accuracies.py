"""The accuracy along the curve of review, with its intervals."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.evaluation.calibration import accuracies, review
from epicrisis.evaluation.resampling import Resampler


@pytest.mark.parametrize("reports", [5, 30, 137])
def test_the_points_are_those_of_the_curve(simulated: Any, reports: int) -> None:
    both = simulated(reports, 2)
    resampler = Resampler(reports, draws=300)

    found = accuracies(both, resampler)

    assert [one.value for one in found] == pytest.approx(
        [one.accuracy for one in review(both, resampler).curve], abs=1e-9
    )
    for one in found[:-1]:
        assert one.value is not None
        if one.low is not None and one.high is not None:
            assert one.low <= one.value + 1e-9
            assert one.high >= one.value - 1e-9
    # When everything was read nothing varies any more.
    assert (found[-1].value, found[-1].low) == (1.0, None)


def test_of_nothing_read_it_is_the_accuracy_of_all_cells(simulated: Any) -> None:
    from epicrisis.evaluation.overall import overall

    both = simulated(60, 2)
    resampler = Resampler(60, draws=500)

    first = accuracies(both, resampler)[0]

    whole = overall(both, resampler)["micro_accuracy"]
    assert (first.value, first.low, first.high) == pytest.approx((whole.value, whole.low, whole.high))


def test_without_confidences_there_is_no_curve(make: Any) -> None:
    assert accuracies(make([[(None, True)], [(None, False)]]), Resampler(2)) == ()
