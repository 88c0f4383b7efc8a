"""The scripted engine does what it is told, and invents valid answers."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.engines.engine import Message, Reply, Request
from epicrisis.engines.instances import instance
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineBusyError, EngineError


def ask(report_id: str | None = "r1", **options: Any) -> Request:
    return Request([Message("user", "What does it say?")], report_id=report_id, **options)


def test_replies_by_report() -> None:
    engine = ScriptedEngine({"r1": "one", "r2": {"b": "é"}}, default="other")
    assert [engine.complete(ask(name)).text for name in ("r1", "r2", "r3", None)] == [
        "one",
        '{"b": "é"}',
        "other",
        "other",
    ]


def test_successive_replies_and_errors() -> None:
    engine = ScriptedEngine({"r1": [EngineBusyError("busy"), "then"]}, default=["x", "y"])
    with pytest.raises(EngineBusyError):
        engine.complete(ask())
    assert [engine.complete(ask()).text for _ in range(2)] == ["then", "then"]
    assert [engine.complete(ask("r9")).text for _ in range(2)] == ["x", "y"]


def test_functions_and_whole_replies() -> None:
    reply = Reply("whole", "refusal", 1, 2)
    engine = ScriptedEngine({"r1": lambda request: f"for {request.report_id}", "r2": reply})
    assert engine.complete(ask("r1")).text == "for r1"
    assert engine.complete(ask("r2")) is reply
    assert ScriptedEngine(lambda request: "always").complete(ask()).text == "always"


def test_nothing_scripted_is_an_error() -> None:
    with pytest.raises(EngineError, match="no answer"):
        ScriptedEngine({"r1": "one"}).complete(ask("r2"))


def test_a_reply_beyond_the_budget_is_cut() -> None:
    reply = ScriptedEngine(default="abcdefghij").complete(ask(max_tokens=2))
    assert (reply.text, reply.finish, reply.completion_tokens) == ("abcdefgh", "length", 2)


def test_it_remembers_what_it_was_asked() -> None:
    engine = ScriptedEngine(default="x")
    engine.complete(ask("r7"))
    assert [request.report_id for request in engine.requests] == ["r7"]


def test_from_schema_differs_by_report_and_by_seed() -> None:
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "minimum": 0, "maximum": 9999}},
        "required": ["n"],
    }

    def said(seed: int) -> list[str]:
        engine = ScriptedEngine.from_schema(seed)
        return [engine.complete(ask(f"r{n}", schema=schema)).text for n in range(20)]

    assert said(1) == said(1)
    assert said(1) != said(2)
    assert len(set(said(1))) > 5


_NUMBERS = st.integers(-50, 50)
_SCHEMAS = st.recursive(
    st.one_of(
        st.sampled_from(
            [
                {"type": "boolean"},
                {"type": "null"},
                {"type": ["string", "null"], "maxLength": 3},
                {"type": "string", "minLength": 40},
                {"type": "string", "format": "date"},
                {"type": "string", "pattern": r"^\d{4}(-\d{2}){0,2}$"},
                {"enum": ["a", 1, None]},
                {"const": {"a": [1]}},
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                {"type": "number", "minimum": 0.1, "maximum": 0.2},
                {"type": "integer", "multipleOf": 5, "minimum": 3, "maximum": 12},
                {"allOf": [{"type": "integer", "minimum": 0}, {"maximum": 9}]},
            ]
        ),
        st.builds(
            lambda low, width: {"type": "integer", "minimum": low, "maximum": low + width},
            _NUMBERS,
            st.integers(0, 9),
        ),
    ),
    lambda parts: st.one_of(
        st.builds(
            lambda part, n: {"type": "array", "items": part, "minItems": n, "maxItems": n + 2},
            parts,
            st.integers(0, 2),
        ),
        st.builds(lambda some: {"anyOf": some}, st.lists(parts, min_size=1, max_size=3)),
        st.builds(
            lambda properties: {
                "type": "object",
                "properties": properties,
                "required": sorted(properties)[:2],
                "additionalProperties": False,
            },
            st.dictionaries(st.sampled_from("abcd"), parts, max_size=4),
        ),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(_SCHEMAS, st.integers(0, 1000))
def test_invented_instances_are_valid(schema: dict[str, Any], seed: int) -> None:
    found = instance(schema, seed)
    jsonschema.validate(found, schema)
    assert json.dumps(found) == json.dumps(instance(schema, seed))


def test_references_and_recursion_end() -> None:
    schema = {
        "$defs": {
            "tree": {
                "type": "object",
                "properties": {"below": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/tree"}]}},
                "required": ["below"],
                "additionalProperties": False,
            }
        },
        "$ref": "#/$defs/tree",
    }
    for seed in range(30):
        jsonschema.validate(instance(schema, seed), schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^xq{7}$"},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"},
        False,
    ],
)
def test_what_cannot_be_invented_says_so(schema: Any) -> None:
    with pytest.raises(EngineError):
        instance(schema, 0)
