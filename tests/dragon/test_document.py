"""Where a quote stands in tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.dragon.document import Document, Stretch

TOKENS = [
    "Seen",
    "on",
    "4",
    "/",
    "10",
    "/",
    "2024",
    ":",
    "a",
    "Lesion",
    "of",
    "1",
    ",",
    "5",
    "mm",
    ".",
    "No",
    "other",
    "lesion",
    "(",
    "I",
    ")",
    ".",
    "i",
    "do",
]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("4/10/2024", ["4 / 10 / 2024"]),
        ("4 / 10/2024", ["4 / 10 / 2024"]),
        ("lesion", ["Lesion", "lesion"]),
        ("I", ["I"]),
        ("i", ["i"]),
        ("1.5 mm", ["1 , 5 mm"]),
        ("1,5 mm.", ["1 , 5 mm"]),
        ("1 , 5 mm .", ["1 , 5 mm ."]),
        ('"a lesion"', ["a Lesion"]),
        ("les", []),
        ("sion", []),
        ("0", []),
        ("...", []),
        ("", []),
        ("seen on 4 / 10 / 2024 : a leison of", ["Seen on 4 / 10 / 2024 : a Lesion of"]),
    ],
)
def test_writing_differs_and_the_place_is_the_same(quote: str, expected: list[str]) -> None:
    document = Document(TOKENS)
    assert [document.words(one) for one in document.find(quote)] == expected


def test_punctuation_on_a_token_is_no_hindrance() -> None:
    document = Document(["size", "12", "mm.", "(left),", "mm"])
    assert document.find("12 mm") == [Stretch(1, 3)]
    assert document.find("left") == [Stretch(3, 4)]
    assert document.find("mm.") == [Stretch(2, 3)]
    assert document.find("mm") == [Stretch(2, 3), Stretch(4, 5)]


words = st.text("abcdefgh", min_size=1, max_size=4) | st.sampled_from([".", ",", "(", "12", "3.4", "I", "II"])


@given(st.lists(words, min_size=1, max_size=30), st.data())
def test_every_stretch_is_found_again(tokens: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(tokens) - 1))
    end = data.draw(st.integers(start + 1, len(tokens)))
    document = Document(tokens)
    quote = document.words(Stretch(start, end))
    found = document.find(quote)
    assert any(document.words(one) == quote for one in found)
    assert found == sorted(found)
    for one in found:
        assert 0 <= one.start < one.end <= len(tokens)


@given(st.lists(st.text(max_size=6), min_size=1, max_size=10), st.text(max_size=12))
def test_nothing_breaks_it(tokens: list[str], quote: str) -> None:
    for one in Document(tokens).find(quote):
        assert 0 <= one.start <= one.end <= len(tokens)


@given(st.lists(st.text("abc ", min_size=1, max_size=4), min_size=1, max_size=10))
def test_characters_lead_to_their_tokens(tokens: list[str]) -> None:
    document = Document(tokens)
    for place, start in enumerate(document.starts):
        assert document.text[start : start + len(tokens[place])] == tokens[place]
        assert document.of_characters(start, start + len(tokens[place])) == Stretch(place, place + 1)
