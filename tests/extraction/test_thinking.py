"""Reasoning before the answer: asked for, taken out of its marks, kept apart."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.engines.engine import Reply, Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions, Extractor
from epicrisis.extraction.thinking import thought
from epicrisis.prompting import Form
from epicrisis.report import Report

FLAG = {"name": "x", "kind": "boolean"}


@pytest.mark.parametrize(
    ("text", "reasoning", "expected"),
    [
        ("The report denies X.", "", "The report denies X."),
        ("<think>\nIt denies X.\n</think>\n", "", "It denies X."),
        ("<think>cut off in the midd", "", "cut off in the midd"),
        ("[THINK]It denies X.[/THINK]", "", "It denies X."),
        ("<|channel|>analysis<|message|>It denies X.<|end|>", "", "It denies X."),
        (
            "<|channel|>analysis<|message|>It denies.<|end|><|start|>assistant<|channel|>final<|message|>No.",
            "",
            "It denies.   No.",
        ),
        ("", "In a field of its own.", "In a field of its own."),
        ("So: no.", "First this.", "First this.\nSo: no."),
        ("  ", "", ""),
    ],
)
def test_reasoning_is_taken_out_of_its_marks(text: str, reasoning: str, expected: str) -> None:
    assert thought(Reply(text, "stop", 1, 1, reasoning=reasoning)) == expected


def thinking(answer: str = "The report denies X.") -> ScriptedEngine:
    def reply(request: Request) -> Any:
        return answer if request.schema is None else {"x": False}

    return ScriptedEngine(reply)


def test_the_answer_comes_after_the_reasoning(codebook_of: Any) -> None:
    engine = thinking()
    extractor = Extractor(
        codebook_of(FLAG), engine, ExtractionOptions(second_look=False, form=Form.VALUE, think=80)
    )
    found = extractor.extract(Report("r", "Geen X."))
    first, second = engine.requests
    assert (first.schema, first.max_tokens) == (None, 80)
    assert [message.role for message in second.messages[-3:]] == ["user", "assistant", "user"]
    assert second.messages[-2].content == "The report denies X."
    assert second.messages[: len(first.messages)] == first.messages
    assert found.answers["x"].value is False
    assert found.reasoning == "The report denies X."
    assert found.usage.requests == 2


def test_without_a_thought_it_is_asked_at_once(codebook_of: Any) -> None:
    engine = thinking("<think></think>")
    extractor = Extractor(
        codebook_of(FLAG), engine, ExtractionOptions(second_look=False, form=Form.VALUE, think=80)
    )
    found = extractor.extract(Report("r", "Geen X."))
    assert engine.requests[1].messages == tuple(extractor.prompt.messages("Geen X."))
    assert found.reasoning is None


def test_reasoning_is_not_asked_for_by_default(codebook_of: Any) -> None:
    engine = thinking()
    Extractor(codebook_of(FLAG), engine, ExtractionOptions(second_look=False, form=Form.VALUE)).extract(
        Report("r", "Geen X.")
    )
    assert [request.schema is None for request in engine.requests] == [False]
