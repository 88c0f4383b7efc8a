from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.codebook import Codebook, dump, loads
from epicrisis.codebook.importing import from_json_schema
from epicrisis.codebook.lint import lint_codebook
from epicrisis.errors import CodebookError


def one(schema: Any, **document: Any) -> tuple[dict[str, Any], list[str]]:
    """What a single property becomes, as plain data, and the notes."""
    codebook, notes = from_json_schema({"properties": {"a": schema}, **document})
    (variable,) = codebook.variables
    assert not [finding for finding in lint_codebook(codebook) if finding.is_error]
    return variable.model_dump(mode="json", exclude_unset=True, exclude_none=True), notes


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "boolean"}, {"kind": "boolean"}),
        ({"enum": [True, False, None]}, {"kind": "boolean"}),
        ({"type": ["boolean", "null"]}, {"kind": "boolean"}),
        ({"enum": ["x", "y"]}, {"kind": "category", "options": [{"value": "x"}, {"value": "y"}]}),
        ({"enum": [1, 2, 1, None]}, {"kind": "category", "options": [{"value": 1}, {"value": 2}]}),
        ({"const": "x"}, {"kind": "category", "options": [{"value": "x"}]}),
        (
            {
                "oneOf": [
                    {"const": "x", "title": "Ex", "description": "So."},
                    {"const": "y"},
                    {"type": "null"},
                ]
            },
            {
                "kind": "category",
                "options": [{"value": "x", "label": "Ex", "definition": "So."}, {"value": "y"}],
            },
        ),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, {"kind": "date"}),
        ({"type": "string", "format": "date-time"}, {"kind": "date"}),
        ({"type": "string", "maxLength": 40}, {"kind": "text", "max_length": 40}),
        ({"type": "integer", "minimum": 0, "maximum": 9}, {"kind": "count", "range": {"min": 0, "max": 9}}),
        ({"type": "integer", "exclusiveMinimum": 0}, {"kind": "count", "range": {"min": 1}}),
        ({"type": "integer"}, {"kind": "quantity", "unit": "1"}),
        (
            {"type": "number", "exclusiveMinimum": 0, "maximum": 9.5, "unit": "mm"},
            {"kind": "quantity", "unit": "mm", "range": {"min": 0, "max": 9.5}},
        ),
        ({"type": "number", "minimum": 1, "exclusiveMinimum": True}, {"range": {"min": 1}}),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 3}, {"kind": "spans", "max_items": 3}),
        ({"allOf": [{"type": "boolean"}, {"description": "D"}]}, {"kind": "boolean", "definition": "D"}),
        ({"type": "boolean", "description": "Or <b>not</b>"}, {"definition": "Or not"}),
        ({"type": "boolean", "title": "Seen?"}, {"label": "Seen?"}),
    ],
)
def test_each_kind_of_property(schema: Any, expected: dict[str, Any]) -> None:
    variable, _ = one(schema)
    assert {key: variable.get(key) for key in expected} == expected


def test_references_are_followed_and_what_stands_beside_them_wins() -> None:
    side = {"enum": ["l", "r"], "description": "general"}
    schema = {"anyOf": [{"$ref": "#/$defs/a~1b"}, {"type": "null"}], "description": "special"}
    variable, notes = one(schema, **{"$defs": {"a/b": side}})
    assert variable["kind"] == "category"
    assert variable["definition"] == "special"
    assert notes == []


def test_an_array_of_objects_becomes_a_group() -> None:
    lesion = {
        "properties": {
            "size": {"type": "number", "unit": "mm"},
            "where": {"properties": {"lobe": {"type": "string"}}},
            "names": {"type": "array", "items": {"type": "string"}},
        }
    }
    variable, notes = one({"type": "array", "items": lesion, "maxItems": 4, "description": "Lesions"})
    assert variable["kind"] == "group"
    assert variable["max_items"] == 4
    assert [(part["name"], part["kind"]) for part in variable["variables"]] == [
        ("size", "quantity"),
        ("where_lobe", "text"),
    ]
    assert "names: skipped: a list inside a list" in notes


def test_an_array_of_choices_becomes_booleans_and_one_of_numbers_a_group() -> None:
    codebook, notes = from_json_schema(
        {
            "properties": {
                "site": {
                    "type": "array",
                    "items": {"enum": ["lobar", "deep"]},
                    "description": "Site of bleeds",
                },
                "sizes": {"type": "array", "items": {"type": "number"}},
            }
        }
    )
    assert [(one.name, one.kind) for one in codebook.variables] == [
        ("site_lobar", "boolean"),
        ("site_deep", "boolean"),
        ("sizes", "group"),
    ]
    assert codebook["site_deep"].definition == "Site of bleeds: deep"
    assert "site: any of several values; one boolean for each" in notes


