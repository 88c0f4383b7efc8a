"""Units of quantities."""

from __future__ import annotations

import contextlib
import functools
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook import units
from epicrisis.codebook.units import (
    accepted_units,
    convert,
    convert_for,
    factor,
    measure,
    over,
    spelled,
    times,
)
from epicrisis.codebook.variable import QuantityVariable


def quantity(unit: str, *units: str) -> QuantityVariable:
    return QuantityVariable(name="v", kind="quantity", unit=unit, units=list(units))


@pytest.mark.parametrize(
    ("unit", "others", "accepted"),
    [
        ("mm", (), ["mm", "cm"]),
        ("cm", (), ["cm", "mm"]),
        ("g", (), ["g", "mg", "kg"]),
        ("weeks", (), ["weeks", "days", "months", "years"]),
        ("cc", (), ["cc", "ml", "l", "mL", "L"]),
        ("mm", ("inch",), ["mm", "inch"]),  # the codebook's own list is the list
        ("mm", ("cm", "mm"), ["mm", "cm"]),
        ("bpm", (), ["bpm"]),
        ("1", (), ["1"]),
    ],
)
def test_accepted_units(unit: str, others: tuple[str, ...], accepted: list[str]) -> None:
    assert accepted_units(quantity(unit, *others)) == accepted


@pytest.mark.parametrize(
    ("number", "unit", "target", "expected"),
    [
        (3.0, "cm", "mm", 30.0),
        (0.1, "cm", "mm", 1.0),
        (2.3, "cm", "mm", 23.0),  # not 22.999999999999996
        (1500, "mg", "g", 1.5),
        (500, "gr", "kg", 0.5),
        (3, "cc", "ml", 3.0),
        (14, "days", "weeks", 2.0),
        (2, "years", "months", 24.0),
        (2, "yr", "months", 24.0),
        (140, "mEq/L", "µEq/mL", 140.0),
        (2, "meq/L", "mEq/L", 2.0),
        (3, "cm3", "ml", 3.0),
        (3, "cm³", "cm^3", 3.0),
        (1, "cm2", "mm2", 100.0),
        (120, "mm[Hg]", "mmHg", 120.0),
        (5, "[IU]/L", "mIU/mL", 5.0),
        (37, "Cel", "°C", 37.0),
        (25, "kg/m2", "kg/m^2", 25.0),
        (250, "10^9/L", "10*6/mL", 250.0),
        (2, "10^9/L", "1/L", 2e9),
        (12.5, "g/dL", "g/L", 125.0),
        # Codes of UCUM.
        (3, "10*3/uL", "10*9/L", 3.0),
        (200, "{cells}/uL", "10*6/L", 200.0),
        (72, "{beats}/min", "/min", 72.0),
        (2, "wk", "d", 14.0),
        (1, "a", "mo", 12.0),
        (10, "[lb_av]", "kg", 4.5359237),
        (10, "cm[H2O]", "mm[Hg]", 7.355591353),
        (98.6, "[degF]", "Cel", 37.0),
        (5, "[iU]/L", "m[iU]/mL", 5.0),
        (3, "[arb'U]/mL", "[arb'U]/L", 3000.0),
        (4, "ng/(mL.h)", "ug/L/h", 4.0),
        (290, "mosm/kg", "osm/kg", 0.29),
        (2, "meq/L", "meq/mL", 0.002),
        (6, "/[HPF]", "1/HPF", 6.0),
        (98.6, "°F", "°C", 37.0),
        (0, "°C", "°F", 32.0),
        (5, "mm", "mm", 5),
        (5, "odd unit!", "odd unit!", 5),
    ],
)
def test_convert(number: float, unit: str, target: str, expected: float) -> None:
    assert convert(number, unit, target) == expected


@pytest.mark.parametrize(
    ("unit", "target"),
    [
        ("mg/dL", "mmol/L"),  # needs to know the substance
        ("kg", "mm"),
        ("", "mm"),
        ("mm", ""),
        ("1", "mm"),
        ("furlongs of fun", "mm"),
        ("{}", "mm"),
        ("()", "mm"),
        ("mm/0", "mm"),
        ("10^9/L", "mmol/L"),
        ("10^999/L", "1/L"),
        ("mEq/L", "mmol/L"),  # needs to know the charge
        ("IU/L", "U/L"),
        ("%", "1"),
        ("m^9^9^9^9", "m"),
        ("m^999999999", "m"),
        ("__import__('os')", "mm"),
        ("meq/L", "mmol/L"),
        # What is arbitrary to UCUM compares with nothing else.
        ("[iU]/L", "/L"),
        ("[arb'U]/mL", "[iU]/mL"),
        ("[CFU]/mL", "10*6/L"),
        # A number in a note counts, and 1.73 is 1 times 73 to UCUM.
        ("mL/min/{1.73_m2}", "mL/min"),
        ("mL/min/1.73.m2", "mL/min"),
        ("((10*99)99)99", "mm"),
        ("10*999999", "mm"),
        ("m" + "(" * 500, "mm"),
        ("m" * 1000, "mm"),
    ],
)
def test_no_factor(unit: str, target: str) -> None:
    assert convert(2.0, unit, target) is None


