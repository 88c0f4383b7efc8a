"""Extractions to JSON and back."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.codec import dump_answers, dump_json, load_answers

texts = st.text(st.characters(), max_size=20)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.fixed_dictionaries({"value": st.floats(allow_nan=False, allow_infinity=False), "unit": texts}),
    st.lists(st.fixed_dictionaries({"text": texts, "type": texts, "start": st.integers()}), max_size=3),
)


def answers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Answer]:
    evidence = st.builds(Evidence, texts, st.integers(0), st.integers(0), st.sampled_from(Grade))
    return st.builds(
        Answer,
        st.sampled_from(Status),
        values,
        st.none() | evidence,
        st.none() | st.floats(0, 1),
        st.lists(texts, max_size=2).map(tuple),
        st.none() | st.floats(0, 1),
    )


groups = st.lists(st.dictionaries(texts, answers(plain), min_size=1, max_size=3), max_size=3)


@given(st.dictionaries(texts, answers(plain | groups), max_size=4))
def test_answers_come_back_as_they_were(given_answers: dict[str, Answer]) -> None:
    line = dump_answers(given_answers)
    assert "\n" not in line
    line.encode()
    loaded = load_answers(line)
    assert loaded == given_answers
    assert list(loaded) == list(given_answers)


def test_true_and_one_stay_apart() -> None:
    loaded = load_answers(dump_answers({"a": Answer(Status.STATED, True), "b": Answer(Status.STATED, 1)}))
    assert loaded["a"].value is True
    assert loaded["b"].value == 1
    assert not isinstance(loaded["b"].value, bool)


def test_the_document_can_be_read_without_this_program() -> None:
    answer = Answer(
        Status.STATED,
        {"value": 1.5, "unit": "mm"},
        Evidence("1,5 mm", 3, 9, Grade.NORMALISED),
        0.5,
        votes=0.8,
    )
    assert json.loads(dump_answers({"size": answer, "other": Answer(Status.NOT_MENTIONED)})) == {
        "size": {
            "status": "stated",
            "value": {"value": 1.5, "unit": "mm"},
            "evidence": {"quote": "1,5 mm", "start": 3, "end": 9, "grade": "normalised"},
            "confidence": 0.5,
            "votes": 0.8,
        },
        "other": {"status": "not_mentioned"},
    }


def test_answers_stored_before_votes_were_kept() -> None:
    stored = '{"side":{"status":"stated","value":"left","confidence":0.5,"notes":["2 of 3 samples agree"]}}'
    assert load_answers(stored) == {
        "side": Answer(Status.STATED, "left", confidence=0.5, notes=("2 of 3 samples agree",))
    }


def test_half_a_surrogate_pair_is_escaped() -> None:
    assert dump_json(["\ud800"]) == '["\\ud800"]'
    assert dump_json(["é"]) == '["é"]'
