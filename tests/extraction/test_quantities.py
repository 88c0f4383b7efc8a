"""What an amount is to a variable."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.variable import QuantityVariable
from epicrisis.extraction.checking import InvalidValueError, check
from epicrisis.extraction.quantities import as_written, unit_in


def quantity(unit: str = "mm", **more: Any) -> QuantityVariable:
    return QuantityVariable(name=more.pop("name", "v"), kind="quantity", unit=unit, **more)


def read(text: str, variable: QuantityVariable, language: str | None = None) -> tuple[float, str, str | None]:
    found = check(variable, text, language=language)
    return found["value"], found["unit"], found.get("written")


@pytest.mark.parametrize(
    ("text", "language", "number", "written"),
    [
        ("25 mm", "nl", 25, None),
        ("25.0", "nl", 25, None),
        ("25 MM", "nl", 25, None),
        ("2,5 cm", "nl", 25, "2,5 cm"),
        ("2.5  cm", None, 25, "2.5 cm"),
        ("25,0 mm", "nl", 25, "25,0 mm"),
        ("8-10 mm", "nl", 9, "8-10 mm"),
        ("8 mm - 1 cm", "en", 9, "8 mm - 1 cm"),
        ("<5", "en", 5, "<5"),
        ("ca. 6 mm", "nl", 6, "ca. 6 mm"),
        ("1.200 mm", "nl", 1200, "1.200 mm"),
        ("1.200 mm", "en", 1.2, None),
        ("1.200 mm", None, 1.2, None),
        ("3 millimeter", "nl", 3, "3 millimeter"),
        ("3 Zentimeter", "de", 30, "3 Zentimeter"),
        ("1 inch", "en", 25.4, "1 inch"),
    ],
)
def test_the_canonical_value_and_what_was_written(
    text: str, language: str | None, number: float, written: str | None
) -> None:
    assert read(text, quantity(), language) == (number, "mm", written)


@pytest.mark.parametrize(
    ("reduce", "text", "number"),
    [
        ("max", "1.2 x 0.8 cm", 12),
        ("mean", "1.2 x 0.8 cm", 10),
        ("short_axis", "1.2 x 0.8 cm", 8),
        ("short_axis", "12 x 8 x 5 mm", 5),
        ("max", "1.2 cm x 8 mm", 12),
        ("max", "8-10 mm", 10),
        ("mean", "8-10 mm", 9),
        ("short_axis", "8-10 mm", 9),
        ("max", "12 mm", 12),
        ("product", "12 mm", 12),
    ],
)
def test_several_measurements_become_one(reduce: Any, text: str, number: float) -> None:
    assert read(text, quantity(reduce=reduce))[0] == number


@pytest.mark.parametrize(
    ("unit", "text", "number"),
    [
        ("mm2", "1.2 x 0.8 cm", 96),
        ("cm2", "12 x 8 mm", 0.96),
        ("cm²", "1.2 cm x 8 mm", 0.96),
        ("ml", "3 x 4 x 5 cm", 60),
        ("cm3", "30 x 40 x 50 mm", 60),
        ("ml", "60 ml", 60),
    ],
)
def test_lengths_make_areas_and_volumes(unit: str, text: str, number: float) -> None:
    found = read(text, quantity(unit, reduce="product"))
    assert found[:2] == (number, unit)


@pytest.mark.parametrize(
    ("variable", "text", "complaint"),
    [
        (quantity(), "1.2 x 0.8 cm", "holds 2 measurements; give the one that is asked, as in 12.5 cm"),
        (quantity("ml", reduce="product"), "3 x 4 cm", "holds 2 measurements, whose product is not in ml"),
        (
            quantity("ml", reduce="product"),
            "3 x 4 x 5 kg",
            "holds 3 measurements, whose product is not in ml",
        ),
        (quantity(reduce="max"), "3 x 4 kg", "the unit must be one of: mm, cm"),
        (quantity(range={"max": 10}), "8-14 mm", "11 mm is out of range: at most 10 mm"),
        (quantity(reduce="max", range={"max": 10}), "8 x 14 mm", "14 mm is out of range: at most 10 mm"),
        (
            quantity("mmol/L", units=["mg/dL"]),
            "5 mmol/L - 90 mg/dL",
            "holds amounts in units that cannot be converted",
        ),
        (quantity(), "2024-05-01", "must be a number and a unit, as in 12.5 mm"),
    ],
)
def test_refused_with_the_complaint(variable: QuantityVariable, text: str, complaint: str) -> None:
    with pytest.raises(InvalidValueError) as raised:
        check(variable, text)
    assert str(raised.value) == complaint


def test_an_equivalent_is_a_mole_only_of_ions_with_one_charge() -> None:
    assert read("140 mEq/L", quantity("mmol/L", name="sodium")) == (140, "mmol/L", "140 mEq/L")
    # Kept as it is written: nobody knows the charge.
    assert read("5 mEq/L", quantity("mmol/L", name="calcium")) == (5, "mEq/L", None)


@pytest.mark.parametrize(
    ("unit", "written", "expected"),
    [
        ("mm", "MM", "mm"),
        ("cm3", "cm³", "cm3"),
        ("cm3", "cm^3", "cm3"),
        ("µg/L", "μg/l", "µg/L"),
        ("10^9/L", "x10^9/L", "10^9/L"),
        ("10^9/L", "10*9/l", "10^9/L"),
        ("years", "jaar", "years"),
        ("year", "ans", "year"),
        ("days", "Tage", "days"),
        ("mL", "milliliter", "mL"),
        ("kg", "furlongs", "furlongs"),
    ],
)
def test_units_by_any_spelling(unit: str, written: str, expected: str) -> None:
    assert unit_in(quantity(unit), written) == expected


class TestAsWritten:
    @pytest.mark.parametrize(
        ("value", "quote", "language", "written"),
        [
            ({"value": 25.0, "unit": "mm"}, "laesie van 2,5 cm links", "nl", "2,5 cm"),
            ({"value": 25.0, "unit": "mm", "written": "2.5 cm"}, "laesie van 2,5 cm", "nl", "2,5 cm"),
            ({"value": 25.0, "unit": "mm"}, "was 12 mm, nu 2.5 cm", "en", "2.5 cm"),
            ({"value": 9.0, "unit": "mm"}, "8 tot 10 mm", "nl", "8 tot 10 mm"),
            ({"value": 5.0, "unit": "mm"}, "< 5 mm", "nl", "< 5 mm"),
            # The model gave one number of those that stand there.
            ({"value": 8.0, "unit": "mm"}, "noduli van 8-10 mm", "nl", "8-10 mm"),
            ({"value": 10.0, "unit": "mm"}, "was 7 mm, nu 0,8 tot 1 cm", "nl", "0,8 tot 1 cm"),
            ({"value": 12.0, "unit": "mm"}, "1,2 x 0,8 cm", "nl", "1,2 x 0,8 cm"),
        ],
    )
    def test_the_reports_own_words(
        self, value: dict[str, Any], quote: str, language: str, written: str
    ) -> None:
        found = as_written(quantity(), value, quote, language)
        assert found == {**value, "written": written}

    @pytest.mark.parametrize(
        "quote", ["laesie van 25 mm", "nothing here", "", "laesie van 3 cm", "op 25-5-2024", "25 kg"]
    )
    def test_nothing_to_add(self, quote: str) -> None:
        value = {"value": 25.0, "unit": "mm"}
        assert as_written(quantity(), value, quote, "nl") == value

    @pytest.mark.parametrize(("reduce", "number"), [("max", 12), ("mean", 10), ("short_axis", 8)])
    @pytest.mark.parametrize("given", [12.0, 8.0])
    def test_what_becomes_of_several_is_for_the_codebook(
        self, reduce: Any, number: float, given: float
    ) -> None:
        found = as_written(
            quantity(reduce=reduce), {"value": given, "unit": "mm"}, "een van 1,2 x 0,8 cm", "nl"
        )
        assert found == {"value": number, "unit": "mm", "written": "1,2 x 0,8 cm"}

    def test_of_a_range_the_upper_end_where_the_largest_is_wanted(self) -> None:
        given = {"value": 8.0, "unit": "mm"}
        assert as_written(quantity(reduce="max"), given, "8-10 mm", "nl")["value"] == 10
        assert as_written(quantity(), given, "8-10 mm", "nl")["value"] == 8

    def test_a_number_that_stands_alone_goes_before_one_of_several(self) -> None:
        given = {"value": 12.0, "unit": "mm"}
        assert as_written(quantity(reduce="max"), given, "was 12 x 14 mm, nu 12 mm", "nl") == given

    def test_thousands_that_the_model_copied(self) -> None:
        volume = quantity("ml")
        copied = check(volume, "1.200 ml")  # as JSON has it
        assert copied == {"value": 1.2, "unit": "ml"}
        expected = {"value": 1200.0, "unit": "ml", "written": "1.200 ml"}
        assert as_written(volume, copied, "urine 1.200 ml", "nl") == expected
        assert as_written(volume, copied, "urine 1.200 ml", "en") == copied
        # The model said 1.2 of another amount in the quote.
        kept = as_written(volume, copied, "urine 1.200 ml, bloed 1,2 ml", "nl")
        assert kept == {"value": 1.2, "unit": "ml", "written": "1,2 ml"}

    def test_the_number_with_another_unit_than_the_report_has(self) -> None:
        size = quantity()
        copied = check(size, "5.2 mm")
        expected = {"value": 52.0, "unit": "mm", "written": "5.2 CM"}
        assert as_written(size, copied, "5.2 CM BY GROSS MEASUREMENT", "en") == expected
        assert as_written(size, copied, "5.2 BY GROSS MEASUREMENT", "en") == copied
        assert as_written(size, copied, "5.2 cm, then 5.2 mm", "en") == copied  # it says both

    def test_not_where_thousands_are_out_of_range(self) -> None:
        density = quantity("ng/ml", range={"max": 100})
        value = check(density, "1.125 ng/ml")
        assert as_written(density, value, "1.125 ng/ml", "nl") == value


VARIABLES = [
    quantity(),
    quantity(reduce="max"),
    quantity("ml", reduce="product"),
    quantity("mmol/L", units=["mg/dL", "mEq/L"]),
    quantity("1", range={"min": 0, "max": 10}),
]
TEXT = st.text("0123456789.,x-– <>cmlkg³ tobis/L", max_size=24) | st.text(max_size=12)


@pytest.mark.parametrize("variable", VARIABLES, ids=str)
@given(text=TEXT, quote=TEXT, language=st.sampled_from(["nl", "en", None]))
def test_what_is_read_stays_what_it_is(
    variable: QuantityVariable, text: str, quote: str, language: str | None
) -> None:
    try:
        found = check(variable, text, language=language)
    except InvalidValueError:
        return
    assert check(variable, found, language=language) == found
    again = as_written(variable, found, quote, language)
    assert check(variable, again) == again
    assert again["unit"] == found["unit"]
