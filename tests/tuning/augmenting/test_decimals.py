"""Decimal commas and points: what is changed, and what only looks like a decimal number."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.example import Example
from epicrisis.extraction.measurements import measurements
from epicrisis.tuning.augmenting.decimals import decimals

Make = Callable[..., Example]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a cyst of 3.5 cm", "a cyst of 3,5 cm"),
        ("een cyste van 3,5 cm", "een cyste van 3.5 cm"),
        ("3,5 x 2,1 x 1,0 cm, hilar", "3.5 x 2.1 x 1.0 cm, hilar"),
        ("PSA 4.2 and pH 7.35.", "PSA 4,2 and pH 7,35."),
        ("lies at 12.75%", "lies at 12,75%"),
        ("only 0,125 there", "only 0.125 there"),
        ("field of 1.5T", "field of 1,5T"),
    ],
)
def test_amounts_get_the_other_mark(codebook: Codebook, example: Make, before: str, after: str) -> None:
    made = decimals(example(before), codebook, Random(0))
    assert made is not None
    assert made.worked.text == after


@pytest.mark.parametrize(
    "text",
    [
        "on 12.03.2021 and 12.03. and 3.11.21",
        "am 3.5. operiert",
        "at 14.30 and 8.15 uur, om 9.45 gezien",
        "1.200 ml, 1,200 ml, 12.345.678",
        "T1.5 and L4,5 and C34.1",
        "version 2.1, ICD-10 34.1, Fig. 1.2, PI-RADS 2.1",
        "1.2 Findings\nnormal",
        "1.1\n1.2. Technique",
        "segments 4,7 and stations 10,11",
        "192.168.1.12 and 1:2.5",
        "no number",
    ],
)
def test_other_numbers_stay(codebook: Codebook, example: Make, text: str) -> None:
    assert decimals(example(text), codebook, Random(0)) is None


def test_a_comma_between_numbers_is_a_decimal_one_where_the_answer_says_so(
    codebook: Codebook, example: Make
) -> None:
    cells = {"size": ("4.7 cm", "extent 4,7")}
    made = decimals(example("extent 4,7; segments 4,8", cells), codebook, Random(0))
    assert made is not None
    assert made.worked.text == "extent 4.7; segments 4,8"
    assert made.worked.cells["size"] == ("4.7 cm", "extent 4.7")


def test_the_quote_of_an_amount_reads_the_same(codebook: Codebook, example: Make) -> None:
    made = decimals(example("of 3.5 x 2 cm", {"size": ("3.5 cm", "3.5 x 2 cm")}), codebook, Random(0))
    assert made is not None
    value, quote = made.worked.cells["size"]
    assert (value, quote) == ("3.5 cm", "3,5 x 2 cm")
    assert [one.number for one in measurements(codebook["size"], quote)] == [3.5, 2.0]


def test_free_text_that_is_copied_follows_and_that_is_not_keeps_its_words(
    codebook: Codebook, example: Make
) -> None:
    text = "cyst of 3.5 cm, stable"
    copied = decimals(example(text, {"summary": "cyst of 3.5 cm"}), codebook, Random(0))
    assert copied is not None
    assert copied.worked.cells["summary"].value == "cyst of 3,5 cm"
    assert decimals(example(text, {"summary": "Cyst of 3.5 cm"}), codebook, Random(0)) is None


def test_a_quote_that_is_not_in_the_text_is_left_alone(codebook: Codebook, example: Make) -> None:
    assert decimals(example("3.5 cm", {"size": ("3.5 cm", "3.5 CM")}), codebook, Random(0)) is None
