"""Whether a stretch of a report can stand for a quote that is not quite verbatim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.likeness import alike, can_be_alike

words = st.lists(
    st.sampled_from(["geen", "niet", "links", "mta", "2", "1.5", "lacune", "thalamus", "in", "de"])
)


@given(words, words)
def test_the_question_beforehand_never_rules_out_what_is_alike(quote: list[str], found: list[str]) -> None:
    one, other = " ".join(quote), " ".join(found)
    if len(one) >= 8 and alike(one, other):
        assert can_be_alike(one, f"zonder {other} 7")


def test_what_the_question_beforehand_rules_out() -> None:
    assert not can_be_alike("infarct", "infarct")  # too short
    assert not can_be_alike("diameter 12 mm", "diameter 13 mm")
    assert not can_be_alike("infarct links cerebellair", "infarct rechts cerebellair")


@given(words)
def test_everything_is_like_itself(found: list[str]) -> None:
    assert alike(" ".join(found), " ".join(found))


@pytest.mark.parametrize(
    ("quote", "found", "expected"),
    [
        ("oude lacune in de thalamus", "oude lacune in thalamus", True),
        ("wittestof afwijkingen temporaal", "wittestofafwijkingen temporaal", True),
        ("infarct van de thalamus", "infract van de thalamus", True),
        ("laesie in een oud gebied", "laesie in geen oud gebied", False),
        ("laesie 2 en 3 in het gebied", "laesie 3 en 2 in het gebied", False),
        ("hypodense laesie zonder effect", "hypodense laesie met effect", False),
        ("uitgebreide benigne afwijkingen", "uitgebreide maligne afwijkingen", False),
    ],
)
def test_alike(quote: str, found: str, expected: bool) -> None:
    assert alike(quote, found) is expected
    assert alike(found, quote) is expected
