"""Worked examples made from the codebook."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable
from epicrisis.extraction.candidate import candidate
from epicrisis.extraction.grounding import Grounds
from epicrisis.prompting import Form, Prompt
from epicrisis.prompting.worked import worked_examples

COUNTS = [1, 2, 3]


def sheets(prompt: Prompt) -> list[dict[str, Any]]:
    """The answers that the prompt shows, read as the model's would be."""
    return [json.loads(one.content) for one in prompt.messages("x") if one.role == "assistant"]


@pytest.mark.parametrize("absent", [None, "not stated"])
@pytest.mark.parametrize("form", Form)
def test_the_schema_takes_what_is_shown(codebook: Codebook, form: Form, absent: str | None) -> None:
    prompt = Prompt(codebook, form, absent=absent, examples=3)
    shown = sheets(prompt)
    assert len(shown) == 3
    for sheet in shown:
        jsonschema.validate(sheet, prompt.schema)
        assert list(sheet) == codebook.names
        for variable in codebook.variables:
            found = candidate(variable, sheet[variable.name], form, absent)
            assert found.complaint is None
            members = sheet[variable.name]
            if isinstance(members, dict) and form.quotes:
                assert list(members) == (["quote", "value"] if form.quote_first else ["value", "quote"])


@pytest.mark.parametrize("count", COUNTS)
def test_every_variable_is_stated_once_and_left_out_otherwise(codebook: Codebook, count: int) -> None:
    examples = worked_examples(codebook, count)
    assert len(examples) == count
    for variable in codebook.variables:
        stated = sum(variable.name in example.cells for example in examples)
        if not variable.allows("not_mentioned"):
            assert stated == count
        elif variable.when is not None:
            assert stated <= 1
        else:
            assert stated == 1 or count == 1


def test_one_example_shows_both_cases(codebook: Codebook) -> None:
    (example,) = worked_examples(codebook, 1)
    share = len(example.cells) / len(codebook.variables)
    assert 0.25 <= share <= 0.75


@pytest.mark.parametrize("count", COUNTS)
def test_quotes_and_mentions_stand_in_the_report(codebook: Codebook, count: int) -> None:
    for example in worked_examples(codebook, count):
        grounds = Grounds(example.text)
        for name, cell in example.cells.items():
            assert cell.quote is not None
            assert cell.quote in example.text
            assert grounds.locate(cell.quote) is not None
            variable = codebook[name]
            if isinstance(variable, SpansVariable):
                assert all(item["text"] in example.text for item in cell.value)
            if isinstance(variable, GroupVariable):
                assert all(item["quote"] in example.text for item in cell.value)


@pytest.mark.parametrize("count", COUNTS)
def test_a_variable_that_depends_on_another_is_only_stated_where_that_is_met(
    codebook: Codebook, count: int
) -> None:
    for example in worked_examples(codebook, count):
        for name in example.cells:
            when = codebook[name].when
            if when is not None:
                assert when.holds(example.cells[when.variable].value)


def test_all_statements_are_in_the_text_and_nothing_else(codebook: Codebook) -> None:
    for example in worked_examples(codebook, 2):
        quotes = [cell.quote or "" for cell in example.cells.values()]
        assert len(example.text) == sum(map(len, quotes)) + len(quotes) - 1


def test_no_examples(codebook: Codebook) -> None:
    assert worked_examples(codebook, 0) == []
    assert len(Prompt(codebook, Form.VALUE, examples=0).messages("x")) == 2


def test_another_codebook_gives_other_examples(all_kinds: Codebook) -> None:
    other = all_kinds.model_copy(update={"version": "99"})
    assert worked_examples(all_kinds, 2) == worked_examples(all_kinds, 2)
    assert worked_examples(other, 2) != worked_examples(all_kinds, 2)


def test_the_words_are_the_codebooks_language(all_kinds: Codebook) -> None:
    def stated(codebook: Codebook) -> list[str]:
        examples = worked_examples(codebook, 2)
        return [(one.cells["infarct"].quote or "").casefold() for one in examples if "infarct" in one.cells]

    (dutch,) = stated(all_kinds)
    assert "herseninfarct" in dutch
    (english,) = stated(all_kinds.model_copy(update={"languages": ["en"]}))
    assert "infarction" in english
