"""Amounts as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.amounts import find_amounts, number_of, read_amount


@pytest.mark.parametrize(
    ("digits", "language", "number"),
    [
        ("12", None, 12),
        ("2,5", None, 2.5),
        ("2.5", None, 2.5),
        ("1.200", None, 1.2),
        ("1.200", "en", 1.2),
        ("1.200", "nl", 1200),
        ("1.200", "de", 1200),
        ("1.200", "fr", 1200),
        ("1.200", "nl-BE", 1200),
        ("1.200", "de-CH", 1.2),
        ("1,200", "en", 1200),
        ("1,200", "en-GB", 1200),
        ("1,200", "nl", 1.2),
        ("1,200", None, 1.2),
        ("0.125", "nl", 0.125),
        ("0,125", "en", 0.125),
        ("12.34", "nl", 12.34),
        ("1234.500", "nl", 1234.5),
        ("1.234.567", "en", 1234567),
        ("1,234,567", "nl", 1234567),
        ("1.234,5", "en", 1234.5),
        ("1,234.5", "nl", 1234.5),
        ("1 200", "nl", 1200),
        ("1\u202f200,5", "fr", 1200.5),
        ("1'200.5", "de-CH", 1200.5),
        ("1.5e3", "en", 1500),
    ],
)
def test_separators_by_language(digits: str, language: str | None, number: float) -> None:
    assert number_of(digits, language) == number
    found = read_amount(f"{digits} ml", language)
    assert found is not None
    assert (found.numbers, found.units, found.shape, found.digits) == ((number,), ("ml",), "single", digits)


@pytest.mark.parametrize(
    ("text", "numbers", "units", "shape", "sense"),
    [
        ("12", (12,), ("",), "single", ""),
        ("12mm", (12,), ("mm",), "single", ""),
        (" 12 mm. ", (12,), ("mm",), "single", ""),
        ("-5 mm", (-5,), ("mm",), "single", ""),
        ("−5", (-5,), ("",), "single", ""),
        ("3 cm³", (3,), ("cm³",), "single", ""),
        ("10%", (10,), ("%",), "single", ""),
        ("250 x10^9/L", (250,), ("x10^9/L",), "single", ""),
        ("250 10*9/L", (250,), ("10*9/L",), "single", ""),
        ("3 mm or so", (3,), ("mm or so",), "single", ""),
        ("<5", (5,), ("",), "single", "<"),
        ("< 5 mm", (5,), ("mm",), "single", "<"),
        ("≤5 mm", (5,), ("mm",), "single", "<="),
        ("<= 5 mm", (5,), ("mm",), "single", "<="),
        (">= 5 mm", (5,), ("mm",), "single", ">="),
        (">10 mm", (10,), ("mm",), "single", ">"),
        ("kleiner dan 5 mm", (5,), ("mm",), "single", "<"),
        ("mehr als 3 cm", (3,), ("cm",), "single", ">"),
        ("größer als 3 cm", (3,), ("cm",), "single", ">"),
        ("maximaal 8 mm", (8,), ("mm",), "single", "<="),
        ("up to 4 cm", (4,), ("cm",), "single", "<="),
        ("jusqu'à 4 cm", (4,), ("cm",), "single", "<="),
        ("bis zu 4 cm", (4,), ("cm",), "single", "<="),
        ("at least 4 cm", (4,), ("cm",), "single", ">="),
        ("moins de 4 cm", (4,), ("cm",), "single", "<"),
        ("ca. 6 mm", (6,), ("mm",), "single", "~"),
        ("circa 6 mm", (6,), ("mm",), "single", "~"),
        ("±6mm", (6,), ("mm",), "single", "~"),
        ("environ 6 mm", (6,), ("mm",), "single", "~"),
        ("1.2 x 0.8 cm", (1.2, 0.8), ("", "cm"), "several", ""),
        ("12x8x5 mm", (12, 8, 5), ("", "", "mm"), "several", ""),
        ("1,2 × 0,8 × 3,1 cm", (1.2, 0.8, 3.1), ("", "", "cm"), "several", ""),
        ("12 mm x 8 mm", (12, 8), ("mm", "mm"), "several", ""),
        ("1.2cm x 8mm", (1.2, 8), ("cm", "mm"), "several", ""),
        ("12 bij 8 mm", (12, 8), ("", "mm"), "several", ""),
        ("12 by 8 by 5 mm", (12, 8, 5), ("", "", "mm"), "several", ""),
        ("12 mal 8 mm", (12, 8), ("", "mm"), "several", ""),
        ("12 sur 8 mm", (12, 8), ("", "mm"), "several", ""),
        ("ca. 12 x 8 mm", (12, 8), ("", "mm"), "several", "~"),
        ("8-10 mm", (8, 10), ("", "mm"), "range", ""),
        ("8 – 10mm", (8, 10), ("", "mm"), "range", ""),
        ("8 mm - 1 cm", (8, 1), ("mm", "cm"), "range", ""),
        ("8 tot 10 mm", (8, 10), ("", "mm"), "range", ""),
        ("8 t/m 10 mm", (8, 10), ("", "mm"), "range", ""),
        ("8 to 10 mm", (8, 10), ("", "mm"), "range", ""),
        ("8 bis 10 mm", (8, 10), ("", "mm"), "range", ""),
        ("8 à 10 mm", (8, 10), ("", "mm"), "range", ""),
        ("tussen 8 en 10 mm", (8, 10), ("", "mm"), "range", ""),
        ("between 8 mm and 1 cm", (8, 1), ("mm", "cm"), "range", ""),
        ("zwischen 8 und 10 mm", (8, 10), ("", "mm"), "range", ""),
        ("entre 8 et 10 mm", (8, 10), ("", "mm"), "range", ""),
    ],
)
def test_what_stands_there(
    text: str, numbers: tuple[float, ...], units: tuple[str, ...], shape: str, sense: str
) -> None:
    found = read_amount(text)
    assert found is not None
    assert (found.numbers, found.units, found.shape, found.sense) == (numbers, units, shape, sense)
    assert found.written == text.strip(" .")
    assert text[found.start : found.end] == found.written


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "big",
        "mm",
        "5 5",
        "2024-05-01",
        "120/80 mmHg",
        "between 8",
        "x 5",
        "٣ mm",
        "<",
        "- 5",
        "a 5 mm",
    ],
)
def test_what_is_no_amount(text: str) -> None:
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("laesie van 2,5 cm links", ["2,5 cm"]),
        ("een 12x8 mm laesie, en 1.200 ml.", ["12x8 mm", "1.200 ml"]),
        ("T2 3 mm, C5-6 en L4/5", ["3 mm"]),
        ("op 3-4-2024 8 tot 10 mm, om 12:30", ["8 tot 10 mm"]),
        ("2024-05-01: ca. 6 mm", ["ca. 6 mm"]),
        ("noduli <5 mm en >1 cm", ["<5 mm", ">1 cm"]),
        ("3 millimeter, 4 cm³, 7 mmol", ["3 millimeter", "4", "7"]),
        ("versie 1.2.3 en 4mm5", []),
        ("Fazekas 2. MTA 3", ["2", "3"]),
        ("tussen 8 en 10 mm groot", ["tussen 8 en 10 mm"]),
        ("a 3-cm mass, 5-mm margins", ["3-cm", "5-mm"]),
    ],
)
def test_amounts_in_a_text(text: str, found: list[str]) -> None:
    assert [one.written for one in find_amounts(text, ["mm", "cm", "ml"], "nl")] == found


NUMBERS = st.integers(0, 999_999) | st.floats(0, 99_999).map(lambda number: round(number, 2))


@given(
    NUMBERS, st.sampled_from(["nl", "de", "fr", "en", "en-GB"]), st.booleans(), st.sampled_from(["ml", "cm"])
)
def test_a_number_written_for_a_language_is_read_back(
    number: float, language: str, grouped: bool, unit: str
) -> None:
    text = f"{number:,.2f}" if isinstance(number, float) else f"{number:,}"
    if not grouped:
        text = text.replace(",", "")
    if language[:2] != "en":
        text = text.translate(str.maketrans(",.", ".,"))
    found = read_amount(f"{text} {unit}", language)
    assert found is not None
    assert found.units == (unit,)
    assert math.isclose(found.numbers[0], number)


@given(st.lists(NUMBERS, min_size=1, max_size=3), st.sampled_from([" x ", "x", " × ", " by "]))
def test_measurements_written_are_read_back(numbers: list[float], joint: str) -> None:
    found = read_amount(f"{joint.join(map(str, numbers))} mm", "en")
    assert found is not None
    assert found.numbers == pytest.approx(numbers)
    assert found.shape == ("several" if len(numbers) > 1 else "single")


@given(
    st.text(max_size=40) | st.text("0123456789.,x-– <>cm³ tobis/a'e\u00a0", max_size=40),
    st.sampled_from(["nl", "en", None]),
)
def test_any_text_is_read_or_not_and_places_are_right(text: str, language: str | None) -> None:
    found = read_amount(text, language)
    assert found is None or text[found.start : found.end] == found.written
    end = 0
    for one in find_amounts(text, ["mm", "cm", "cm3"], language):
        assert end <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.written
        assert len(one.numbers) == len(one.units)
        assert not any(math.isnan(number) for number in one.numbers)
        end = one.end
