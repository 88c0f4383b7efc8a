"""The forest plot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from epicrisis.evaluation.comparison.forest import axis, line, mark, scale_of
from epicrisis.evaluation.comparison.result import Verdict
from epicrisis.evaluation.estimate import Estimate, undefined

_ESTIMATES = (
    st.tuples(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
    .map(sorted)
    .map(lambda three: Estimate(three[1], 10, three[0], three[2], "BCa"))
)


def test_a_row() -> None:
    better = line(Estimate(0.5, 9, 0.25, 0.75), Verdict.BETTER, 1.0, 17)
    assert better == "        │ ├─●─┤"
    unsure = line(Estimate(0.25, 9, -0.25, 0.75), Verdict.NONE, 1.0, 17)
    assert unsure == "      ├─┼─○───┤"
    assert line(Estimate(0.0, 9), Verdict.NONE, 1.0, 17) == "        ○"
    assert line(undefined(0, "none"), Verdict.UNKNOWN, 1.0, 17) == "        │"


def test_the_axis_has_zero_below_the_line() -> None:
    below = axis(0.2, 17)
    assert below == "-0.2    0    +0.2"
    assert below.index("0", 4) == line(undefined(0, "none"), Verdict.UNKNOWN, 0.2, 17).index("│")


@given(_ESTIMATES)
def test_nothing_leaves_the_plot(estimate: Estimate) -> None:
    end = scale_of([estimate])
    assert len(line(estimate, Verdict.NONE, end, 41)) <= 41
    drawn = mark(estimate, Verdict.NONE, end)
    assert drawn.low is not None
    assert drawn.point is not None
    assert drawn.high is not None
    assert 0 <= drawn.low <= drawn.point <= drawn.high <= 1


def test_the_scale_holds_all_of_them() -> None:
    assert scale_of([]) == 0.05
    assert scale_of([Estimate(0.01, 9, -0.12, 0.02)]) == 0.15
    assert scale_of([undefined(0, "none"), Estimate(-0.9, 9)]) == 1.0


def test_a_shown_difference_is_filled() -> None:
    filled = [mark(Estimate(0.1, 9), verdict, 1.0).filled for verdict in Verdict]
    assert dict(zip(Verdict, filled, strict=True)) == {
        Verdict.BETTER: True,
        Verdict.WORSE: True,
        Verdict.NONE: False,
        Verdict.UNKNOWN: False,
    }