@given(
    st.text(max_size=12) | st.text("m^*/() 19°.cgkL", max_size=12),
    st.sampled_from(["mm", "ml", "°C", "1", "%"]),
)
def test_any_text_as_a_unit(unit: str, target: str) -> None:
    found = convert(2.0, unit, target)
    assert found is None or math.isfinite(found)


@given(
    st.floats(-1e6, 1e6),
    st.sampled_from(
        [("mm", "cm"), ("mg", "kg"), ("ml", "l"), ("days", "years"), ("g/L", "g/dL"), ("°C", "°F")]
    ),
)
def test_there_and_back(number: float, pair: tuple[str, str]) -> None:
    there: Any = convert(number, *pair)
    assert convert(there, pair[1], pair[0]) == pytest.approx(number, rel=1e-8, abs=1e-6)


def test_all_units_of_a_family_can_be_joined() -> None:
    for unit in ("mm", "kg", "ml", "mL", "weeks", "year", "g/L", "mmol/L"):
        for other in accepted_units(quantity(unit)):
            assert (convert(1.0, other, unit) is None) == (other == "mEq/L"), (other, unit)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"name": "sodium"}, 140.0),
        ({"name": "serum_kalium"}, 140.0),
        ({"name": "v", "label": {"nl": "Natrium (serum)"}}, 140.0),
        ({"name": "v", "synonyms": {"en": ["HCO3"]}}, 140.0),
        ({"name": "calcium"}, None),
        ({"name": "magnesium"}, None),
        ({"name": "calcium_chloride"}, None),
        ({"name": "v"}, None),
    ],
)
def test_only_of_substances_with_one_charge_is_a_meq_a_mmol(more: Any, expected: float | None) -> None:
    variable = QuantityVariable(kind="quantity", unit="mmol/L", **more)
    assert convert_for(variable, 140, "mEq/L", "mmol/L") == expected
    assert convert_for(variable, 140, "mmol/L", "mEq/L") == expected
    assert "mEq/L" in accepted_units(variable)


@pytest.mark.parametrize("unit", ["°C", "HU", "points of pain", "", "10^9", "Cel", "mL/min/1.73m2"])
def test_what_cannot_be_computed_with(unit: str) -> None:
    assert measure(unit) is None


def test_units_multiply_and_divide() -> None:
    psa, volume, density = measure("ng/ml"), measure("ml"), measure("ng/ml/cm3")
    assert psa
    assert volume
    assert density
    assert factor(over(psa, volume), density) == 1.0
    length = measure("mm")
    area = measure("cm2")
    assert length
    assert area
    assert factor(times(length, length), area) == 0.01
    assert factor(psa, volume) is None
    cells, bare = measure("10^9/L"), measure("1")
    assert cells
    assert bare
    assert factor(cells, times(cells, bare)) == 1.0
    assert (str(psa), str(bare), str(cells)) == ("ng/ml", "1", "1e+09 1/l")


@given(st.text(max_size=20) | st.text("m^*/() 19°.cgkL[]{}'uU3³", max_size=12))
def test_any_text_is_measured_or_not(unit: str) -> None:
    found = measure(unit)
    assert found is None or factor(found, found) == 1.0
    assert isinstance(spelled(unit), str)


def test_threads_that_begin_together_read_the_units_once(monkeypatch: pytest.MonkeyPatch) -> None:
    readings: list[object] = []
    together = threading.Barrier(2, timeout=0.2)

    @functools.lru_cache(maxsize=1)
    def read() -> object:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait()  # passes at once if another thread reads meanwhile
        readings.append(object())
        return readings[-1]

    monkeypatch.setattr(units, "_read_registry", read)
    with ThreadPoolExecutor(4) as threads:
        found = [threads.submit(units._registry) for _ in range(4)]
    assert [one.result() for one in found] == readings * 4
