from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.measures.numbers import (
    measure_count,
    measure_quantity,
    smape_term,
    wrong_unit,
)
from epicrisis.evaluation.resampling import Resampler

numbers = st.floats(-1e6, 1e6)


def quantity(make: Any, cells: list[tuple[Any, ...]], **more: Any) -> Any:
    """Measured; bare numbers are in the variable's unit."""
    variable = make.variable("quantity", **more)

    def amount(value: Any) -> Any:
        return {"value": float(value), "unit": variable.unit} if isinstance(value, int | float) else value

    column = make.column(variable, [tuple(amount(one) for one in cell) for cell in cells])
    return measure_quantity(variable, column, Resampler(len(cells), draws=50))


def test_a_count_is_measured_where_both_have_one(make: Any) -> None:
    variable = make.variable("count")
    cells = [(2, 2), (2, 5), (0, 1), (3, None), (None, 4), (1, make.FAILED)]
    found = measure_count(variable, make.column(variable, cells), Resampler(6, draws=50)).metrics
    assert (found["accuracy"].value, found["accuracy"].n) == (pytest.approx(1 / 6), 6)
    assert (found["mae"].value, found["mae"].n) == (pytest.approx(4 / 3), 3)


def test_a_missing_amount_counts_as_an_error_of_one(make: Any) -> None:
    cells = [(10, 10), (10, 30), (10, None), (10, make.FAILED), (None, 7), (None, None)]
    found = quantity(make, cells, epsilon=0).metrics
    assert (found["r_smape"].value, found["r_smape"].n) == (pytest.approx(1 - (0 + 0.5 + 1 + 1) / 4), 4)
    assert (found["mae"].value, found["mae"].n) == (10.0, 2)
    assert (found["exact"].value, found["exact"].n) == (0.25, 4)


def test_epsilon_spares_small_differences(make: Any) -> None:
    cells = [(0, 1)] * 6
    assert quantity(make, cells).metrics["r_smape"].value == 0
    assert quantity(make, cells, epsilon=4).metrics["r_smape"].value == pytest.approx(0.8)
    assert "no epsilon" in quantity(make, cells).notes[1]
    assert "epsilon of 4 mm" in quantity(make, cells, epsilon=4).notes[1]
    assert "mm" not in "".join(quantity(make, cells, epsilon=4, unit="1").notes)


@settings(deadline=None)
@given(numbers, numbers, st.floats(0, 100))
def test_the_term_of_r_smape(one: float, other: float, epsilon: float) -> None:
    term = smape_term(one, other, epsilon)
    assert 0 <= term <= 1
    assert term == smape_term(other, one, epsilon)
    assert smape_term(one, one, epsilon) == 0
    assert term >= smape_term(one, other, epsilon + 1)


def test_the_tolerance_is_the_variables_own(make: Any) -> None:
    cells = [(100, 104)] * 6
    assert quantity(make, cells).metrics["exact"].value == 0
    assert quantity(make, cells, tolerance=0.05).metrics["exact"].value == 1


def test_units_are_converted_before_anything_is_compared(make: Any) -> None:
    cells = [({"value": 3.0, "unit": "cm"}, {"value": 31.0, "unit": "mm"})] * 6
    found = quantity(make, cells, tolerance=0.05).metrics
    assert found["exact"].value == 1
    assert found["mae"].value == pytest.approx(1)


@pytest.mark.parametrize(
    ("gold", "answer", "wrong"),
    [
        (3, 30, True),  # cm read for mm
        (30, 3, True),
        (30, 29, False),  # another amount
        (30, 30, False),
        (30, 300.5, True),
        (0, 5, False),
        (0, 0, False),
    ],
)
def test_a_wrong_unit_shows_in_the_amount(make: Any, gold: float, answer: float, wrong: bool) -> None:
    assert quantity(make, [(gold, answer)]).metrics["unit_accuracy"].value == (not wrong)


def test_temperatures_in_the_wrong_scale_are_seen(make: Any) -> None:
    scale = {"unit": "°C", "units": ["°F"]}
    assert quantity(make, [(38, 100.4), (38, 38)], **scale).metrics["unit_accuracy"].value == 0.5
    assert quantity(make, [(38, 39)], **scale).metrics["unit_accuracy"].value == 1


def test_units_that_do_not_join(make: Any) -> None:
    def glucose(number: float, unit: str) -> dict[str, Any]:
        return {"value": number, "unit": unit}

    cells = [
        (glucose(90, "mg/dL"), glucose(90, "mg/dL")),
        (glucose(90, "mg/dL"), glucose(100, "mg/dL")),
        (glucose(90, "mg/dL"), glucose(5, "mmol/L")),
    ]
    found = quantity(make, cells, unit="mmol/L", units=["mg/dL"]).metrics
    assert found["unit_accuracy"].value == pytest.approx(2 / 3)
    assert found["r_smape"].value == pytest.approx(1 - (0 + 10 / 190 + 1) / 3)
    assert found["mae"].value is None  # none of them is in the table's unit


def test_right_is_right_in_any_unit(make: Any) -> None:
    variable = make.variable("quantity", tolerance=0.5)
    pair = make.pair(variable, {"value": 10.0, "unit": "mm"}, {"value": 1.2, "unit": "cm"})
    assert not wrong_unit(variable, pair)
