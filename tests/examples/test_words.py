"""Words in common."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.examples.words import Words, words

TEXTS = ["Klein infarct links", "Groot infarct rechts, oud infarct", "Longen schoon"]


def test_words_are_without_case_and_numbers() -> None:
    assert words("MRI d.d. 12-01-2023: Één infarct (3 mm) T2-w") == ["mri", "één", "infarct", "mm"]


def by_hand(query: set[str], texts: list[str]) -> list[float]:
    """Lucene's BM25, from its definition."""
    corpus = [words(text) for text in texts]
    mean = sum(map(len, corpus)) / len(corpus)
    scores = []
    for document in corpus:
        total = 0.0
        for word in query:
            within = sum(word in other for other in corpus)
            idf = math.log(1 + (len(corpus) - within + 0.5) / (within + 0.5))
            often = document.count(word)
            total += idf * often / (often + 1.5 * (1 - 0.75 + 0.75 * len(document) / mean))
        scores.append(total)
    return scores


def test_scores_are_those_of_the_formula() -> None:
    found = Words(TEXTS).scores("Infarct links, infarct, en een onbekend woord")
    assert found == pytest.approx(by_hand({"infarct", "links"}, TEXTS))
    assert found[0] > found[1] > found[2] == 0


@given(st.lists(st.text(max_size=30), min_size=1, max_size=6), st.text(max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_asked(texts: list[str], query: str) -> None:
    scores = Words(texts).scores(query)
    assert len(scores) == len(texts)
    assert all(score >= 0 and math.isfinite(score) for score in scores)


def test_texts_without_words_score_nothing() -> None:
    assert Words(["1 2 3", ""]).scores("infarct") == [0.0, 0.0]
