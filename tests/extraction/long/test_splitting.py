"""Long reports into parts."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import ContextOverflowError
from epicrisis.extraction.long.part import Part
from epicrisis.extraction.long.splitting import parts


def words(text: str) -> int:
    """A tokenizer of a kind: a token for four letters, one for each mark."""
    return len(re.findall(r"\w{1,4}|[^\w\s]", text))


class Counting:
    def __init__(self, size: Callable[[str], int]) -> None:
        self.calls = 0
        self._size = size

    def __call__(self, text: str) -> int:
        self.calls += 1
        return self._size(text)


def texts(text: str, found: list[Part]) -> list[str]:
    return [text[one.start : one.end] for one in found]


def report(sentences: int) -> str:
    """Sections of ten sentences."""
    lines: list[str] = []
    for number in range(sentences):
        if number % 10 == 0:
            lines.append(f"Orgaan {number // 10}:")
        lines.append(f"Bevinding nummer {number} toont geen afwijkingen van betekenis.")
    return "\n".join(lines)


def test_what_fits_is_one_part_and_counted_once() -> None:
    size = Counting(words)
    assert parts("Geen infarct.", size, 100) == [Part(0, 13)]
    assert size.calls == 1
    assert parts("", words, 0) == [Part(0, 0)]


def test_as_few_parts_as_fit() -> None:
    text = report(200)
    for room in (200, 400, 1000):
        found = parts(text, words, room, overlap=0)
        assert all(words(one.text(text)) <= room for one in found)
        # A sentence is some twenty tokens, a heading three.
        assert len(found) <= -(-words(text) // (room - 23))


def test_few_calls_of_the_counter() -> None:
    size = Counting(words)
    found = parts(report(1000), size, 1000)
    assert len(found) > 15
    assert size.calls <= 10 * len(found)


def test_instructions_are_counted_too() -> None:
    text = report(100)
    found = parts(text, lambda stretch: 5000 + words(stretch), 5400)
    assert found == parts(text, words, 400)


def test_cut_before_a_heading_if_that_costs_nothing() -> None:
    text = report(40)
    found = parts(text, words, words(text) * 2 // 3, overlap=0)
    assert len(found) == 2
    assert texts(text, found)[1].startswith("Orgaan ")
    assert found[1].headings == ()  # its own heading is in it


def test_cut_before_a_sentence_else() -> None:
    text = " ".join(f"Dit is zin nummer {number}." for number in range(50))
    for one in texts(text, parts(text, words, 60, overlap=0)):
        assert one.startswith("Dit is zin")
        assert one.rstrip().endswith(".")


def test_cut_before_a_line_if_a_sentence_is_too_long() -> None:
    text = "\n".join(f"regel {number} zonder punt en zonder hoofdletter" for number in range(50))
    for one in texts(text, parts(text, words, 60, overlap=0)):
        assert one.startswith("regel")


def test_cut_before_a_word_if_a_line_is_too_long() -> None:
    text = " ".join(f"woord{number}" for number in range(200))
    found = texts(text, parts(text, words, 30, overlap=0))
    assert all(one.startswith("woord") and one.strip().split()[-1] in text.split() for one in found)


def test_cut_within_a_word_if_it_alone_is_too_long() -> None:
    text = "x" * 1000
    found = parts(text, words, 10)
    assert all(words(one.text(text)) <= 10 for one in found)
    assert found[-1].end == 1000


def test_no_letter_is_parted_from_its_marks() -> None:
    text = "e\u0301" * 100
    found = parts(text, len, 7)
    assert all(one.start == 0 or text[one.start] == "e" for one in found)


def test_the_last_sentences_are_repeated() -> None:
    text = " ".join(f"Dit is zin nummer {number}." for number in range(50))
    found = texts(text, parts(text, words, 100, overlap=2))
    for before, after in pairwise(found):
        last = re.findall(r"Dit is zin nummer \d+\.", before)[-2:]
        assert after.startswith(" ".join(last))


def test_a_sentence_that_is_cut_is_repeated_in_part() -> None:
    text = " ".join(f"woord{number}" for number in range(400))
    found = parts(text, words, 60)
    for before, after in pairwise(found):
        assert before.start < after.start < before.end
        assert text[after.start :].startswith("woord")


def test_a_part_within_a_section_has_its_headings_above_it() -> None:
    text = "VERSLAG\nRechter mamma:\n" + " ".join(f"Dit is zin nummer {number}." for number in range(50))
    found = parts(text, words, 100)
    assert len(found) > 2
    for one in found[1:]:
        assert one.text(text).startswith("VERSLAG\nRechter mamma:\nDit is zin")
        assert words(one.text(text)) <= 100


def test_headings_are_left_out_where_they_would_take_the_room() -> None:
    text = "VERSLAG VAN HET GEHELE ONDERZOEK\n" + " ".join(f"Zin {number}." for number in range(50))
    found = parts(text, words, 20)
    assert all(one.headings == () for one in found)


def test_no_room_at_all() -> None:
    with pytest.raises(ContextOverflowError) as caught:
        parts("Geen infarct.", lambda text: 50 + words(text), 50)
    assert (caught.value.needed, caught.value.available) == (54, 50)
    with pytest.raises(ContextOverflowError):
        parts("Geen infarct.", lambda text: 10 * len(text), 9)


def test_a_counter_that_is_not_steady() -> None:
    """Tokens depend on what stands next to them: more text may even take fewer."""
    text = report(100)

    def size(stretch: str) -> int:
        return words(stretch) - len(stretch) % 7

    found = parts(text, size, 300)
    assert all(size(one.text(text)) <= 300 for one in found)
    assert found[-1].end == len(text)


PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["Conclusie:\n", "Geen infarct. ", "VERSLAG\n", "\n\n", "- item\n", "x" * 40, "d.d. ", "\r\n"]
        ),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
    ),
    min_size=1,
    max_size=40,
)


@given(PIECES, st.integers(1, 120), st.integers(0, 3), st.sampled_from([words, len]))
def test_every_character_is_in_a_part(
    pieces: list[str], room: int, overlap: int, size: Callable[[str], int]
) -> None:
    text = "".join(pieces)
    found = parts(text, size, room, overlap)
    assert found[0].start == 0
    assert found[-1].end == len(text)
    for before, after in pairwise(found):
        assert before.start < after.start <= before.end < after.end
        assert overlap or after.start == before.end
    for one in found:
        assert size(one.text(text)) <= room


@given(PIECES, st.integers(10, 120))
def test_places_in_a_part_are_places_in_the_report(pieces: list[str], room: int) -> None:
    text = "".join(pieces)
    for one in parts(text, words, room):
        asked = one.text(text)
        above = len(asked) - (one.end - one.start)
        for start in range(above, len(asked)):
            place = one.place(start, len(asked))
            assert (place.start, place.end) == (one.start + start - above, one.end)
            assert text[place.start : place.end] == asked[start:]