def test_nested_objects_are_flattened_with_their_name_in_front() -> None:
    inner = {"properties": {"size": {"type": "integer", "minimum": 0}}}
    codebook, notes = from_json_schema(
        {"properties": {"size": {"type": "string"}, "tumour": inner, "tumour_size": {}}}
    )
    assert codebook.names == ["size", "tumour_size", "tumour_size_2"]
    assert "tumour: its parts are variables of their own, with its name in front" in notes
    assert "tumour_size: is named 'tumour_size_2' here" in notes


@pytest.mark.parametrize(
    ("schema", "note"),
    [
        ({"type": "object"}, "skipped: an object without named properties"),
        ({"type": "array"}, "skipped: a list that does not say what it holds"),
        ({"type": "array", "items": {"type": "array"}}, "skipped: a list of lists"),
        ({"enum": [{"x": 1}]}, "skipped: its values are not texts or numbers"),
        ({"type": "null"}, "skipped: is always null"),
        ({"$ref": "other.json#/x"}, "skipped: refers to another document"),
        ({"$ref": "#/$defs/none"}, "skipped: refers to #/$defs/none, which is not there"),
        ({"$ref": "#/$defs/loop"}, "skipped: refers to itself"),
        ({"$ref": "#"}, "refers to itself"),
        ({"type": "number", "minimum": 3, "maximum": 1}, "skipped: the range contradicts itself"),
        ({"type": ["number", "string"]}, "takes number or string; read as number"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "takes string or integer; read as integer"),
        ({"type": "string", "pattern": "^a"}, "its pattern is not taken over"),
        ({"type": "number"}, "has no unit; '1' stands in for it"),
        ({}, "has no type; read as text"),
        (True, "has no type; read as text"),
    ],
)
def test_what_is_lost_is_noted(schema: Any, note: str) -> None:
    document = {
        "$defs": {"loop": {"$ref": "#/$defs/loop"}},
        "properties": {"b": {"type": "boolean"}, "a": schema},
    }
    _, notes = from_json_schema(document)
    assert any(note in one for one in notes)


def test_a_schema_that_refers_to_itself_through_a_list_ends() -> None:
    node = {
        "properties": {
            "size": {"type": "number"},
            "parts": {"type": "array", "items": {"$ref": "#/$defs/node"}},
        }
    }
    variable, notes = one({"type": "array", "items": {"$ref": "#/$defs/node"}}, **{"$defs": {"node": node}})
    assert [part["name"] for part in variable["variables"]] == ["size"]
    assert any("refers to itself" in note for note in notes)


def test_a_file_names_the_codebook_and_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "tumour_board.schema.json"
    path.write_text(json.dumps({"title": "TumourBoard", "description": "Fill in.", "properties": {"a": {}}}))
    codebook, _ = from_json_schema(path)
    assert (codebook.name, codebook.title, codebook.instructions) == (
        "tumour-board",
        "TumourBoard",
        "Fill in.",
    )
    for text, words in (
        ('{"a": \n 1,}', "Not valid JSON"),
        ("[]", "an object; this is not one"),
        ('{"type": "string"}', "no object with properties"),
        ('{"properties": {"a": {"type": "null"}}}', "is always null"),
        ('{"$ref": "#/nope"}', "refers to #/nope"),
        ("[" * 100_000, "Not a JSON file"),
    ):
        path.write_text(text)
        with pytest.raises(CodebookError, match=words) as caught:
            from_json_schema(path)
        assert str(path) in str(caught.value)
    with pytest.raises(CodebookError, match="No such file"):
        from_json_schema(tmp_path / "none.json")


def test_a_codebook_s_own_data_survives_the_way_through_yaml() -> None:
    codebook, _ = from_json_schema({"title": "X", "properties": {"no": {"enum": ["yes", "010", "1.10"]}}})
    assert loads(dump(codebook)) == codebook


_keys = st.sampled_from(
    [
        *("type", "enum", "const", "anyOf", "oneOf", "allOf", "items", "properties", "$ref", "minimum"),
        *(
            "maximum",
            "exclusiveMinimum",
            "format",
            "description",
            "title",
            "maxItems",
            "unit",
            "a",
            "b",
            "id",
        ),
    ]
)
_words = st.sampled_from(
    ["string", "number", "integer", "array", "object", "null", "boolean", "date", "#", "#/a", "#/$defs/a"]
)
_leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _words, st.text(max_size=5))
_schemas = st.recursive(
    _leaf,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=5)),
    max_leaves=30,
)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(properties=st.dictionaries(st.one_of(_keys, st.text(max_size=4)), _schemas, max_size=5), defs=_schemas)
def test_whatever_the_schema_the_codebook_is_sound(properties: Any, defs: Any) -> None:
    try:
        codebook, _ = from_json_schema({"properties": properties, "$defs": {"a": defs}, "a": defs})
    except CodebookError:
        return
    assert isinstance(codebook, Codebook)
    assert not [finding for finding in lint_codebook(codebook) if finding.is_error]
    assert loads(dump(codebook)) == codebook
