"""Rules between answers: a second look, and what is said of what stays broken. Derived variables."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions, Extractor, Status
from epicrisis.prompting import Form
from epicrisis.report import Report

BOOK = Codebook.model_validate(
    {
        "name": "nodes",
        "variables": [
            {"name": "examined", "kind": "count"},
            {"name": "positive", "kind": "count"},
            {"name": "side", "kind": "category", "options": ["left", "right"]},
        ],
        "rules": ["positive <= examined"],
        "derive": [{"name": "negative", "kind": "count", "formula": "examined - positive"}],
    }
)
WRONG = {"examined": 2, "positive": 12, "side": "left"}


def extractor(engine: ScriptedEngine, **options: Any) -> Extractor:
    return Extractor(BOOK, engine, ExtractionOptions(second_look=False, form=Form.VALUE, **options))


def asked(request: Request) -> list[str]:
    assert request.schema is not None
    return list(request.schema["properties"])


@pytest.mark.parametrize("group_size", [None, 1])
def test_a_broken_rule_is_asked_about_again_with_only_its_variables(group_size: int | None) -> None:
    def answer(request: Request) -> Any:
        if "positive <= examined" in request.messages[-1].content:
            return {"examined": 12, "positive": 2}
        return {name: WRONG[name] for name in asked(request)}

    engine = ScriptedEngine(answer)
    found = extractor(engine, group_size=group_size).extract(Report("r", "Tekst."))
    assert asked(engine.requests[-1]) == ["examined", "positive"]
    assert {name: one.value for name, one in found.answers.items()} == {
        "examined": 12,
        "positive": 2,
        "side": "left",
        "negative": 10,
    }
    assert not any("rule" in note for one in found.answers.values() for note in one.notes)
    assert found.answers["negative"].status is Status.INFERRED


def test_what_stays_broken_is_marked_and_the_first_answers_stand() -> None:
    def answer(request: Request) -> Any:
        return {name: WRONG[name] for name in asked(request)}

    engine = ScriptedEngine(answer)
    found = extractor(engine).extract(Report("r", "Tekst."))
    assert len(engine.requests) == 2
    for name in ("examined", "positive"):
        assert found.answers[name].value == WRONG[name]
        assert any("breaks the rule" in note for note in found.answers[name].notes)
    assert found.answers["side"].notes == ()


def test_without_repair_it_is_only_marked() -> None:
    engine = ScriptedEngine(default=WRONG)
    found = extractor(engine, repair=False).extract(Report("r", "Tekst."))
    assert len(engine.requests) == 1
    assert any("breaks the rule" in note for note in found.answers["positive"].notes)


def test_a_failed_report_has_its_derived_columns_too() -> None:
    found = extractor(ScriptedEngine(default="no JSON")).extract(Report("r", "Tekst."))
    assert found.failed
    assert found.answers["negative"].status is Status.FAILED
