"""The numbers a document gives its own parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.dragon.document import Document
from epicrisis.dragon.numbering import numbers, roman, sections


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("II", (2,)),
        ("iv", (4,)),
        ("I+II", (1, 2)),
        ("I + II + III", (1, 2, 3)),
        ("I, II en IV", (1, 2, 4)),
        ("2 t/m 4", (2, 3, 4)),
        ("II-IV", (2, 3, 4)),
        ("2", (2,)),
        ("biopt 3", (3,)),
        ("Lesion XIV:", (14,)),
        ("1 tot en met 3", (1, 2, 3)),
        ("I+I", (1,)),
        ("0", ()),
        ("IIX", ()),
        ("", ()),
        ("left", ()),
        ("civil", ()),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, expected: tuple[int, ...]) -> None:
    assert numbers(text) == expected


@given(st.integers(1, 39))
def test_roman_numerals_come_back(number: int) -> None:
    assert numbers(roman(number)) == (number,)


def parts(text: str) -> list[tuple[tuple[int, ...], str, str]]:
    document = Document(text.split())
    return [(one.numbers, one.heading, document.words(one.tokens)) for one in sections(document)]


def test_sections_go_up_to_the_next_heading() -> None:
    assert parts("seen today I+II polyp of 4 mm . III normal V") == [
        ((1, 2), "I+II", "polyp of 4 mm ."),
        ((3,), "III", "normal V"),
    ]


def test_headings_may_be_several_tokens_and_begin_again() -> None:
    assert parts("I + II : skin . III : nail . Conclusion I : naevus II t/m III : none") == [
        ((1, 2), "I + II", "skin ."),
        ((3,), "III", "nail . Conclusion"),
        ((1,), "I", "naevus"),
        ((2, 3), "II t/m III", "none"),
    ]


def test_arabic_headings_need_a_mark() -> None:
    assert parts("1. a cyst of 2 cm 2) two of 3 mm 3 : none") == [
        ((1,), "1", "a cyst of 2 cm"),
        ((2,), "2", "two of 3 mm"),
        ((3,), "3", "none"),
    ]
    assert parts("1 cyst of 2 cm and 3 others") == []


def test_a_document_need_not_be_numbered() -> None:
    assert parts("a mass of 12 mm in grade IV") == []
