"""A value from the model, checked against its variable."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from epicrisis.codebook.variable import Variable
from epicrisis.extraction.checking import InvalidValueError, check, option

ADAPTER: TypeAdapter[Any] = TypeAdapter(Variable)


def variable(kind: str, **more: Any) -> Any:
    return ADAPTER.validate_python({"name": "v", "kind": kind, **more})


BOOLEAN = variable("boolean")
SIDE = variable("category", options=["left", "right", "Both sides", "1"])
MTA = variable("ordinal", options=[0, 0.5, 1, 2])
COUNT = variable("count", range={"min": 1, "max": 20})
ANY_COUNT = variable("count")
SIZE = variable("quantity", unit="mm", range={"min": 0.5, "max": 200})
BARE = variable("quantity", unit="1")
GLUCOSE = variable("quantity", unit="mmol/L", units=["mg/dL", "mmol/l"], range={"max": 50})
DATE = variable("date")
TEXT = variable("text", max_length=10)
ALL = [BOOLEAN, SIDE, MTA, COUNT, ANY_COUNT, SIZE, BARE, GLUCOSE, DATE, TEXT]


@pytest.mark.parametrize(
    ("which", "raw", "value"),
    [
        (BOOLEAN, True, True),
        (BOOLEAN, " False ", False),
        (SIDE, "left", "left"),
        (SIDE, " LEFT", "left"),
        (SIDE, "both SIDES", "Both sides"),
        (SIDE, 1, "1"),
        (MTA, 2, 2),
        (MTA, 2.0, 2),
        (MTA, "2.0", 2),
        (MTA, "0,5", 0.5),
        (MTA, 0.5, 0.5),
        (COUNT, 3, 3),
        (COUNT, 3.0, 3),
        (COUNT, "3", 3),
        (ANY_COUNT, 0, 0),
        (SIZE, "12 mm", {"value": 12.0, "unit": "mm"}),
        (SIZE, "3.0 cm", {"value": 30.0, "unit": "mm", "written": "3.0 cm"}),
        (SIZE, "1,5cm", {"value": 15.0, "unit": "mm", "written": "1,5cm"}),
        (SIZE, "8 - 10 mm", {"value": 9.0, "unit": "mm", "written": "8 - 10 mm"}),
        (SIZE, "<5 mm", {"value": 5.0, "unit": "mm", "written": "<5 mm"}),
        (
            SIZE,
            {"value": 30, "unit": "mm", "written": "3 cm"},
            {"value": 30.0, "unit": "mm", "written": "3 cm"},
        ),
        (SIZE, {"value": 30, "unit": "mm", "written": 3}, {"value": 30.0, "unit": "mm"}),
        (SIZE, "12 MM", {"value": 12.0, "unit": "mm"}),
        (SIZE, 12, {"value": 12.0, "unit": "mm"}),
        (SIZE, "12", {"value": 12.0, "unit": "mm"}),
        (SIZE, {"value": "1.2", "unit": "cm"}, {"value": 12.0, "unit": "mm"}),
        (SIZE, {"value": 12}, {"value": 12.0, "unit": "mm"}),
        (SIZE, "200 mm", {"value": 200.0, "unit": "mm"}),
        (BARE, "1.2", {"value": 1.2, "unit": "1"}),
        # No factor joins the two without knowing the substance: kept as it is written.
        (GLUCOSE, "90 mg/dL", {"value": 90.0, "unit": "mg/dL"}),
        (GLUCOSE, "5.1 mmol/l", {"value": 5.1, "unit": "mmol/L"}),
        (DATE, "2021", "2021"),
        (DATE, "2021-02", "2021-02"),
        (DATE, " 2020-02-29 ", "2020-02-29"),
        (DATE, 2021, "2021"),
        (TEXT, " a\n b ", "a b"),
        (TEXT, "1234567890", "1234567890"),
    ],
)
def test_valid(which: Any, raw: Any, value: Any) -> None:
    found = check(which, raw)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("which", "raw", "complaint"),
    [
        (BOOLEAN, 1, "must be true or false"),
        (BOOLEAN, "yes", "must be true or false"),
        (BOOLEAN, None, "must be true or false"),
        (SIDE, "middle", "must be one of: left, right, Both sides, 1"),
        (SIDE, True, "must be one of: left, right, Both sides, 1"),
        (SIDE, ["left"], "must be one of: left, right, Both sides, 1"),
        (MTA, 3, "must be one of: 0, 0.5, 1, 2"),
        (MTA, True, "must be one of: 0, 0.5, 1, 2"),
        (MTA, False, "must be one of: 0, 0.5, 1, 2"),
        (MTA, math.nan, "must be one of: 0, 0.5, 1, 2"),
        (COUNT, 0, "0 is out of range: 1 to 20"),
        (COUNT, 21, "21 is out of range: 1 to 20"),
        (ANY_COUNT, -1, "-1 is out of range: at least 0"),
        (COUNT, 2.5, "must be a whole number"),
        (COUNT, "1,000", "must be a whole number"),
        (ANY_COUNT, 10**17, "must be a whole number"),
        (ANY_COUNT, 10**400, "must be a number"),
        (COUNT, True, "must be a number"),
        (COUNT, "many", "must be a number"),
        (COUNT, "1_0", "must be a number"),
        (COUNT, None, "must be a number"),
        (COUNT, math.inf, "must be a number"),
        (COUNT, math.nan, "must be a number"),
        (COUNT, "nan", "must be a number"),
        (SIZE, "201 mm", "201 mm is out of range: 0.5 to 200 mm"),
        (SIZE, "30 cm", "300 mm is out of range: 0.5 to 200 mm"),
        (SIZE, "-1 mm", "-1 mm is out of range: 0.5 to 200 mm"),
        (SIZE, "3 kg", "the unit must be one of: mm, cm"),
        (SIZE, "3 mm or so", "the unit must be one of: mm, cm"),
        (SIZE, "12 x 8 mm", "holds 2 measurements; give the one that is asked, as in 12.5 mm"),
        (SIZE, "big", "must be a number and a unit, as in 12.5 mm"),
        (SIZE, "", "must be a number and a unit, as in 12.5 mm"),
        (SIZE, True, "must be a number"),
        (SIZE, {"unit": "mm"}, "must be a number"),
        (SIZE, {"value": math.inf, "unit": "mm"}, "must be a number"),
        (SIZE, "9" * 400, "must be a number"),
        (GLUCOSE, "51 mmol/L", "51 mmol/L is out of range: at most 50 mmol/L"),
        (GLUCOSE, "3 g/L", "the unit must be one of: mmol/L, mg/dL, mmol/l"),
        (DATE, "2021-13", "2021-13 is not a day of the calendar"),
        (DATE, "2021-02-29", "2021-02-29 is not a day of the calendar"),
        (DATE, "0000", "0000 is not a day of the calendar"),
        (DATE, "12-01-2021", "must be a date: YYYY-MM-DD, YYYY-MM or YYYY"),
        (DATE, "2021-1-2", "must be a date: YYYY-MM-DD, YYYY-MM or YYYY"),
        (DATE, "٢٠٢١", "must be a date: YYYY-MM-DD, YYYY-MM or YYYY"),
        (DATE, None, "must be a date: YYYY-MM-DD, YYYY-MM or YYYY"),
        (TEXT, "12345678901", "must be at most 10 characters"),
        (TEXT, " \n", "must not be empty"),
        (TEXT, 5, "must be text"),
        (TEXT, None, "must be text"),
    ],
)
def test_the_exact_complaint(which: Any, raw: Any, complaint: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        check(which, raw)
    assert str(raised.value) == complaint


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(str)
    | st.from_regex(r"-?[0-9]{1,9}([.,][0-9]{1,4})? ?(mm|cm|kg|K|\^9|\*\*9|1/0|\(|)", fullmatch=True),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "unit"]), inner),
    max_leaves=4,
)  # fmt: skip


@pytest.mark.parametrize("which", ALL, ids=lambda one: one.kind)
@given(raw=anything)
def test_whatever_comes_is_valid_and_stays_so_or_refused(which: Any, raw: Any) -> None:
    try:
        value = check(which, raw)
    except InvalidValueError:
        return
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    assert check(which, value) == value
    if which is COUNT:
        assert 1 <= value <= 20
    if which is SIZE and value["unit"] == "mm":
        assert 0.5 <= value["value"] <= 200


@given(st.dates(min_value=datetime.date(1, 1, 1)))
def test_every_day_of_the_calendar(day: datetime.date) -> None:
    assert check(DATE, day.isoformat()) == day.isoformat()


def test_an_exact_option_goes_before_one_that_differs_in_case() -> None:
    assert option(["T1", "t1"], "t1") == "t1"
    assert option(["1", 1], 1) == 1
    assert option(["1", 1], "1") == "1"
    assert option([], "x") is None


def test_groups_and_spans_have_no_single_value() -> None:
    with pytest.raises(TypeError):
        check(variable("spans"), [])
