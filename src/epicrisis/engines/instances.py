"""A valid instance of a JSON Schema, invented from a seed."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from typing import Any

from ..errors import EngineError

_FORMATS = {
    "date": "2021-06-15",
    "date-time": "2021-06-15T10:00:00Z",
    "time": "10:00:00Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "someone@example.org",
    "uri": "https://example.org",
}
#: Tried in turn against a ``pattern``; a real generator for regular expressions is not worth having here.
_SAMPLES = (
    "", "a", "A", "1", "10", "0.5", "100", "ab", "abc", "A1", "a1", "T1", "pT2", "2021", "2021-06",
    "2021-06-15", "15-06-2021", "15/06/2021", "10:00", "10:00:00", "2021-06-15T10:00:00Z", "yes", "no",
    "true", "some words",
)  # fmt: skip
_WORDS = ("left", "right", "no", "sign", "of", "a", "lesion", "seen", "mm", "unchanged", "mild", "normal")


def instance(schema: Any, seed: int) -> Any:
    """An instance of ``schema`` (see ``schema.SUPPORTED`` for the keywords). Same seed, same instance.

    Raises ``EngineError`` for what it cannot invent, such as text for an unusual ``pattern``.
    """
    return _Inventor(schema, seed).invent(schema, 0)


class _Inventor:
    def __init__(self, root: Any, seed: int) -> None:
        self._root = root
        self._random = random.Random(seed)

    def invent(self, schema: Any, depth: int) -> Any:
        if schema is True:
            return None
        if not isinstance(schema, Mapping):
            raise EngineError("No value is valid for the JSON Schema 'false'.")
        if depth > 64:
            raise EngineError("The JSON Schema goes round in a circle.")
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._random.choice(list(schema["enum"]))
        if "$ref" in schema:
            return self.invent({**self._resolve(schema["$ref"]), **_without(schema, "$ref")}, depth + 1)
        if "allOf" in schema:
            merged = _without(schema, "allOf")
            for part in schema["allOf"]:
                merged = _merge(merged, part)
            return self.invent(merged, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                # Deep down only the first branch, so that recursive schemas end.
                branches = schema[keyword] if depth < 8 else schema[keyword][:1]
                chosen = self._random.choice(list(branches))
                return self.invent(_merge(_without(schema, keyword), chosen), depth + 1)
        return self._of_type(schema, depth)

    def _of_type(self, schema: Mapping[str, Any], depth: int) -> Any:
        kind = schema.get("type") or _implied_type(schema)
        if isinstance(kind, list):
            kind = self._random.choice(kind)
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "string":
            return self._string(schema)
        if kind in ("integer", "number"):
            return self._number(schema, whole=kind == "integer")
        return self._random.random() < 0.5 if kind == "boolean" else None

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = list(schema.get("required", ()))
        found: dict[str, Any] = {}
        for name, part in schema.get("properties", {}).items():
            if name in required or (depth < 8 and self._random.random() < 0.5):
                found[name] = self.invent(part, depth + 1)
        others = schema.get("additionalProperties", True)
        for name in required:
            if name not in found:
                found[name] = self.invent(others, depth + 1)
        while len(found) < schema.get("minProperties", 0):
            found[f"key{len(found)}"] = self.invent(others, depth + 1)
        return found

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        first = [self.invent(part, depth + 1) for part in schema.get("prefixItems", ())]
        least = max(schema.get("minItems", 0), len(first))
        items = schema.get("items", True)
        most = len(first) if items is False else min(schema.get("maxItems", least + 2), least + 2)
        count = self._random.randint(least, max(least, most)) if depth < 8 else least
        return first + [self.invent(items, depth + 1) for _ in range(count - len(first))]

    def _string(self, schema: Mapping[str, Any]) -> str:
        least: int = schema.get("minLength", 0)
        most: float = schema.get("maxLength", math.inf)
        if "format" in schema and schema["format"] in _FORMATS:
            return _FORMATS[schema["format"]]
        if "pattern" in schema:
            samples = [*_SAMPLES, *_with_unit(schema["pattern"])]
            for sample in self._random.sample(samples, len(samples)):
                if least <= len(sample) <= most and re.search(schema["pattern"], sample):
                    return sample
            raise EngineError(f"No text is known here for the pattern {schema['pattern']!r}.")
        words = " ".join(self._random.choice(_WORDS) for _ in range(self._random.randint(1, 4)))
        return (words + " x" * least)[: int(min(most, max(least, len(words))))]

    def _number(self, schema: Mapping[str, Any], *, whole: bool) -> int | float:
        step = schema.get("multipleOf", 1 if whole else 0.5)
        low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
        high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
        if low == -math.inf:
            low = min(0, high - 10 * step)
        if high == math.inf:
            high = low + 10 * step
        first, last = math.ceil(low / step), math.floor(high / step)
        first += first * step == schema.get("exclusiveMinimum")
        last -= last * step == schema.get("exclusiveMaximum")
        if first > last:  # nothing on the grid: anything in between does, unless it must be on it
            if whole or "multipleOf" in schema:
                raise EngineError("No number is valid for the JSON Schema's limits.")
            return (float(low) + float(high)) / 2
        number = self._random.randint(first, last) * step
        return int(number) if whole or number == int(number) else number

    def _resolve(self, reference: str) -> Mapping[str, Any]:
        found = self._root
        for part in reference.removeprefix("#").strip("/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")] if part else found
        if not isinstance(found, Mapping):
            raise EngineError(f"The JSON Schema refers to {reference}, which is no schema.")
        return found


def _implied_type(schema: Mapping[str, Any]) -> str:
    if "properties" in schema or "required" in schema:
        return "object"
    if "items" in schema or "prefixItems" in schema:
        return "array"
    if "minimum" in schema or "maximum" in schema:
        return "number"
    return "string" if {"pattern", "maxLength", "minLength", "format"} & set(schema) else "null"


def _without(schema: Mapping[str, Any], keyword: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != keyword}


def _merge(left: Mapping[str, Any], right: Any) -> dict[str, Any]:
    if not isinstance(right, Mapping):
        return dict(left)
    merged = {**left, **right}
    for key, tighter in (("minimum", max), ("maximum", min), ("minLength", max), ("maxLength", min)):
        if key in left and key in right:
            merged[key] = tighter(left[key], right[key])
    if "properties" in left and "properties" in right:
        merged["properties"] = {**left["properties"], **right["properties"]}
    if "required" in left and "required" in right:
        merged["required"] = [*left["required"], *right["required"]]
    return merged


def _with_unit(pattern: str) -> list[str]:
    """Numbers with each of the units that a pattern ends in: ``... (mm|cm)$``."""
    ending = re.search(r"\(([^()]+)\)\$\Z", pattern)
    if ending is None:
        return []
    units = re.sub(r"\\(.)", r"\1", ending[1]).split("|")
    return [f"12 {unit}" for unit in units]
