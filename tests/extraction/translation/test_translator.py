"""Reports put into another language: what is asked, what is kept, and what is not asked again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from epicrisis.engines.engine import Reply, Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineTimeoutError, OptionError
from epicrisis.extraction.translation import Translator
from epicrisis.extraction.translation.language import language_name
from epicrisis.extraction.translation.memory import Memory
from epicrisis.report import Report

TEXT = "Verslag:\nOud infarct links. Geen tumor.\n12-3-2024\n"


def asked_of(request: Request) -> dict[str, str]:
    asked: dict[str, str] = json.loads(request.messages[-1].content)
    return asked


def test_a_report_in_another_language(interpreter: Any) -> None:
    model = interpreter()
    found = Translator(model.engine, "en").translate(
        Report("r", TEXT, language="nl", offsets=tuple(range(99)))
    )
    assert found is not None
    assert found.report.text == "Report:\nOld infarction on the left. No tumour.\n12-3-2024\n"
    assert (found.report.id, found.report.language, found.report.offsets) == ("r", "en", None)
    assert (found.sentences, found.kept, found.usage.requests) == (4, 0, 1)
    assert model.translations == [["Verslag:", "Oud infarct links.", "Geen tumor."]]
    assert model.engine.requests[0].temperature == 0


@pytest.mark.parametrize("language", ["en", "EN-gb", "en_US"])
def test_a_report_in_that_language_already(interpreter: Any, language: str) -> None:
    model = interpreter()
    assert Translator(model.engine, "en").translate(Report("r", TEXT, language=language)) is None
    assert not model.engine.requests


def test_nothing_is_asked_twice(interpreter: Any) -> None:
    model = interpreter()
    translator = Translator(model.engine, "en")
    translator.translate(Report("r", "Geen tumor. Geen tumor."))
    found = translator.translate(Report("s", "Geen tumor.\nOud infarct links."))
    assert model.translations == [["Geen tumor."], ["Oud infarct links."]]
    again = translator.translate(Report("s", "Geen tumor.\nOud infarct links."))
    assert found is not None
    assert again is not None
    assert (again.report.text, again.usage.requests) == (found.report.text, 0)


def test_the_cache_tells_languages_and_engines_apart(interpreter: Any) -> None:
    cache: dict[str, str] = {}
    report = Report("r", "Geen tumor.")
    first, other = interpreter(), interpreter(model="other")
    for model, language in ((first, "en"), (first, "de"), (other, "en"), (interpreter(), "en")):
        Translator(model.engine, language, cache=cache).translate(report)
    assert len(first.translations) == 2
    assert len(other.translations) == 1
    assert len(cache) == 3
    assert not any("tumor" in key for key in cache)


def test_sentences_are_asked_in_batches(interpreter: Any) -> None:
    model = interpreter()
    text = "\n".join(f"Zin {number} met woorden." for number in range(23))
    Translator(model.engine, "en").translate(Report("r", text))
    assert [len(one) for one in model.translations] == [10, 10, 3]
    long = "\n".join(f"Zin {number} {'woord ' * 150}." for number in range(3))
    Translator(model.engine, "en").translate(Report("r", long))
    assert [len(one) for one in model.translations][3:] == [1, 1, 1]


@pytest.mark.parametrize(
    "broken", ["{", '{"1": "Old."}', Reply('{"1":', "length", 9, 9), Reply("", "refusal", 9, 0)]
)
def test_a_broken_reply_is_asked_one_by_one(broken: Any) -> None:
    def reply(request: Request) -> Any:
        asked = asked_of(request)
        return broken if len(asked) > 1 else {"1": "Other words."}

    engine = ScriptedEngine(reply)
    found = Translator(engine, "en").translate(Report("r", "Geen tumor.\nOud infarct."))
    assert found is not None
    assert found.report.text == "Other words.\nOther words."
    assert (found.kept, found.usage.requests) == (0, 3)


def test_what_cannot_be_translated_stays_and_is_asked_again_next_time() -> None:
    def reply(request: Request) -> Any:
        return "{" if "Geen tumor." in asked_of(request).values() else {"1": "Old."}

    engine = ScriptedEngine(reply)
    translator = Translator(engine, "en")
    for asked in (3, 4):
        found = translator.translate(Report("r", "Geen tumor.\nOud infarct."))
        assert found is not None
        assert (found.report.text, found.kept) == ("Geen tumor.\nOld.", 1)
        assert len(engine.requests) == asked


def test_what_does_not_fit_the_context_stays(interpreter: Any) -> None:
    model = interpreter(context_length=600)
    found = Translator(model.engine, "en").translate(Report("r", f"Geen tumor.\n{'Woord ' * 300}."))
    assert found is not None
    assert found.kept == 1
    assert found.report.text.startswith("No tumour.\nWoord")


def test_trouble_with_the_engine_is_raised() -> None:
    engine = ScriptedEngine(default=EngineTimeoutError("No answer within 5 s."))
    with pytest.raises(EngineTimeoutError):
        Translator(engine, "en").translate(Report("r", TEXT))


def test_the_names_of_languages() -> None:
    assert language_name("en") == "English"
    assert language_name("pt-BR") == "Portuguese (pt-BR)"
    assert "xh" in language_name("xh")
    for wrong in ("", "English please", "e"):
        with pytest.raises(OptionError):
            Translator(ScriptedEngine(), wrong)


def test_memory_forgets_the_oldest() -> None:
    memory = Memory(kept=2)
    memory.update(a="1", b="2")
    assert memory["a"] == "1"
    memory["c"] = "3"
    assert dict(memory) == {"a": "1", "c": "3"}
    del memory["a"]
    assert list(memory) == ["c"]
    assert len(memory) == 1
