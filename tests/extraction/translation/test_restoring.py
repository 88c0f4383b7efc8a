"""Answers about a translation: values as they are, evidence in the report's own words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.engines.engine import Request
from epicrisis.engines.instances import instance
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import Answer, Evidence, ExtractionOptions, Extractor, Grade, Status
from epicrisis.extraction.translation.restoring import MENTIONS, SENTENCE
from epicrisis.prompting import PROMPT_VERSION
from epicrisis.report import Report

TEXT = "Verslag:\nOud infarct links. Er zijn twee infarcten.\nMTA links 2, rechts 1.\nGeen tumor.\n"
DRUGS = "Diazepam 5 mg gestart, diazepam 2 mg gestopt."
INFARCT = {"name": "infarct", "kind": "boolean"}
MTA = {"name": "mta", "kind": "ordinal", "options": [0, 1, 2]}
CONCLUSION = {"name": "conclusion", "kind": "text", "max_length": 60}
SPANS = {"name": "drugs", "kind": "spans", "options": ["drug", "dose"], "max_items": 8}
GROUP = {
    "name": "lesions",
    "kind": "group",
    "variables": [{"name": "site", "kind": "text"}, {"name": "old", "kind": "boolean"}],
}


def pair(value: Any, quote: str | None = None) -> dict[str, Any]:
    return {"quote": quote, "value": value}


def extract(codebook: Any, engine: Any, text: str = TEXT, **options: Any) -> Any:
    extractor = Extractor(codebook, engine, ExtractionOptions(translate="en", **options))
    return extractor.extract(Report("r", text))


def evidence_in(answers: Iterable[Answer]) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for answer in answers:
        if answer.evidence is not None:
            found.append(answer.evidence[:3])
        for item in answer.value if isinstance(answer.value, list) else []:
            if "text" in item:
                found.append((item["text"], item["start"], item["end"]))
            else:
                found += evidence_in(item.values())
    return found


def test_evidence_is_the_original_sentence(codebook_of: Any, interpreter: Any) -> None:
    model = interpreter({"infarct": pair(True, "Old infarction"), "mta": pair(2, "MTA left 2")})
    found = extract(codebook_of(INFARCT, MTA), model.engine)
    answer = found.answers["infarct"]
    assert (answer.status, answer.value) == (Status.STATED, True)
    assert answer.evidence == Evidence("Oud infarct links.", 9, 27, Grade.FUZZY)
    assert SENTENCE in answer.notes
    assert found.answers["mta"].evidence.quote == "MTA links 2, rechts 1."
    assert "Old infarction on the left." in model.questions[0].messages[-1].content
    assert found.usage.requests == 2
    translation, question = model.engine.requests
    assert found.usage.prompt_tokens == sum(
        model.engine.count_tokens(one.messages) for one in (translation, question)
    )


def test_the_same_words_are_found_where_they_stand(codebook_of: Any, interpreter: Any) -> None:
    model = interpreter({"infarct": pair(True, "MTA")})
    found = extract(codebook_of(INFARCT), model.engine).answers["infarct"]
    assert found.evidence == Evidence("MTA", TEXT.index("MTA"), TEXT.index("MTA") + 3, Grade.EXACT)
    assert SENTENCE not in found.notes


def test_a_text_stays_in_the_language_of_the_translation(codebook_of: Any, interpreter: Any) -> None:
    model = interpreter({"conclusion": pair("No tumour", "No tumour")})
    found = extract(codebook_of(CONCLUSION), model.engine).answers["conclusion"]
    assert found.value == "No tumour"
    assert found.evidence.quote == "Geen tumor."
    assert "the text is in English, as the translation" in found.notes


def test_mentions(codebook_of: Any, interpreter: Any) -> None:
    said = [
        {"text": "5 mg", "type": "dose"},
        {"text": "2 mg", "type": "dose"},
        {"text": "Diazepam", "type": "drug"},
        {"text": "started", "type": "drug"},
        {"text": "stopped", "type": "drug"},
    ]
    model = interpreter({"drugs": said})
    found = extract(codebook_of(SPANS), model.engine, DRUGS).answers["drugs"]
    assert [(one["text"], one["type"]) for one in found.value] == [
        ("Diazepam", "drug"),
        (DRUGS, "drug"),
        ("5 mg", "dose"),
        ("2 mg", "dose"),
    ]
    assert MENTIONS in found.notes
    assert all(DRUGS[one["start"] : one["end"]] == one["text"] for one in found.value)


def test_groups(codebook_of: Any, interpreter: Any) -> None:
    model = interpreter({"lesions": [{"quote": "on the left", "site": "left", "old": True}]})
    found = extract(codebook_of(GROUP), model.engine).answers["lesions"]
    (item,) = found.value
    assert item["site"].evidence.quote == "Oud infarct links."
    assert "the text is in English, as the translation" in item["site"].notes
    assert item["old"].value is True
    assert all(TEXT[start:end] == quote for quote, start, end in evidence_in([found]))


def test_a_report_that_is_not_translated_is_asked_as_ever(codebook_of: Any, interpreter: Any) -> None:
    model = interpreter({"infarct": pair(True, "Oud infarct")})
    extractor = Extractor(codebook_of(INFARCT), model.engine, ExtractionOptions(translate="nl"))
    found = extractor.extract(Report("r", TEXT, language="nl")).answers["infarct"]
    assert found.evidence == Evidence("Oud infarct", 9, 20, Grade.EXACT)
    assert not found.notes
    assert not model.translations


def test_sentences_that_could_not_be_translated_are_counted(codebook_of: Any) -> None:
    def reply(request: Request) -> Any:
        translating = request.messages[0].content.startswith("You translate")
        return "{" if translating else {"infarct": pair(True, "Oud infarct")}

    found = extract(codebook_of(INFARCT), ScriptedEngine(reply)).answers["infarct"]
    assert found.evidence == Evidence("Oud infarct", 9, 20, Grade.EXACT)
    assert found.notes == ("5 of 5 sentences could not be translated",)


def test_long_reports_are_translated_and_then_split(codebook_of: Any, interpreter: Any) -> None:
    text = "\n".join(f"Geen afwijking nummer {number}." for number in range(500)) + "\nOud infarct links.\n"
    model = interpreter({"infarct": pair(True, "Old infarction")}, context_length=1400)
    found = extract(codebook_of(INFARCT), model.engine, text).answers["infarct"]
    assert len(model.questions) > 1
    start = text.index("Oud infarct")
    assert found.evidence == Evidence("Oud infarct links.", start, start + 18, Grade.FUZZY)


def test_what_tells_it_apart(codebook_of: Any, interpreter: Any) -> None:
    assert "translate" not in ExtractionOptions().as_dict()
    assert ExtractionOptions(translate="en").as_dict()["translate"] == "en"
    plain = Extractor(codebook_of(INFARCT), interpreter().engine)
    other = Extractor(codebook_of(INFARCT), interpreter().engine, ExtractionOptions(translate="en"))
    assert plain.prompt_version == PROMPT_VERSION != other.prompt_version


def test_an_empty_report_asks_nothing(codebook_of: Any, interpreter: Any) -> None:
    model = interpreter()
    assert extract(codebook_of(INFARCT), model.engine, " \n").failure == "empty"
    assert not model.engine.requests


SENTENCES = st.lists(
    st.sampled_from(
        ["Geen tumor.", "MTA links 2.", "Oud infarct", "- 12-3-2024", "Zie 4 mg.", "é\u0301?", "  "]
    ),
    max_size=9,
)


@given(SENTENCES, st.lists(st.text("abcMTA 24mg.\n", max_size=12), min_size=1), st.integers(0, 50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_evidence_is_always_verbatim(codebook: Any, parts: list[str], words: list[str], variant: int) -> None:
    """Whatever is translated into whatever, and whatever is said of it."""
    text = "\n".join(parts)

    def reply(request: Request) -> Any:
        if not request.messages[0].content.startswith("You translate"):
            found = instance(request.schema or {}, variant)
            return _quoting(found, [*words, "MTA", "o", "tumor"])
        names = (request.schema or {})["required"]
        return {name: words[int(name) % len(words)] for name in names}

    found = extract(codebook, ScriptedEngine(reply), text)
    for quote, start, end in evidence_in(found.answers.values()):
        assert text[start:end] == quote
        assert quote


def _quoting(found: Any, words: list[str]) -> Any:
    """An answer whose quotes and mentions are words of the translation."""
    if isinstance(found, list):
        return [_quoting(one, words) for one in found]
    if not isinstance(found, dict):
        return found
    chosen = {key: _quoting(one, words) for key, one in found.items()}
    for key in ("quote", "text"):
        if isinstance(chosen.get(key), str):
            chosen[key] = words[len(chosen[key]) % len(words)]
    return chosen
