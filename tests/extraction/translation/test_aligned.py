"""Which characters of a translation came from which of the original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.long.sentences import sentences
from epicrisis.extraction.translation import align
from epicrisis.report import Span

TEXT = "Verslag:\n\nOud infarct. Geen tumor.\n12-3-2024\n"
PLACES = sentences(TEXT)
OTHER = ["Report:", "Old infarction.", "Geen tumor.", "12-3-2024"]


def place(words: str, text: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def test_line_breaks_stay() -> None:
    assert align(TEXT, PLACES, OTHER).text == "Report:\n\nOld infarction. Geen tumor.\n12-3-2024\n"


@pytest.mark.parametrize(
    ("words", "source", "same"),
    [
        ("infarction", "Oud infarct.", False),
        ("tumor", "tumor", True),
        ("infarction. Geen", "Oud infarct. Geen", False),
        ("Report:\n\nOld", "Verslag:\n\nOud infarct.", False),
        ("tumor.\n12-3", "tumor.\n12-3", True),
        ("\n\n", "\n\n", True),
    ],
)
def test_the_way_back(words: str, source: str, same: bool) -> None:
    aligned = align(TEXT, PLACES, OTHER)
    assert aligned.source(*place(words, aligned.text)) == (Span(*place(source, TEXT)), same)


def test_what_is_in_no_translation() -> None:
    aligned = align(TEXT, PLACES, OTHER)
    for start, end in ((3, 3), (-1, 2), (0, len(aligned.text) + 1)):
        with pytest.raises(ValueError, match="no stretch"):
            aligned.source(start, end)


def test_nothing_changed() -> None:
    assert not align(TEXT, PLACES, [TEXT[one.start : one.end] for one in PLACES]).changed
    assert not align("", [], []).changed


def test_as_many_translations_as_sentences() -> None:
    with pytest.raises(ValueError, match="zip"):
        align(TEXT, PLACES, OTHER[:-1])


@given(st.text("abA1.,\n ", max_size=60), st.data())
def test_every_stretch_comes_from_the_sentences_it_touches(text: str, data: st.DataObject) -> None:
    places = sentences(text)
    one = st.text("xyz ", min_size=1, max_size=9)
    words = [data.draw(st.one_of(one, st.just(text[place.start : place.end]))) for place in places]
    aligned = align(text, places, words)
    assert "".join(aligned.text[piece.start : piece.end] for piece in aligned.pieces) == aligned.text
    assert "".join(text[piece.source.start : piece.source.end] for piece in aligned.pieces) == text
    if not aligned.text:
        return
    start = data.draw(st.integers(0, len(aligned.text) - 1))
    end = data.draw(st.integers(start + 1, len(aligned.text)))
    source, same = aligned.source(start, end)
    assert 0 <= source.start < source.end <= len(text)
    if same:
        assert text[source.start : source.end] == aligned.text[start:end]
    for piece in aligned.pieces:
        if piece.start < end and start < piece.end and not piece.same:
            assert source.start <= piece.source.start
            assert piece.source.end <= source.end
