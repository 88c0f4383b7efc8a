"""The messages for one report."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable
from epicrisis.prompting import Form, Prompt
from epicrisis.prompting.definitions import definitions

CHARACTERS_PER_TOKEN = 3


@pytest.mark.parametrize("form", Form)
def test_the_order_serves_the_prefix_cache(codebook: Codebook, form: Form) -> None:
    prompt = Prompt(codebook, form)
    one, other = prompt.messages("MTA links 2."), prompt.messages("Heel iets anders.")
    assert one[:-1] == other[:-1]
    assert [message.role for message in one] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert one[-1].content.startswith("<report>\nMTA links 2.\n</report>")
    assert len(one[-1].content) - len("MTA links 2.") < 100
    system = one[0].content
    places = [
        system.index(part) for part in (codebook.instructions.strip(), definitions(codebook), "Never guess")
    ]
    assert places == sorted(places)


def test_the_report_stands_there_unchanged(codebook: Codebook) -> None:
    text = "Regel 1\r\n\tRegel 2 <b> {x} %s \\n „é“\u00a0"
    assert text in Prompt(codebook, Form.VALUE).messages(text)[-1].content


def test_the_word_for_silence(codebook: Codebook) -> None:
    for absent, written in ((None, "Write null for"), ("not stated", 'Write "not stated" for')):
        prompt = Prompt(codebook, Form.VALUE, absent=absent)
        assert written in prompt.messages("x")[0].content
        shown = [message.content for message in prompt.messages("x") if message.role == "assistant"]
        assert all(json.dumps(absent) in one for one in shown)


def test_json_has_the_separators_that_models_know(codebook: Codebook) -> None:
    prompt = Prompt(codebook, Form.QUOTE_VALUE)
    assert prompt.written({"a": "é", "b": [1, None]}) == '{"a": "é", "b": [1, null]}'
    for message in prompt.messages("x"):
        if message.role == "assistant":
            assert message.content == prompt.written(json.loads(message.content))
            assert "\n" not in message.content


def test_another_turn_for_some_variables(all_kinds: Codebook) -> None:
    prompt = Prompt(all_kinds, Form.QUOTE_VALUE)
    some = [all_kinds["mta"], all_kinds["size"]]
    message, schema = prompt.repair_turn({"mta": "must be one of: 0, 1", "size": "is missing"}, some)
    assert message.role == "user"
    assert "\n- mta: must be one of: 0, 1\n- size: is missing\n" in message.content
    assert list(schema["properties"]) == ["mta", "size"]
    assert schema["properties"]["mta"] == prompt.schema["properties"]["mta"]
    message, schema = prompt.quotes_turn(some)
    assert message.content.endswith("\nmta, size")
    assert list(schema["properties"]) == ["mta", "size"]


@pytest.mark.parametrize("form", Form)
def test_the_budget_holds_a_full_answer(codebook: Codebook, form: Form) -> None:
    """Every variable stated, with a quote of a line and texts as long as they may be."""
    prompt = Prompt(codebook, form)
    shown = [json.loads(one.content) for one in prompt.messages("x") if one.role == "assistant"]
    sheet: dict[str, Any] = {}
    for variable in codebook.variables:
        stated = [one[variable.name] for one in shown if one[variable.name] not in (None, [])]
        value = stated[0] if stated else None
        quote = "Mediotemporale atrofie: MTA links graad 2, rechts 1. "
        if variable.kind == "text":
            value = "x" * variable.max_length
        if form.quotes and not isinstance(variable, SpansVariable | GroupVariable):
            value = {"quote": quote, "value": value["value"] if isinstance(value, dict) else value}
        sheet[variable.name] = value
    assert len(prompt.written(sheet)) / CHARACTERS_PER_TOKEN <= prompt.budget()


def test_fewer_variables_take_a_smaller_budget(codebook: Codebook) -> None:
    prompt = Prompt(codebook, Form.QUOTE_VALUE)
    assert prompt.budget(codebook.variables[:2]) < prompt.budget()
    assert prompt.budget(codebook.variables) == prompt.budget()
    assert Prompt(codebook, Form.VALUE).budget() < prompt.budget()


def test_every_process_writes_the_same_prompt(all_kinds: Codebook) -> None:
    code = (
        "import hashlib, json, sys\n"
        "from epicrisis.codebook.codebook import Codebook\n"
        "from epicrisis.prompting import Form, Prompt\n"
        "book = Codebook.model_validate_json(sys.stdin.read())\n"
        "print(hashlib.sha256(repr([(p.messages('x'), json.dumps(p.schema)) for p in (Prompt(book, f)"
        " for f in Form)]).encode()).hexdigest())"
    )
    prompts = (Prompt(all_kinds, form) for form in Form)
    here = repr([(prompt.messages("x"), json.dumps(prompt.schema)) for prompt in prompts])
    expected = hashlib.sha256(here.encode()).hexdigest()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            input=all_kinds.model_dump_json(),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == expected
