"""Windows on a report and reports in pieces, for any text and any place."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from epicrisis.evaluation.report.windows import pieces, window

TEXTS = st.text(max_size=600)
PLACES = st.tuples(st.integers(-5, 700), st.integers(-5, 700))


@given(TEXTS, PLACES, st.integers(0, 100))
def test_a_window_is_a_stretch_of_the_text(text: str, place: tuple[int, int], margin: int) -> None:
    start, end = place
    found = window(text, start, end, margin)
    if not 0 <= start < end <= len(text):
        assert found is None
        return
    assert found is not None
    assert found.quote == text[start:end]
    assert found.before == text[start - len(found.before) : start]
    assert text[end:].startswith(found.after)
    assert len(found.before) <= margin
    assert len(found.after) <= margin
    assert found.cut_before or found.before == text[:start]
    assert found.cut_after or found.after == text[end:]


def test_a_window_is_cut_between_words() -> None:
    found = window("een twee drie vier vijf zes", 14, 18, 6)
    assert found is not None
    assert (found.before, found.quote, found.after) == ("drie ", "vier", " vijf")


def test_a_very_long_quote_is_shown_by_its_beginning() -> None:
    found = window("x" * 5000, 0, 5000)
    assert found is not None
    assert len(found.quote) < 2000
    assert found.cut_after


@given(TEXTS, st.lists(PLACES, max_size=8))
def test_pieces_are_the_text_and_evidence_is_marked(text: str, spans: list[tuple[int, int]]) -> None:
    found = pieces(text, spans)
    assert "".join(piece for piece, _ in found) == text
    marked = [evidence for piece, evidence in found for _ in piece]
    inside = [span for span in spans if 0 <= span[0] < span[1] <= len(text)]
    assert marked == [any(start <= at < end for start, end in inside) for at in range(len(text))]
