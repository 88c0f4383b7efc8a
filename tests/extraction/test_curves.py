"""Curves: they rise, stay inside, and come back from JSON."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.curves import FOOTINGS, CombinedCurve, IsotonicCurve, PlattCurve, footing, within

WEIGHT = st.floats(-20, 20)
COMBINED = st.builds(
    CombinedCurve,
    intercept=WEIGHT,
    slope=st.floats(0, 20),
    votes=st.floats(0, 20),
    footing=st.dictionaries(st.sampled_from(FOOTINGS), WEIGHT),
    n=st.integers(1, 10_000),
)


def test_nothing_is_certain() -> None:
    step = IsotonicCurve(points=((0.1, 0.0), (0.9, 1.0)), n=8)
    assert step(0.0) == pytest.approx(0.1)
    assert step(1.0) == pytest.approx(0.9)
    steep = PlattCurve(slope=1000.0, intercept=0.0, n=98)
    assert steep(0.0) == pytest.approx(0.01)
    assert steep(1.0) == pytest.approx(0.99)
    assert within(0.5, 1) == 0.5


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8, unique=True),
    st.lists(st.floats(0, 1), min_size=8, max_size=8),
    st.integers(1, 1000),
    st.lists(st.floats(0, 1), min_size=2, max_size=5),
)
def test_curves_rise_and_stay_inside(xs: list[float], ys: list[float], n: int, asked: list[float]) -> None:
    points = tuple(zip(sorted(xs), sorted(ys)[: len(xs)], strict=True))
    for curve in (IsotonicCurve(points=points, n=n), PlattCurve(slope=ys[0] * 9, intercept=ys[1], n=n)):
        values = [curve(one) for one in sorted(asked)]
        assert all(0 < value < 1 for value in values)
        assert all(right >= left - 1e-12 for left, right in pairwise(values))


@given(
    COMBINED,
    st.lists(st.floats(0, 1), min_size=2, max_size=5),
    st.none() | st.floats(0, 1),
    st.sampled_from(FOOTINGS),
)
def test_a_combined_curve_rises_with_confidence(
    curve: CombinedCurve, asked: list[float], votes: float | None, on: str
) -> None:
    values = [curve(one, votes, on) for one in sorted(asked)]  # type: ignore[arg-type]
    assert all(0 < value < 1 for value in values)
    assert all(right >= left - 1e-12 for left, right in pairwise(values))


@given(COMBINED, st.floats(0, 1), st.lists(st.floats(0.01, 1), min_size=2, max_size=5))
def test_and_with_votes_where_the_samples_are_as_sure(
    curve: CombinedCurve, mean: float, shares: list[float]
) -> None:
    values = [curve(mean * share, share) for share in sorted(shares)]
    assert all(right >= left - 1e-9 for left, right in pairwise(values))


@given(COMBINED)
def test_a_combined_curve_comes_back_from_json(curve: CombinedCurve) -> None:
    assert CombinedCurve.model_validate_json(curve.model_dump_json()) == curve


@given(st.floats(0, 1), st.floats(0, 3), st.floats(-3, 3))
def test_with_nothing_more_to_go_by_it_is_platts(confidence: float, slope: float, intercept: float) -> None:
    combined = CombinedCurve(intercept=intercept, slope=slope, n=50)
    assert combined(confidence) == pytest.approx(
        PlattCurve(slope=slope, intercept=intercept, n=50)(confidence)
    )


def test_one_sample_is_all_of_them() -> None:
    curve = CombinedCurve(intercept=0.0, slope=1.0, votes=5.0, n=1000)
    assert curve(0.8) == curve(0.8, 1.0) == pytest.approx(0.8)
    # A confidence that no share of votes can have is as sure as can be.
    assert curve(0.8, 0.5) == curve(0.5, 0.5)
    assert math.isfinite(curve(0.0, 0.0))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        *((Answer(Status.STATED, 1, Evidence("1", 0, 1, grade)), grade.value) for grade in Grade),
        (Answer(Status.UNCERTAIN, 1, Evidence("1", 0, 1, Grade.FUZZY)), "fuzzy"),
        (Answer(Status.INFERRED, 1), "none"),
        (Answer(Status.NOT_MENTIONED), "silent"),
        (Answer(Status.NOT_APPLICABLE), "silent"),
    ],
)
def test_what_an_answer_rests_on(answer: Answer, found: str) -> None:
    assert footing(answer) == found
    assert found in FOOTINGS
