"""BIO tags, chunk by chunk; seqeval is the judge."""

from __future__ import annotations

import random
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities, precision_recall_fscore_support

from epicrisis.errors import OptionError
from epicrisis.evaluation.measures.bio import Chunk, ChunkCounts, chunks, scores, tags

KINDS = ["PER", "LOC", "T-STAGE", "1-2-3", "a b"]
proper = st.sampled_from(
    ["O", "O", "O", *(f"{letter}-{kind}" for letter in "BIES" for kind in KINDS), "B", "I", "B-", "I-"]
)
broken = proper | st.sampled_from(["O-PER", "X-PER", ".", "X", "BPER", "IPER", "B--PER", "O-"])
sequences = st.lists(proper, max_size=14)


@st.composite
def documents(draw: st.DrawFn, most: int = 5) -> tuple[list[list[str]], list[list[str]]]:
    """Gold and a prediction that often says the same."""
    gold = draw(st.lists(st.lists(proper, min_size=1, max_size=10), min_size=1, max_size=most))
    predicted = [[draw(st.just(tag) | st.just(tag) | proper) for tag in document] for document in gold]
    return gold, predicted


@given(st.lists(broken, max_size=20))
def test_chunks_are_those_of_seqeval(sequence: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # seqeval warns of tags that are none
        expected = [(kind, start, end + 1) for kind, start, end in get_entities(list(sequence))]
    assert chunks(sequence) == expected


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [
        ([], []),
        (["O", "O"], []),
        (["B-A", "I-A", "O", "B-A"], [("A", 0, 2), ("A", 3, 4)]),
        (["I-A", "I-A"], [("A", 0, 2)]),
        (["B-A", "I-B"], [("A", 0, 1), ("B", 1, 2)]),
        (["B-A", "B-A"], [("A", 0, 1), ("A", 1, 2)]),
        (["B-T-STAGE", "I-T-STAGE"], [("T-STAGE", 0, 2)]),
        (["B", "I"], [("_", 0, 2)]),
        (["", "B-A", ""], [("A", 1, 2)]),
    ],
)
def test_chunks(sequence: list[str], expected: list[tuple[str, int, int]]) -> None:
    assert chunks(sequence) == expected


@given(documents())
def test_scores_are_those_of_seqeval(both: tuple[list[list[str]], list[list[str]]]) -> None:
    gold, predicted = both
    mine = scores(gold, predicted)
    if not mine.by_type:
        assert mine.micro == mine.macro == mine.weighted == (None, None, None)
        return
    for average in ("micro", "macro", "weighted"):
        theirs = precision_recall_fscore_support(gold, predicted, average=average, zero_division=0)[:3]
        assert getattr(mine, average) == pytest.approx(theirs, abs=1e-12)
    precision, recall, f1, support = precision_recall_fscore_support(gold, predicted, zero_division=0)
    for place, counts in enumerate(mine.by_type.values()):
        assert (counts.precision or 0) == pytest.approx(precision[place], abs=1e-12)
        assert (counts.recall or 0) == pytest.approx(recall[place], abs=1e-12)
        assert counts.f1 == pytest.approx(f1[place], abs=1e-12)
        assert counts.gold == support[place]


@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(
    both: tuple[list[list[str]], list[list[str]]], order: random.Random
) -> None:
    places = list(range(len(both[0])))
    order.shuffle(places)
    gold, predicted = ([some[place] for place in places] for some in both)
    assert scores(gold, predicted) == scores(*both)


@given(st.lists(sequences, max_size=4))
def test_perfect(gold: list[list[str]]) -> None:
    found = scores(gold, gold)
    assert all(
        counts == ChunkCounts(counts.gold, counts.gold, counts.gold) for counts in found.by_type.values()
    )
    assert found.micro.f1 in (1.0, None)
    assert (found.micro.f1 is None) == (not found.by_type)


def test_what_is_not_defined_is_none() -> None:
    missed = scores([["B-A"]], [["O"]]).by_type["A"]
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
    invented = scores([["O"]], [["B-A"]])
    assert invented.by_type["A"].recall is None
    assert invented.weighted.f1 == 0
    assert ChunkCounts().f1 is None


def test_lengths_that_differ_are_named() -> None:
    with pytest.raises(OptionError, match="Document 2: Gold has 1 tags for this document, the prediction 2"):
        scores([["O"], ["O"]], [["O"], ["O", "O"]])
    with pytest.raises(OptionError, match="2 documents, the prediction 1"):
        scores([["O"], ["O"]], [["O"]])


@given(sequences)
def test_tags_write_the_chunks_they_are_given(sequence: list[str]) -> None:
    assert chunks(tags(len(sequence), chunks(sequence))) == chunks(sequence)


def test_of_mentions_that_share_tokens_the_first_and_longest_is_written() -> None:
    mentions = [Chunk("A", 1, 2), Chunk("B", 0, 2), Chunk("C", 0, 1), Chunk("A", 2, 3), Chunk("A", 3, 3)]
    assert tags(4, mentions) == ["B-B", "I-B", "B-A", "O"]
