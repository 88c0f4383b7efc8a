"""Mentions as tags of tokens."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support

from epicrisis.evaluation.measures.bio import ChunkCounts, scores
from epicrisis.evaluation.measures.tokens import bio, chunk_counts, tokens_of
from epicrisis.evaluation.resampling import Resampler

REPORT = "Ascal 80 mg, one-half; größe\u0301 4/10/2024"


def at(text: str, kind: str = "x", report: str = REPORT) -> dict[str, Any]:
    start = report.index(text)
    return {"text": text, "type": kind, "start": start, "end": start + len(text)}


def tokens(*texts: str) -> list[str]:
    return [REPORT[token.start : token.end] for token in tokens_of([at(text) for text in texts])]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], []),
        (["80 mg"], ["80", "mg"]),
        (["4/10/2024"], ["4", "/", "10", "/", "2024"]),
        (["one-half"], ["one", "-", "half"]),
        (["größe\u0301"], ["größe\u0301"]),
        (["größe", "\u0301"], ["größe\u0301"]),
        (["Asc"], ["Asc"]),
        (["Asc", "cal 80"], ["Ascal", "80"]),
        (["mg, one", "80"], ["80", "mg", ",", "one"]),
    ],
)
def test_tokens(texts: list[str], expected: list[str]) -> None:
    assert tokens(*texts) == expected
    assert tokens(*reversed(texts)) == expected


def test_boundaries_inside_a_word_are_those_of_the_word() -> None:
    assert chunk_counts([at("Ascal")], [at("Asca")]) == {"x": ChunkCounts(1, 1, 1)}
    assert chunk_counts([at("Ascal 80")], [at("Ascal")]) == {"x": ChunkCounts(0, 1, 1)}
    assert chunk_counts([at("Ascal", "a")], [at("Ascal", "b")]) == {
        "a": ChunkCounts(0, 0, 1),
        "b": ChunkCounts(0, 1, 0),
    }


def test_white_space_is_no_token() -> None:
    assert chunk_counts([at("80 mg")], [at(" 80 mg")]) == {"x": ChunkCounts(1, 1, 1)}
    assert chunk_counts([at(" ")], []) == {}


def test_words_that_are_not_the_report_s_are_one_token() -> None:
    gold = {**at("80 mg"), "text": "eighty"}
    assert chunk_counts([gold], [at("80 mg")]) == {"x": ChunkCounts(1, 1, 1)}
    assert len(tokens_of([gold])) == 1


def test_a_report_with_a_mention_without_place_has_no_chunks() -> None:
    assert chunk_counts([{"text": "Ascal", "type": "x", "start": None, "end": None}], [at("Ascal")]) == {}


#: Reports of ten words of one letter: word n stands at character 2 n.
spans = st.lists(
    st.builds(
        lambda first, length, kind: {
            "text": " ".join("abcdefghij"[first : first + length]),
            "type": kind,
            "start": 2 * first,
            "end": 2 * min(first + length, 10) - 1,
        },
        st.integers(0, 9),
        st.integers(1, 3),
        st.sampled_from(["drug", "dose"]),
    ),
    max_size=4,
)


def tagged(mentions: list[dict[str, Any]]) -> list[str]:
    """The tags of the ten words; of mentions that share words, those of the first and longest."""
    written = ["O"] * 10
    reached = 0
    for mention in sorted(mentions, key=lambda one: (one["start"], -one["end"], one["type"])):
        first, last = mention["start"] // 2, mention["end"] // 2
        if first >= reached:
            written[first : last + 1] = [f"B-{mention['type']}", *[f"I-{mention['type']}"] * (last - first)]
            reached = last + 1
    return written


@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=5))
def test_as_seqeval_over_the_reports_own_tokens(reports: Any) -> None:
    gold, answered = ([tagged(both[side]) for both in reports] for side in (0, 1))
    found = bio(reports, Resampler(len(reports), draws=10))
    mine = scores(gold, answered)
    if not mine.by_type:
        assert {estimate.value for estimate in found.values()} == {None}
        return
    for average in ("micro", "macro", "weighted"):
        name = "bio_f1" if average == "micro" else f"bio_{average}_f1"
        theirs = precision_recall_fscore_support(gold, answered, average=average, zero_division=0)
        assert found[name].value == pytest.approx(theirs[2], abs=1e-12)
        assert getattr(mine, average).f1 == pytest.approx(theirs[2], abs=1e-12)
    precision, recall, _, _ = precision_recall_fscore_support(
        gold, answered, average="micro", zero_division=0
    )
    assert (found["bio_precision"].value or 0) == pytest.approx(precision)
    assert (found["bio_recall"].value or 0) == pytest.approx(recall)
