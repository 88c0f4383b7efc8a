"""A codebook while it is written: form and YAML in step, findings with their places, what models see."""

from __future__ import annotations

import contextlib
import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.studio.building.checking import check, summary
from epicrisis.studio.building.differences import difference
from epicrisis.studio.building.prompts import prompt_view
from epicrisis.studio.building.starting import copied, empty, imported, with_examples
from epicrisis.studio.web.refusals import Refused


def test_the_content_and_what_conditions_are_about(text: str) -> None:
    found = check(text)
    assert found.document is not None
    assert found.document["variables"][1]["name"] == "count"
    assert found.conditions["infarct == true"].model_dump() == {
        "variable": "infarct",
        "operator": "==",
        "value": True,
    }
    assert (found.errors, found.warnings, found.variables) == (0, 0, 2)
    assert found.digest


def test_a_finding_names_its_line_and_its_place(text: str) -> None:
    found = check(text.replace("kind: count", "kind: cuont"))
    assert [(one.level, one.line, one.place) for one in found.findings] == [
        ("error", 11, ["variables", 1, "kind"])
    ]
    assert found.findings[0].fix == "Did you mean 'count'?"
    assert found.digest is None


def test_a_change_in_the_form_changes_its_own_line(text: str) -> None:
    document = check(text).document
    assert document is not None
    document["variables"][0]["definition"] = "Any infarct, old or new."
    found = check(text, document)
    assert found.yaml == text.replace("Any infarct.", "Any infarct, old or new.")
    assert found.lost == []


def test_a_condition_that_was_put_together_is_written_as_text(text: str) -> None:
    document = check(text).document
    assert document is not None
    composed = {"variable": "infarct", "operator": "in", "value": ["a, b", 2]}
    document["variables"][1]["when"] = {"compose": composed}
    assert check(text, document).yaml == text.replace("infarct == true", 'infarct in ["a, b", 2]')


@pytest.mark.parametrize(
    "when", [{"compose": {"variable": "infarct"}}, {"compose": 3}, {"compose": {"operator": "=="}}]
)
def test_half_a_condition_is_refused(text: str, when: Any) -> None:
    document = check(text).document
    assert document is not None
    document["variables"][1]["when"] = when
    with pytest.raises(Refused):
        check(text, document)


def test_comments_are_not_lost_without_asking() -> None:
    text = "# Why.\n{name: x, variables: [{name: a, kind: date}]}\n"
    document = {"name": "y", "variables": [{"name": "a", "kind": "date"}]}
    asked = check(text, document)
    assert (asked.asks, asked.yaml, asked.lost) == (True, text, ["# Why."])
    allowed = check(text, document, rewrite=True)
    assert not allowed.asks
    assert allowed.yaml.startswith("name: y\n")


@pytest.mark.parametrize(
    "document",
    [{"a": float("nan")}, {"a": "\udc00"}, {"name": json.loads("[" * 60 + "]" * 60)}],
)
def test_what_no_codebook_can_say_is_refused(text: str, document: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        check(text, document)
    assert refused.value.status == 422


def test_numbers_go_to_browsers_and_come_back() -> None:
    text = "name: x\nvariables: [{name: a, kind: date, codes: [{system: s, code: 1234567890123456789}]}]\n"
    document = check(text).document
    assert document is not None
    assert document["variables"][0]["codes"][0]["code"] == "1234567890123456789"
    document["title"] = "T"
    assert "1234567890123456789}" in check(text, document).yaml


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_checked(text: str) -> None:
    found = check(text)
    assert found.yaml == text
    assert found.errors or found.digest


_leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_contents = st.recursive(
    _leaves,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
    max_leaves=8,
)


@given(_contents)
@settings(max_examples=80, deadline=None)
def test_any_content_is_written(value: Any) -> None:
    document = {"name": "x", "variables": value, "instructions": value}
    found = check("name: y # z\nvariables: []\n", copy.deepcopy(document), rewrite=True)
    assert check(found.yaml, found.document).yaml == found.yaml


def test_the_prompt_is_what_the_model_sees(text: str) -> None:
    from epicrisis.codebook import loads

    found = prompt_view(loads(text), None)
    assert found.messages[0].role == "system"
    assert "Any infarct." in found.messages[0].content
    assert not found.exact
    assert found.tokens > 50


def test_a_script_counts_at_once(text: str, tmp_path: Any) -> None:
    from epicrisis.codebook import loads

    script = tmp_path / "script.jsonl"
    script.write_text('{"reply": {}}\n', "utf-8")
    found = prompt_view(loads(text), f"scripted:{script}")
    assert found.exact
    assert not found.countable


def test_an_engine_that_fails_leaves_an_estimate(text: str) -> None:
    from epicrisis.codebook import loads

    assert not prompt_view(loads(text), "http://127.0.0.1:9/v1#x").exact


def test_two_versions_are_told_apart(text: str) -> None:
    other = text.replace("Any infarct.", "Any old infarct.").replace("name: count", "name: number")
    found = difference(text, other + "title: T\n")
    assert (found.added, found.removed, found.elsewhere) == (["number"], ["count"], ["title"])
    assert [(one.name, one.keys) for one in found.changed] == [("infarct", ["definition"])]
    assert found.asks_otherwise
    removed = next(line for line in found.lines if line.kind == "removed")
    added = next(line for line in found.lines if line.kind == "added")
    assert (removed.old, added.new) == (9, 9)
    assert [part.text for part in added.parts if part.changed] == ["old "]
    assert found.lines[0].kind == "gap"


def test_layout_and_comments_ask_nothing_else(text: str) -> None:
    found = difference(text, text.replace("# Vascular", "# Vessels"))
    assert found.asks_otherwise is False
    assert (found.added, found.changed, found.reordered) == ([], [], False)
    assert len([line for line in found.lines if line.kind == "added"]) == 1


def test_a_draft_says_nothing_about_asking(text: str) -> None:
    assert difference(text, "name: [").asks_otherwise is None
    assert difference(text, text).is_empty


def test_beginnings() -> None:
    assert summary(empty("my study", ["nl"])).errors == 1
    assert summary(with_examples("my study", ["nl"])).errors == 0
    assert copied("# c\nname: a # b\nvariables: []\n", "z").startswith("# c\nname: z # b\n")


REDCAP = (
    '"Variable / Field Name","Form Name","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels"\n'
    'record_id,r,text,Record,\nsite,r,checkbox,Site,"1, Frontal | 2, Parietal"\nseen,r,yesno,Seen,\n'
)


def test_a_dictionary_is_brought_in_with_its_notes() -> None:
    text, notes = imported(REDCAP.encode(), "study.csv", "study")
    assert notes[0] == "record_id: skipped: the record's own id"
    assert text.startswith("# Made from a REDCap data dictionary, study.csv.\n")
    assert "#   record_id: skipped" in text
    assert summary(text).errors == 0
    assert summary(text).variables == 3


def test_a_schema_is_brought_in() -> None:
    schema = {"type": "object", "properties": {"stage": {"enum": ["I", "II"], "description": "The stage."}}}
    text, _ = imported(json.dumps(schema).encode(), "x.csv", "study")
    assert "# Made from a JSON Schema, x.csv." in text
    assert summary(text).errors == 0


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.yaml", "a"])
@given(content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@settings(max_examples=40, deadline=None)
def test_any_file_is_taken_or_refused(name: str, content: bytes) -> None:
    from epicrisis.errors import CodebookError

    with contextlib.suppress(Refused, CodebookError):
        assert isinstance(imported(content, name, "study")[0], str)
