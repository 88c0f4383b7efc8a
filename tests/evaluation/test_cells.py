"""One answer against one gold cell."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from epicrisis.codebook.variable import Variable
from epicrisis.evaluation.cells import Outcome, Tally, compare, same, token_f1
from epicrisis.extraction.answer import Answer, Status

ADAPTER: TypeAdapter[Any] = TypeAdapter(Variable)


def variable(kind: str, **more: Any) -> Any:
    return ADAPTER.validate_python({"name": "v", "kind": kind, **more})


BOOLEAN = variable("boolean")
SIDE = variable("category", options=["left", "right"])
MTA = variable("ordinal", options=[0, 0.5, 1])
COUNT = variable("count")
SIZE = variable("quantity", unit="mm")
TEXT = variable("text")
DATE = variable("date")

words = st.lists(st.sampled_from(["oud", "infarct", "links", "MTA", "2", "é"]), max_size=8).map(" ".join)
numbers = st.floats(0.001, 1e6)


@pytest.mark.parametrize(
    ("status", "gold", "expected"),
    [
        (Status.STATED, 2, Outcome.RIGHT),
        (Status.INFERRED, 2, Outcome.RIGHT),
        (Status.UNCERTAIN, 2, Outcome.RIGHT),
        (Status.STATED, 3, Outcome.WRONG),
        (Status.INFERRED, 3, Outcome.WRONG),
        (Status.UNCERTAIN, 3, Outcome.WRONG),
        (Status.STATED, None, Outcome.INVENTED),
        (Status.INFERRED, None, Outcome.INVENTED),
        (Status.UNCERTAIN, None, Outcome.INVENTED),
        (Status.NOT_MENTIONED, 2, Outcome.MISSED),
        (Status.NOT_APPLICABLE, 2, Outcome.MISSED),
        (Status.NOT_MENTIONED, None, Outcome.SILENT),
        (Status.NOT_APPLICABLE, None, Outcome.SILENT),
        (Status.FAILED, 2, Outcome.FAILED),
        (Status.FAILED, None, Outcome.FAILED),
    ],
)
def test_outcomes(status: Status, gold: Any, expected: Outcome) -> None:
    answer = Answer(status, 2 if status.has_value else None)
    assert compare(COUNT, answer, gold) is expected


@pytest.mark.parametrize(
    ("which", "value", "gold", "expected"),
    [
        (BOOLEAN, True, True, True),
        (BOOLEAN, False, True, False),
        (BOOLEAN, True, 1, False),
        (BOOLEAN, False, 0, False),
        (COUNT, 1, True, False),
        (COUNT, 3, 3.0, True),
        (COUNT, 0, 0, True),
        (MTA, 0.5, 0.5, True),
        (MTA, 0, 0.5, False),
        (SIDE, "left", "LEFT", True),
        (SIDE, "left", "right", False),
        (DATE, "2021-01", "2021-01-01", False),
        (SIZE, {"value": 30.0, "unit": "mm"}, {"value": 3.0, "unit": "cm"}, True),
        (SIZE, {"value": 30.0, "unit": "mm"}, 30, True),
        (SIZE, {"value": 30.0}, {"value": 30.0, "unit": "mm"}, True),
        (SIZE, {"value": 30.0, "unit": "mm"}, {"value": 30.0, "unit": "cm"}, False),
        (SIZE, {"value": 100.0, "unit": "mm"}, {"value": 100.9, "unit": "mm"}, True),
        (SIZE, {"value": 100.0, "unit": "mm"}, {"value": 101.2, "unit": "mm"}, False),
        (SIZE, {"value": 0.0, "unit": "mm"}, {"value": 0.0, "unit": "mm"}, True),
        (SIZE, {"value": 0.0, "unit": "mm"}, {"value": 0.01, "unit": "mm"}, False),
        (TEXT, "oud infarct links", "een oud infarct", True),
        (TEXT, "oud infarct links cerebellair", "infarct", False),
        (TEXT, "Oud infarct.", "oud INFARCT", True),
        (TEXT, "<", "<", True),  # no word in it, and yet the same
        (TEXT, "<", ">", False),
    ],
)
def test_the_same_value(which: Any, value: Any, gold: Any, expected: bool) -> None:
    assert same(which, value, gold) is expected
    assert same(which, gold, value) is expected


def test_units_that_no_factor_joins_are_not_the_same_amount() -> None:
    glucose = variable("quantity", unit="mmol/L", units=["mg/dL"])
    kept = {"value": 90.0, "unit": "mg/dL"}
    assert same(glucose, kept, {"value": 90.0, "unit": "mg/dL"})
    assert not same(glucose, kept, {"value": 90.0, "unit": "mmol/L"})


@given(numbers, numbers, st.sampled_from(["mm", "cm"]), st.sampled_from(["mm", "cm"]))
def test_quantities_compare_both_ways(one: float, other: float, unit: str, second: str) -> None:
    left, right = {"value": one, "unit": unit}, {"value": other, "unit": second}
    assert same(SIZE, left, right) is same(SIZE, right, left)
    assert same(SIZE, left, left)
    if not same(SIZE, left, right):
        assert compare(SIZE, Answer(Status.STATED, left), right) is Outcome.WRONG


@given(numbers, st.floats(0.001, 0.5))
def test_the_tolerance_is_a_fraction(number: float, tolerance: float) -> None:
    def at(factor: float) -> bool:
        return same(SIZE, number, number * factor, tolerance=tolerance)

    assert at(1 + tolerance * 0.99)
    assert not at(1 + tolerance / (1 - tolerance) * 1.01)


@given(numbers, st.floats(0.001, 0.5))
def test_the_codebook_may_set_the_tolerance(number: float, tolerance: float) -> None:
    size = variable("quantity", unit="mm", tolerance=tolerance)
    for factor in (1 + tolerance * 0.99, 1 + tolerance / (1 - tolerance) * 1.01):
        assert same(size, number * factor, number) is same(SIZE, number * factor, number, tolerance=tolerance)
    assert compare(size, Answer(Status.STATED, number * (1 + tolerance * 0.99)), number) is Outcome.RIGHT


@given(words, words)
def test_token_f1(left: str, right: str) -> None:
    score = token_f1(left, right)
    assert 0 <= score <= 1
    assert score == token_f1(right, left)
    assert token_f1(left, left) == (1 if left else 0)
    assert (score == 1) == (
        bool(left) and sorted(left.casefold().split()) == sorted(right.casefold().split())
    )
    assert (score == 0) == (not set(left.casefold().split()) & set(right.casefold().split()))


@given(words, words, st.randoms(use_true_random=False))
def test_token_f1_knows_no_order(left: str, right: str, order: random.Random) -> None:
    mixed = left.split()
    order.shuffle(mixed)
    assert token_f1(" ".join(mixed), right) == token_f1(left, right)


def test_token_f1_counts_repeats() -> None:
    assert token_f1("a a b", "a b b") == pytest.approx(2 * 2 / 6)
    assert token_f1("oud infarct", "oud infarct links cerebellair") == pytest.approx(2 * 2 / 6)


@given(st.lists(st.sampled_from(Outcome)))
def test_tally(outcomes: list[Outcome]) -> None:
    tally = Tally()
    for outcome in outcomes:
        tally.add(outcome)
    assert tally.total == len(outcomes)
    assert sum(tally[outcome] for outcome in Outcome) == len(outcomes)
    if not outcomes:
        assert math.isnan(tally.accuracy)
    else:
        right = sum(outcome in (Outcome.RIGHT, Outcome.SILENT) for outcome in outcomes)
        assert tally.accuracy == pytest.approx(right / len(outcomes))


def test_two_tallies_are_apart() -> None:
    one, other = Tally(), Tally()
    one.add(Outcome.RIGHT)
    assert other.total == 0
