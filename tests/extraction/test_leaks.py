"""Answers that come from an example."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.examples import Example, Pool, Selector
from epicrisis.extraction import ExtractionOptions, Extractor
from epicrisis.extraction.candidate import Candidate
from epicrisis.extraction.grounding import Grounds
from epicrisis.extraction.leaks import QUOTE_LEAK, VALUE_LEAK, Leaks, leak
from epicrisis.prompting import Form
from epicrisis.prompting.worked import Cell, WorkedExample
from epicrisis.report import Report

EXAMPLE = WorkedExample(
    "Groot infarct rechts pariëtaal, diameter 3,2 cm, d.d. 12-01-2023. Drie infarcten. Aspirine.",
    {
        "infarct": Cell(True, "Groot infarct rechts pariëtaal"),
        "infarct_count": Cell(3, "Drie infarcten"),
        "size": Cell("3.2 cm", "diameter 3,2 cm"),
        "seen": Cell("2023-01-12", "12-01-2023"),
        "conclusion": Cell("Groot infarct", None),
        "drugs": Cell([{"text": "Aspirine", "type": "drug"}], None),
        "lesions": Cell([{"quote": "pariëtaal", "site": "pariëtaal", "width": "32 mm", "old": None}], None),
    },
)
REPORT = "Klein infarct links frontaal, diameter 8 mm, gezien op 5 mei 2021. Twee infarcten. Paracetamol."


@pytest.mark.parametrize(
    ("name", "value", "quote", "note"),
    [
        ("infarct", True, "Klein infarct links frontaal", None),
        ("infarct", True, "klein  infarct links frontaal,", None),
        ("infarct", True, "Groot infarct rechts pariëtaal", QUOTE_LEAK),
        ("infarct", True, "groot infarct\nrechts", QUOTE_LEAK),
        ("infarct", True, "Geheel verzonnen", None),
        ("infarct", True, None, None),
        ("side", "right", "infarct rechts", QUOTE_LEAK),
        ("side", "right", None, None),
        ("size", {"value": 8.0, "unit": "mm"}, None, None),
        ("size", {"value": 32.0, "unit": "mm"}, None, VALUE_LEAK),
        ("size", {"value": 32.0, "unit": "mm"}, "diameter 8 mm", VALUE_LEAK),
        ("size", {"value": 33.0, "unit": "mm"}, None, None),
        ("seen", "2023-01-12", None, VALUE_LEAK),
        ("seen", "2021-05-05", None, None),
        ("infarct_count", 3, None, VALUE_LEAK),
        ("infarct_count", 2, None, None),
        ("conclusion", "Groot infarct", None, VALUE_LEAK),
        ("conclusion", "Groot infarct", "Groot infarct", VALUE_LEAK),
        ("conclusion", "Klein infarct", "Klein infarct", None),
        ("conclusion", "Een ander verhaal", "Een ander verhaal", None),
        ("drugs", [{"text": "Paracetamol", "type": "drug"}], None, None),
        ("drugs", [{"text": "Paracetamol"}, {"text": "aspirine"}], None, VALUE_LEAK),
        ("lesions", [{"quote": "links frontaal", "site": "frontaal", "width": "8 mm"}], None, None),
        ("lesions", [{"quote": "rechts pariëtaal", "site": "frontaal", "width": "8 mm"}], None, QUOTE_LEAK),
        ("lesions", [{"quote": "links frontaal", "site": "pariëtaal", "width": "8 mm"}], None, VALUE_LEAK),
        ("lesions", [{"quote": "", "site": None, "width": "32 mm"}], None, VALUE_LEAK),
    ],
)
def test_what_stands_in_an_example_only(
    codebook: Codebook, name: str, value: Any, quote: str | None, note: str | None
) -> None:
    assert leak(codebook[name], value, quote, [EXAMPLE], REPORT) == note


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("size", {"value": 32.0, "unit": "mm"}, "32 mm"),
        ("size", {"value": 32.0, "unit": "mm"}, "maten (cm): 3.2 en 1.4"),
        ("seen", "2023-01-12", "12 januari 2023"),
        ("infarct_count", 3, "drie haarden"),
        ("infarct_count", 3, "n=3"),
        ("conclusion", "Groot infarct", "GROOT INFARCT rechts"),
    ],
)
def test_a_value_that_the_report_says_too_is_its_own(
    codebook: Codebook, name: str, value: Any, text: str
) -> None:
    assert leak(codebook[name], value, None, [EXAMPLE], text) is None


@pytest.mark.parametrize("value", [0, 1])
def test_one_and_none_are_said_in_too_many_ways(codebook: Codebook, value: int) -> None:
    shown = WorkedExample("x", {"infarct_count": Cell(value, None)})
    assert leak(codebook["infarct_count"], value, None, [shown], "Geen haard.") is None


def test_a_quote_that_is_nearly_the_report_and_wholly_an_example(codebook: Codebook) -> None:
    text = "Klein oud infarct frontal"
    shown = WorkedExample("Klein oud infarct frontaal", {})
    quote = "Klein oud infarct frontaal"
    found = Grounds(text).locate(quote)
    assert found is not None
    assert found.grade == "fuzzy"
    assert leak(codebook["infarct"], True, quote, [shown], text) == QUOTE_LEAK
    assert leak(codebook["infarct"], True, quote, [], text) is None


def test_silence_leaks_nothing(codebook: Codebook) -> None:
    found = Leaks([EXAMPLE])
    for variable in codebook.variables:
        assert found.note(variable, Candidate(quote="Groot infarct"), Grounds(REPORT)) is None


@given(report=st.text(max_size=60), start=st.integers(0, 60), size=st.integers(1, 30))
def test_the_reports_own_words_never_leak(codebook: Codebook, report: str, start: int, size: int) -> None:
    """Whatever the examples say, a quote that is whole words of the report is the report's."""
    words = report.split()
    quote = " ".join(words[start : start + size])
    shown = WorkedExample(report + " " + report, {})
    if quote and Grounds(" ".join(words)).occurrences(quote):
        assert leak(codebook["infarct"], True, quote, [shown], " ".join(words)) is None


@pytest.mark.parametrize("chosen", [False, True])
def test_the_answer_of_a_report_is_marked(codebook: Codebook, chosen: bool) -> None:
    """From the examples of all reports, and from those chosen for this one; what it says itself is not."""
    shown: dict[str, Any] = (
        {"selector": Selector(Pool(codebook, [Example(EXAMPLE._replace(report_id="old"))]), 1, "structure")}
        if chosen
        else {"shots": (EXAMPLE,)}
    )
    said = dict.fromkeys(codebook.names)
    said["infarct"] = {"quote": "Groot infarct rechts pariëtaal", "value": True}
    said["size"] = {"quote": "diameter 8 mm", "value": "8 mm"}
    said["seen"] = {"quote": None, "value": "2023-01-12"}
    options = ExtractionOptions(form=Form.QUOTE_VALUE, confidence=False, repair=False, **shown)
    found = Extractor(codebook, ScriptedEngine(default=said), options).extract(Report("new", REPORT)).answers
    assert QUOTE_LEAK in found["infarct"].notes
    assert VALUE_LEAK in found["seen"].notes
    assert not {QUOTE_LEAK, VALUE_LEAK} & set(found["size"].notes)


def test_notes_quote_nothing() -> None:
    assert "{" not in QUOTE_LEAK + VALUE_LEAK
