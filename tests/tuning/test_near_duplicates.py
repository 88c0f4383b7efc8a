"""Near duplicates: found exactly, whatever the order of the pieces."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.tuning.near_duplicates import LIKENESS, NearDuplicates, alike, pieces

BASE = (
    "The left kidney measures 11 cm. No hydronephrosis, no stones. The bladder is normal, its wall is thin."
)


def jaccard(one: str, other: str) -> float:
    left, right = pieces(one), pieces(other)
    return len(left & right) / len(left | right) if left | right else 0.0


@st.composite
def families(draw: st.DrawFn) -> list[str]:
    """Texts of few letters, and copies of them with some letters changed: many are near 0.8."""
    seeds = draw(st.lists(st.text("ab c", min_size=0, max_size=60), min_size=1, max_size=4))
    chance = random.Random(draw(st.integers(0, 999)))
    found = []
    for seed in seeds:
        found.append(seed)
        for changes in range(1, 4):
            letters = list(seed)
            for _ in range(changes):
                if letters:
                    letters[chance.randrange(len(letters))] = chance.choice("abcd")
            found.append("".join(letters))
    return found


@given(texts=families(), known=st.booleans())
def test_what_comparing_all_with_all_finds(texts: list[str], known: bool) -> None:
    near = NearDuplicates(texts if known else ())
    for place, text in enumerate(texts):
        wanted = any(alike(pieces(text), pieces(other)) for other in texts[:place])
        assert near.like(text) == wanted, (text, texts[:place])
        near.add(text)


@given(texts=families())
def test_alike_is_the_jaccard_index(texts: list[str]) -> None:
    for one in texts:
        for other in texts:
            assert alike(pieces(one), pieces(other)) == (jaccard(one, other) >= float(LIKENESS) - 1e-12)


def test_exactly_at_the_border_counts() -> None:
    # Nine pieces are shared, of ten in each: 9 / 11; and eight: 8 / 12. Four of five in one only: 4 / 5.
    assert jaccard("abcdefgh", "abcdefghi") == 0.8
    assert alike(pieces("abcdefgh"), pieces("abcdefghi"))
    assert not alike(pieces("abcdefg"), pieces("abcdefghi"))


@pytest.mark.parametrize("other", [BASE.upper(), "  " + BASE.replace(" ", "\n\n"), BASE.replace("11", "12")])
def test_case_white_space_and_a_digit_make_no_other_text(other: str) -> None:
    near = NearDuplicates()
    near.add(BASE)
    assert near.like(other)


def test_another_text_is_another_text() -> None:
    near = NearDuplicates()
    near.add(BASE)
    assert not near.like(
        "Both lungs are clear. No effusion is seen and the heart is of normal size, as before."
    )


@pytest.mark.parametrize("blank", ["", " \n"])
def test_blank_texts_are_like_nothing(blank: str) -> None:
    near = NearDuplicates([blank])
    near.add(blank)
    assert not near.like(blank)


def test_short_texts_are_compared_whole() -> None:
    near = NearDuplicates()
    near.add("abc")
    assert near.like("ABC")
    assert not near.like("abd")


def test_only_among_the_same() -> None:
    near = NearDuplicates()
    near.add(BASE, "left")
    assert near.like(BASE, "left")
    assert not near.like(BASE, "right")
