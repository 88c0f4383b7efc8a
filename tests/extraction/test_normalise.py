"""Text made comparable, and the way back to the original's characters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from epicrisis.extraction.normalise import normalise

NASTY = "aAzßÉéïñµſ\u0301\u0308 \n\t\r,.-–‐'`´“„12½²¾ﬁİŉ\u00ad\u200b\ufeff×°…\u00a0\u2009각한ΰ\u0345Ⅳ⁄،٣"
texts = st.text(st.sampled_from(NASTY) | st.characters(), max_size=40)
LATIN = "".join(chr(code) for code in range(0xC0, 0x250) if chr(code).isalpha())
words = st.text(st.sampled_from("abc XYZ" + LATIN), max_size=30)


@given(texts)
@example("ﬁ\u00ad\n ßx-\ny")
def test_every_character_has_a_place_in_the_original(text: str) -> None:
    found = normalise(text)
    assert len(found.starts) == len(found.ends) == len(found.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))
    assert list(found.starts) == sorted(found.starts)
    assert list(found.ends) == sorted(found.ends)


@given(texts, st.data())
def test_a_stretch_goes_back_to_its_first_and_last_character(text: str, data: st.DataObject) -> None:
    found = normalise(text)
    if not found.text:
        return
    start = data.draw(st.integers(0, len(found.text) - 1))
    end = data.draw(st.integers(start + 1, len(found.text)))
    assert found.original(start, end) == (found.starts[start], found.ends[end - 1])


@given(texts)
def test_white_space_is_one_space_and_never_at_the_ends(text: str) -> None:
    found = normalise(text).text
    assert found == " ".join(found.split())


@given(st.text(st.sampled_from("aAzßÉéïµſ\u0301 \n\t,.'“„×°…\u00a0ﬁ") | st.characters(max_codepoint=0x24F)))
def test_twice_is_once_but_for_hyphens_and_loose_accents(text: str) -> None:
    once = normalise("".join(one for one in text if one not in "-İ¨¯´¸")).text
    assert normalise(once).text == once


@given(words)
def test_composed_and_decomposed_accents_are_the_same(text: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    one, other = normalise(composed), normalise(decomposed)
    assert one.text == other.text
    for place in range(len(one.text)):
        piece = decomposed[slice(*other.original(place, place + 1))]
        assert unicodedata.normalize("NFC", piece) == composed[slice(*one.original(place, place + 1))]


@given(words)
def test_case_does_not_matter(text: str) -> None:
    assert normalise(text.casefold()).text == normalise(text).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("ﬁbrose", "fibrose"),
        ("a  b\r\n\tc", "a b c"),
        ("a\u00a0b\u2009c", "a b c"),
        (" links ", "links"),
        ("wittestof-\nafwijkingen", "wittestofafwijkingen"),
        ("wittestof-\r\n   afwijkingen", "wittestofafwijkingen"),
        ("pari\u00ebtaal", "parie\u0308taal"),
        ("corticale\u0301-\nb", "corticale\u0301b"),
        ("her\u00ad\nsenen", "hersenen"),
        ("her\u00adsenen", "hersenen"),
        ("her\u200bsenen", "hersenen"),
        ("\ufeffMRI", "mri"),
        ("1,5 cm", "1.5 CM"),
        ("2–3", "2-3"),
        ("−5", "-5"),
        ("„links“", '"links"'),
        ("patiënt’s", "patiënt's"),
        ("3 × 4", "3 x 4"),
        ("cm²", "cm2"),
        ("½ cm", "1/2 cm"),
        ("٣", "٣"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert normalise(one).text == normalise(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("T1,T2", "T1.T2"),  # a comma that is no decimal sign
        ("1, 5", "1.5"),
        ("links-\nRechts", "linksRechts"),  # a capital begins a word of its own
        ("MTA 2 -\nlinks", "MTA 2 links"),
        ("niet- en", "nieten"),
        ("10²", "102"),
        ("1½", "11/2"),
        ("²3", "23"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert normalise(one).text != normalise(other).text


def test_places_in_the_original() -> None:
    text = "De Straße,\r\n1,5 cm her-\nsenen"
    found = normalise(text)
    assert found.text == "de strasse, 1.5 cm hersenen"
    for words, original in [
        ("strasse", "Straße"),
        ("1.5", "1,5"),
        ("hersenen", "her-\nsenen"),
        (", 1", ",\r\n1"),
    ]:
        start = found.text.index(words)
        assert text[slice(*found.original(start, start + len(words)))] == original


def test_a_border_inside_one_original_character() -> None:
    found = normalise("aßb½")
    assert found.text == "assb1/2"
    assert [place for place in range(len(found.text) + 1) if found.splits(place)] == [2, 5, 6]


@pytest.mark.parametrize("text", ["", " ", "\n\r\n", "\u00ad\u200b"])
def test_nothing(text: str) -> None:
    assert normalise(text).text == ""
    assert normalise(text).starts == ()
