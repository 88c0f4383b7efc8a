"""Examples that are too long, in parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook import Codebook
from epicrisis.examples.example import Example
from epicrisis.prompting.worked import Cell, WorkedExample
from epicrisis.tuning.shortening import in_parts

CODEBOOK = Codebook.model_validate(
    {
        "name": "long",
        "version": "1",
        "variables": [
            {"name": "spleen", "kind": "category", "options": ["normal", "large"]},
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "drugs", "kind": "spans"},
            {"name": "nodes", "kind": "count"},
        ],
    }
)
FILLER = "The liver is unremarkable and so is everything that lies about it."


def size(text: str) -> int:
    return len(text.split())


def example(text: str, **cells: Cell) -> Example:
    return Example(WorkedExample(text, cells, "r1"), "p1")


@given(
    before=st.integers(0, 12), between=st.integers(8, 30), after=st.integers(0, 12), room=st.integers(30, 80)
)
def test_each_part_states_what_its_own_words_say(before: int, between: int, after: int, room: int) -> None:
    sentences = [FILLER] * before + ["The spleen is large."] + [FILLER] * between
    sentences += ["It measures 21 mm. Uses aspirin."] + [FILLER] * after
    text = " ".join(sentences)
    found = in_parts(
        CODEBOOK,
        example(
            text,
            spleen=Cell("large", "spleen is large"),
            size=Cell("21 mm", "measures 21 mm"),
            drugs=Cell([{"text": "aspirin"}], None),
        ),
        size,
        room,
    )
    assert found is not None
    assert len(found) > 1
    for part in found:
        assert size(part.worked.text) <= room
        assert part.patient == "p1"
        for name, words in (("spleen", "spleen is large"), ("size", "measures 21 mm"), ("drugs", "aspirin")):
            assert (name in part.worked.cells) == (words in part.worked.text)
    assert {name for part in found for name in part.worked.cells} == {"spleen", "size", "drugs"}


@pytest.mark.parametrize(
    "cells",
    [
        {"spleen": Cell("large", None)},  # its words are not known
        {"nodes": Cell(3, "three nodes")},  # counted over the whole report
        {"size": Cell("21 mm", "not in the text at all")},
    ],
)
def test_what_belongs_to_no_one_place_cannot_be_split(cells: dict[str, Cell]) -> None:
    assert in_parts(CODEBOOK, example(" ".join([FILLER] * 20), **cells), size, 50) is None


def test_short_words_that_stand_elsewhere_too_tell_no_place() -> None:
    """Each part with a 2 in it would state a size."""
    text = " ".join([FILLER] * 4 + ["It measures 2 mm."] + [FILLER] * 10 + ["See image 2."])
    twice = example(text, size=Cell("2 mm", "2"))
    assert in_parts(CODEBOOK, twice, size, 60) is None
    once = in_parts(CODEBOOK, example(text, size=Cell("2 mm", "2 mm")), size, 60)
    assert once is not None
    assert ["size" in part.worked.cells for part in once] == ["2 mm" in part.worked.text for part in once]
    # The same words twice say the same twice.
    long = " ".join([FILLER] * 4 + ["The spleen is large."] + [FILLER] * 10 + ["The spleen is large."])
    assert in_parts(CODEBOOK, example(long, spleen=Cell("large", "spleen is large")), size, 60) is not None


def test_what_fits_nowhere_cannot_be_split(toy_codebook: Callable[..., Any]) -> None:
    assert in_parts(CODEBOOK, example(FILLER * 4), lambda text: 1000 + len(text), 50) is None
