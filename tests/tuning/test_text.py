"""Training text is what extraction sends, and the answer what it expects."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.engines.engine import Message, Reply, Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.evaluation.gold_cell import GoldCell
from epicrisis.examples.example import Example
from epicrisis.examples_from_gold.completing import complete
from epicrisis.extraction.answer import Status
from epicrisis.extraction.extractor import Extractor
from epicrisis.prompting import Form
from epicrisis.report import Report
from epicrisis.tuning.text import prompt_of, training_text

TEXT = "Lever: 3 haarden. Milt vergroot."


class Listening:
    """An engine that keeps what it is asked and says what it is told to."""

    def __init__(self, says: str) -> None:
        self._inner = ScriptedEngine(lambda request: says)
        self.asked: list[tuple[Message, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def complete(self, request: Request, cancel: Any = None) -> Reply:
        self.asked.append(tuple(request.messages))
        return self._inner.complete(request, cancel)


@pytest.fixture
def example(toy_codebook: Callable[..., Any]) -> Example:
    cells = {
        "lesions": GoldCell(Status.STATED, 3, "3 haarden"),
        "enlarged": GoldCell(Status.STATED, True, None),
    }
    return complete(toy_codebook(), Report("r1", TEXT), cells)


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("form", [Form.VALUE, Form.QUOTE_VALUE, Form.VALUE_QUOTE, Form.QUOTE_VALUE_OR_NULL])
def test_it_is_byte_for_byte_what_extraction_sends_and_reads(
    toy_codebook: Callable[..., Any], example: Example, form: Form, bare: bool
) -> None:
    pytest.importorskip("jinja2")
    from epicrisis.extraction.options import ExtractionOptions

    codebook = toy_codebook()
    options = ExtractionOptions(form=form, examples=0, bare=bare, second_look=False)
    text = training_text(prompt_of(codebook, options), example)
    engine = Listening(text.answer)
    found = Extractor(codebook, engine, options).extract(Report("r1", TEXT))  # type: ignore[arg-type]
    assert engine.asked == [text.messages]
    assert found.answers["lesions"].value == 3
    assert found.answers["enlarged"].value is True
    if form.quotes:
        evidence = found.answers["lesions"].evidence
        assert evidence is not None
        assert evidence.quote == "3 haarden"
    assert text.answer == json.dumps(json.loads(text.answer), ensure_ascii=False)


def test_bare_is_the_report_and_little_else(toy_codebook: Callable[..., Any], example: Example) -> None:
    from epicrisis.extraction.options import ExtractionOptions

    bare, full = (
        training_text(prompt_of(toy_codebook(), ExtractionOptions(bare=bare)), example)
        for bare in (True, False)
    )
    assert bare.answer == full.answer
    assert [message.role for message in bare.messages] == ["system", "user"]
    assert bare.messages[1].content == TEXT
    assert len(bare.messages[0].content) < 40


def test_what_gold_finds_silent_is_null(toy_codebook: Callable[..., Any]) -> None:
    from epicrisis.extraction.options import ExtractionOptions

    cells = {"lesions": GoldCell(Status.NOT_MENTIONED), "enlarged": GoldCell(Status.INFERRED, False)}
    example = complete(toy_codebook(), Report("r1", "Geen bijzonderheden."), cells)
    text = training_text(prompt_of(toy_codebook(), ExtractionOptions()), example)
    assert json.loads(text.answer) == {
        "lesions": {"quote": None, "value": None},
        "enlarged": {"quote": None, "value": False},
    }
