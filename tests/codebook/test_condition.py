from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from epicrisis.codebook.condition import Condition

scalars = st.one_of(
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.sampled_from(["true", "inf", "nan", "010", "1e3", "a, b", 'q"q', "it's", "[x]", "x]", "1_0", "in"]),
)


@settings(deadline=None, max_examples=400)
@given(st.one_of(scalars, st.lists(scalars, max_size=4)))
def test_written_and_read_again_is_the_same(value: object) -> None:
    operator = "in" if isinstance(value, list) else "=="
    condition = Condition.model_validate({"variable": "a", "operator": operator, "value": value})
    again = Condition.model_validate(str(condition))
    assert again == condition
    assert [type(one) for one in again.values] == [type(one) for one in condition.values]


@pytest.mark.parametrize(
    ("text", "value", "holds"),
    [
        ("a == true", True, True),
        ("a == true", False, False),
        ("a = yes", "yes", True),
        ("a == 1", "1", True),
        ("a == 1", True, False),
        ("a != 2", 1, True),
        ("a != 2", None, False),
        ("a >= 2", 2.0, True),
        ("a > 2", {"value": 3.0, "unit": "mm"}, True),
        ("a < -1.5", -2, True),
        ("a < 2", "not a number", False),
        ("a in [t1, 't 2', \"3\"]", "t 2", True),
        ("a in [t1, 't 2', \"3\"]", 3, True),
        ("a in [t1, t2]", "t3", False),
        ("a == 010", "010", True),
        ("a == 010", 10, False),
        ("a == inf", "inf", True),
    ],
)
def test_what_holds(text: str, value: object, holds: bool) -> None:
    assert Condition.model_validate(text).holds(value) is holds


@pytest.mark.parametrize("text", ["a", "a ==", "== 3", "a not in [b]", "a == = 3", ""])
def test_what_is_no_comparison(text: str) -> None:
    with pytest.raises(ValidationError, match="not a comparison"):
        Condition.model_validate(text)


def test_in_takes_a_list_and_the_others_do_not() -> None:
    for operator, value in (("in", "a"), ("==", ["a"])):
        with pytest.raises(ValidationError, match="takes a list"):
            Condition.model_validate({"variable": "a", "operator": operator, "value": value})
