"""What is asked of a part, and the way back to the report."""

from __future__ import annotations

from epicrisis.extraction.long.part import Part
from epicrisis.report import Span

TEXT = "VERSLAG\nMamma:\nGeen tumor. Wel een cyste."
PART = Part(27, 41, (Span(0, 7), Span(8, 14)))


def test_headings_stand_above_the_part() -> None:
    assert PART.text(TEXT) == "VERSLAG\nMamma:\nWel een cyste."
    assert Part(0, 7).text(TEXT) == "VERSLAG"


def place(words: str) -> str:
    asked = PART.text(TEXT)
    start = asked.index(words)
    found = PART.place(start, start + len(words))
    return TEXT[found.start : found.end]


def test_places() -> None:
    assert place("cyste") == "cyste"
    assert place("VERSLAG") == "VERSLAG"
    assert place("Mamma") == "Mamma"


def test_what_runs_from_a_heading_into_the_part_is_in_the_part() -> None:
    assert place("Mamma:\nWel een") == "Wel een"
    assert place("VERSLAG\nMamma") == "Mamma"


def test_nothing_is_somewhere() -> None:
    assert PART.place(3, 3) == Span(3, 3)
    assert PART.place(15, 15) == Span(27, 27)
