"""ROUGE; the package rouge-score is the judge on ASCII text."""

from __future__ import annotations

import random
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from epicrisis.evaluation.cells import words
from epicrisis.evaluation.measures.rouge import longest_common_subsequence, rouge_l, rouge_n

THEIRS = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
# Words that come back, so that order and repeats matter.
ascii_texts = st.lists(
    st.sampled_from(["old", "Old", "infarct", "left", "3", "mm", "no_change", "T2-weighted", ",", "x", "?!"]),
    max_size=12,
).map(" ".join) | st.text(st.characters(max_codepoint=127), max_size=30)
sequences = st.lists(st.sampled_from("abc"), max_size=12)


@given(ascii_texts, ascii_texts)
def test_as_rouge_score(reference: str, text: str) -> None:
    theirs = THEIRS.score(reference, text)
    wanted, given_words = words(reference), words(text)
    for name, mine in (
        ("rouge1", rouge_n(wanted, given_words, 1)),
        ("rouge2", rouge_n(wanted, given_words, 2)),
        ("rougeL", rouge_l(wanted, given_words)),
    ):
        # Where the reference has nothing to measure, the package says 0.
        assert (mine or 0.0) == pytest.approx(theirs[name].fmeasure, abs=1e-12)


@given(sequences, sequences)
def test_longest_common_subsequence(one: list[str], other: list[str]) -> None:
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for row, left in enumerate(one):
        for column, right in enumerate(other):
            lengths[row + 1][column + 1] = (
                lengths[row][column] + 1
                if left == right
                else max(lengths[row][column + 1], lengths[row + 1][column])
            )
    assert longest_common_subsequence(one, other) == lengths[-1][-1]
    assert longest_common_subsequence(other, one) == lengths[-1][-1]


def test_longest_common_subsequence_of_long_texts() -> None:
    source = random.Random(1)
    one = source.choices(["a", "b", "c", "d"], k=300)
    blocks = SequenceMatcher(None, one, one[100:], autojunk=False).get_matching_blocks()
    assert longest_common_subsequence(one, one[100:]) == sum(block.size for block in blocks) == 200


@given(sequences, sequences)
def test_symmetric_and_bounded(one: list[str], other: list[str]) -> None:
    for score in (rouge_l, lambda a, b: rouge_n(a, b, 1), lambda a, b: rouge_n(a, b, 2)):
        value, turned = score(one, other), score(other, one)
        assert value is None or 0 <= value <= 1
        assert score(one, one) in (1.0, None)
        if value is not None and turned is not None:
            assert value == turned


def test_nothing_to_measure() -> None:
    assert rouge_l([], ["a"]) is None
    assert rouge_n([], ["a"], 1) is None
    assert rouge_n(["a"], ["a"], 2) is None
    assert rouge_n(["a", "b"], ["a"], 2) == 0
    assert rouge_l(["a"], []) == 0
