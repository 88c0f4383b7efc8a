"""The keywords let through are exactly those that the grammar compiler holds the model to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from epicrisis.engines import schema
from epicrisis.engines.engine import Message, Request
from epicrisis.engines.llamacpp import LlamaCppEngine
from epicrisis.errors import EngineError

ENFORCED: list[dict[str, Any]] = [
    {"enum": ["a", 1, None, True, 0.5]},
    {"const": {"a": [1, "x"]}},
    {"anyOf": [{"type": "null"}, {"const": "b"}]},
    {"oneOf": [{"type": "null"}, {"type": "boolean"}]},
    {"allOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 9}]},
    {"type": ["boolean", "null"], "title": "t", "description": "d", "default": None, "examples": [True]},
    {"type": "array", "items": {"enum": [1, 2]}, "minItems": 1, "maxItems": 2},
    {"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": False, "minItems": 2},
    {"type": "array", "items": {"$ref": "#/$defs/one"}, "maxItems": 2},
    {"type": "object", "patternProperties": {"^a{1,2}$": {"const": 1}}, "additionalProperties": False},
    {"type": "string", "minLength": 1, "maxLength": 3},
    {"type": "string", "pattern": "^[0-9]{4}(-[0-9]{2})?$"},
    *({"type": "string", "format": name} for name in ("date", "date-time", "time", "uuid", "ipv4")),
    {"type": "number", "minimum": 0, "maximum": 100},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 3},
    {"type": "integer", "multipleOf": 5, "minimum": 0, "maximum": 50},
]
REFUSED: list[dict[str, Any]] = [
    {"type": "string", "not": {"const": "a"}},
    {"type": "string", "if": {"const": "a"}, "then": {"maxLength": 1}},
    {"type": "array", "items": {"const": 1}, "contains": {"const": 1}},
    {"type": "array", "items": {"enum": [1, 2]}, "uniqueItems": True},
    {"type": "object", "propertyNames": {"enum": ["a"]}},
    {"type": "object", "unevaluatedProperties": False},
    {"type": "object", "dependentRequired": {"a": ["b"]}},
    {"type": "string", "format": "postcode"},
]


def wrapped(part: dict[str, Any]) -> dict[str, Any]:
    return {
        "$defs": {"one": {"enum": [1, 2]}},
        "type": "object",
        "properties": {"value": part},
        "required": ["value"],
        "additionalProperties": False,
    }


@pytest.fixture(scope="module")
def engine(tiny_gguf: Path) -> Iterator[LlamaCppEngine]:
    with LlamaCppEngine(tiny_gguf, context=4096, threads=1) as found:
        yield found


@pytest.mark.parametrize("part", ENFORCED, ids=lambda part: "+".join(part))
def test_enforced(engine: LlamaCppEngine, part: dict[str, Any]) -> None:
    whole = wrapped(part)
    for seed in range(4):
        request = Request([Message("user", "?")], schema=whole, temperature=1.0, seed=seed, max_tokens=300)
        reply = engine.complete(request)
        assert reply.finish == "stop"
        jsonschema.validate(json.loads(reply.text), whole)


@pytest.mark.parametrize("part", REFUSED, ids=lambda part: "+".join(part))
def test_refused(engine: LlamaCppEngine, part: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request([Message("user", "?")], schema=wrapped(part))
    with pytest.raises(EngineError, match="cannot enforce"):
        engine.complete(request)
    # Were it let through, the check against the running grammar would catch it.
    monkeypatch.setattr(schema, "check_supported", lambda schema: None)
    with pytest.raises(EngineError, match="grammar"):
        engine.complete(request)


def test_a_property_may_be_called_like_a_keyword(engine: LlamaCppEngine) -> None:
    schema.check_supported({"type": "object", "properties": {"not": {"type": "null"}, "contains": True}})
