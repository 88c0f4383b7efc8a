"""JSON Schema on its way to a grammar: what LLGuidance implements, and one-line JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import EngineError
from .engine import JsonSchema

#: JSON as language models write it on one line. Without the spaces their natural tokens break.
LAYOUT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}

_ASSERTIONS = {
    "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref",
    "properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties",
    "items", "prefixItems", "minItems", "maxItems",
    "minLength", "maxLength", "pattern", "format",
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
}  # fmt: skip
_ANNOTATIONS = {
    "$schema", "$id", "$defs", "definitions", "$comment", "title", "description", "default", "examples",
    "deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding", "discriminator",
}  # fmt: skip
#: Keywords that are honoured or do not restrict; of every other one the grammar compiler would drop
#: the whole schema.
SUPPORTED = frozenset(_ASSERTIONS | _ANNOTATIONS)
FORMATS = frozenset(
    {"date-time", "date", "time", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri"}
)


def item_separator(compact: bool) -> str:
    """What stands between members, and between items."""
    return "," if compact else ", "


def with_layout(schema: JsonSchema, *, compact: bool = False) -> dict[str, Any]:
    """The schema with the request for one-line JSON that LLGuidance reads."""
    return {**schema, "x-guidance": {**LAYOUT, "item_separator": item_separator(compact)}}


def grammar(schema: JsonSchema, *, compact: bool = False) -> str:
    """The grammar for llama.cpp built with LLGuidance."""
    return "%llguidance {}\nstart: %json " + json.dumps(with_layout(schema, compact=compact))


def check_supported(schema: JsonSchema) -> None:
    """Raise ``EngineError`` if the schema uses a keyword the grammar compiler does not implement."""
    for place, keyword, value in _keywords(schema, "#"):
        if keyword == "format" and value not in FORMATS:
            wrong = f"the format {value!r}"
        elif keyword not in SUPPORTED and not keyword.startswith("x-"):
            wrong = f"the keyword {keyword!r}"
        else:
            continue
        raise EngineError(
            f"The JSON Schema uses {wrong} at {place}, which the embedded engine cannot enforce.",
            hint="Leave it out of the schema and check the answer afterwards.",
        )


def _keywords(schema: Any, place: str) -> Iterator[tuple[str, str, Any]]:
    if not isinstance(schema, Mapping):  # true and false are schemas too
        return
    for keyword, value in schema.items():
        yield place, keyword, value
        below = f"{place}/{keyword}"
        if keyword in ("properties", "patternProperties", "$defs", "definitions"):
            for name, part in value.items():
                yield from _keywords(part, f"{below}/{name}")
        elif keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
            for number, part in enumerate(value):
                yield from _keywords(part, f"{below}/{number}")
        elif keyword in ("items", "additionalProperties"):
            yield from _keywords(value, below)
