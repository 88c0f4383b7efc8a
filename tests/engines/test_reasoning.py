"""Reasoning models' own marks around what they thought."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.engines import chat
from epicrisis.engines.reasoning import begun, split
from epicrisis.engines.transport import Response

SHEET = '{"x": {"quote": "Geen X", "value": false}}'
ANALYSIS = "<|channel|>analysis<|message|>It denies X.<|end|>"
FINAL = f"<|start|>assistant<|channel|>final<|message|>{SHEET}"


@pytest.mark.parametrize(
    ("text", "reasoning", "answer"),
    [
        (SHEET, "", SHEET),
        ("Geen X.", "", "Geen X."),
        ("", "", ""),
        (f"<think>\nIt denies X.\n</think>\n\n{SHEET}", "It denies X.", SHEET),
        (f"<think>\n\n</think>\n\n{SHEET}", "", SHEET),
        (f"It denies X.\n</think>\n{SHEET}", "It denies X.", SHEET),
        (f"[THINK]It denies X.[/THINK]{SHEET}", "It denies X.", SHEET),
        (f"<seed:think>It denies X.</seed:think>{SHEET}", "It denies X.", SHEET),
        ("<think>cut off in the midd", "cut off in the midd", ""),
        (ANALYSIS + FINAL, "It denies X.", SHEET),
        (ANALYSIS + FINAL + "<|return|>", "It denies X.", SHEET),
        (f"<|channel|>final <|constrain|>json<|message|>{SHEET}<|return|>", "", SHEET),
        (ANALYSIS, "It denies X.", ""),
        ("<|channel|>analysis<|message|>cut off in the midd", "cut off in the midd", ""),
        # The report may hold the marks: what begins as an answer is one.
        ('{"quote": "</think>"}', "", '{"quote": "</think>"}'),
        ('["<think>"]', "", '["<think>"]'),
    ],
)
def test_what_was_thought_and_what_was_answered(text: str, reasoning: str, answer: str) -> None:
    assert split(text) == (reasoning, answer)


@given(st.text(max_size=80))
def test_without_marks_nothing_is_touched(text: str) -> None:
    reasoning, answer = split(text)
    assert answer == text or reasoning or "</" in text or "<|" in text or "think" in text.casefold()


def reply(text: str, tokens: list[str] | None = None, **message: Any) -> Any:
    choice: dict[str, Any] = {"finish_reason": "stop", "message": {"content": text, **message}}
    if tokens is not None:
        choice["logprobs"] = {"content": [{"token": token, "logprob": -1.0} for token in tokens]}
    return chat.parse(Response(200, "application/json", None, {"choices": [choice]}), 0.5, server="s")


def test_the_answer_of_a_server_that_does_not_tell_them_apart() -> None:
    found = reply(f"<think>Is it {SHEET}?</think>{SHEET}", ["<think>Is it ", SHEET, "?</think>", SHEET])
    assert (found.text, found.reasoning) == (SHEET, f"Is it {SHEET}?")
    assert [one.token for one in found.logprobs] == [SHEET]


def test_a_server_that_does() -> None:
    found = reply(SHEET, reasoning_content="It denies X.")
    assert (found.text, found.reasoning) == (SHEET, "It denies X.")
    assert reply(SHEET, reasoning=None).reasoning == ""


_PIECES = st.sampled_from(
    [
        *("<think>", "</think>", "[THINK]", "[/THINK]", "</seed:think>", "<seed:think>"),
        *("<|channel|>final", "<|message|>", "<|end|>"),
        *("{", "}", '"a": 1', "[", "<", " ", "\n", "words"),
    ]
)


@given(st.lists(_PIECES, max_size=8).map("".join))
def test_what_has_begun_is_how_the_answer_begins(text: str) -> None:
    _, answer = split(text)
    told = ""
    for end in range(len(text) + 1):
        found = begun(text[:end])
        assert answer.startswith(found)
        assert found.startswith(told)
        told = found


def test_an_answer_in_json_has_begun_at_once() -> None:
    assert begun(' {"a": "<think>') == ' {"a": "<think>'
    assert begun("<think>hm</think> {") == "{"
    assert begun("[1") == "[1"
