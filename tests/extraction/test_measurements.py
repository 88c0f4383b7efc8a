"""Amounts in a text as a variable has them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.variable import QuantityVariable
from epicrisis.extraction.measurements import measurements, same_measurement


def variable(unit: str = "mm", **more: Any) -> QuantityVariable:
    return QuantityVariable(name="size", kind="quantity", unit=unit, **more)


def found(text: str, unit: str = "mm", **more: Any) -> list[tuple[float, str]]:
    return [(one.number, one.unit) for one in measurements(variable(unit, **more), text)]


@pytest.mark.parametrize(
    ("text", "unit", "wanted"),
    [
        ("3 mm", "mm", [(3, "mm")]),
        ("2,5cm en 7 MM", "mm", [(2.5, "cm"), (7, "mm")]),
        ("1.2 x 0,8 cm", "mm", [(1.2, "cm"), (0.8, "cm")]),
        ("12 mm x 8 mm", "mm", [(12, "mm"), (8, "mm")]),
        ("3 mmol, 4 kg, 5", "mm", []),
        ("28-year-old", "years", [(28, "years")]),
        ("40% en 3,5 %", "%", [(40, "%"), (3.5, "%")]),
        ("T-score -2.5, 3%", "1", [(-2.5, "1")]),
        ("5-7 mm", "mm", [(5, "mm"), (7, "mm")]),
        ("a 3-cm mass, 12 mm by 1 cm", "mm", [(3, "cm"), (12, "mm"), (1, "cm")]),
        ("<5 mm, ca. 1 200 mm, drie jaar, 3 jaar", "mm", [(5, "mm"), (1200, "mm")]),
        ("leeftijd 71 jaar", "years", [(71, "years")]),
        ("1.23.4 mm", "mm", []),
    ],
)
def test_numbers_with_their_units(text: str, unit: str, wanted: list[tuple[float, str]]) -> None:
    assert found(text, unit) == wanted


def test_places_are_those_of_the_text() -> None:
    text = "een haard van 2,5 cm links"
    (one,) = measurements(variable(), text)
    assert text[one.start : one.end] == "2,5 cm"


def test_only_units_of_the_codebook_are_read() -> None:
    assert found("3 cm, 4 mm", units=["mm"]) == [(4, "mm")]


@given(st.integers(0, 99999), st.sampled_from(["mm", "cm"]))
def test_what_is_written_is_read(number: int, unit: str) -> None:
    assert found(f"maat: {number} {unit}.") == [(number, unit)]


@pytest.mark.parametrize(
    ("text", "same"), [("3 cm", True), ("30 mm", True), ("3 mm", False), ("30,0 mm", True)]
)
def test_amounts_are_compared_in_one_unit(text: str, same: bool) -> None:
    (one,) = measurements(variable(), text)
    assert same_measurement(variable(), one, 30.0, "mm") is same


def test_units_that_no_factor_joins_must_be_the_same() -> None:
    glucose = variable("mmol/L", units=["mg/dL"])
    (one,) = measurements(glucose, "90 mg/dL")
    assert same_measurement(glucose, one, 90.0, "mg/dL")
    assert not same_measurement(glucose, one, 90.0, "mmol/L")
