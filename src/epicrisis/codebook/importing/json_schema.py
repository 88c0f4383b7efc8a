"""A codebook from a JSON Schema."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import CodebookError
from ..codebook import Codebook
from ..words import clipped
from .draft import Draft, Skip, distinct, plain_text
from .schema_text import Schema, Simplifier, options_of

_FORMATS = {"date": "date", "date-time": "date"}
_CONDITIONAL = ("if", "dependentRequired", "dependentSchemas", "dependencies")


def from_json_schema(
    source: str | Path | Mapping[str, Any], name: str | None = None
) -> tuple[Codebook, list[str]]:
    """A codebook with a variable for each property of a JSON Schema, and notes on what was lost.

    ``source`` is a file, or the schema itself. ``boolean`` stays boolean; ``enum``, ``const`` and
    ``oneOf`` of constants become a category; ``integer`` with a minimum of 0 or more a count; other
    numbers a quantity (unit from the keyword ``unit``, else ``'1'``); ``format: date`` a date; other
    text text; an array of objects a group, of text spans, of an enum one boolean per value; nested
    objects are flattened. Raises ``CodebookError`` if it cannot be read or holds no properties.
    """
    if isinstance(source, Mapping):
        document, label = dict(source), name or "the schema"
    else:
        document, label = _read(Path(source)), str(source)
        name = name or str(document.get("title") or Path(source).stem)
    return codebook_from(document, label, name or str(document.get("title") or "codebook"))


def codebook_from(document: Schema, source: str, name: str) -> tuple[Codebook, list[str]]:
    """What ``from_json_schema`` does once the schema is read; ``source`` labels the errors."""
    reader = _Reader(document)
    try:
        root, seen, _ = reader.schemas.simple(document)
    except Skip as reason:
        raise CodebookError(f"The schema {reason}.", path=source) from None
    if not isinstance(root.get("properties"), dict) or not root["properties"]:
        raise CodebookError(
            "The schema describes no object with properties.",
            path=source,
            hint="The top level must have 'properties', one for each column of the table.",
        )
    reader.properties(root, (), seen, reader.draft.variables, inner=False)
    title = document.get("title")
    codebook = reader.draft.codebook(
        source,
        name,
        title=title if isinstance(title, str) else "",
        instructions=plain_text(root.get("description")),
    )
    return codebook, reader.draft.notes


def _read(path: Path) -> Schema:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CodebookError(f"Cannot be read: {error.strerror}.", path=path) from None
    except json.JSONDecodeError as error:
        raise CodebookError(f"Not valid JSON: {error.msg}.", path=path, line=error.lineno) from None
    except (ValueError, RecursionError):
        raise CodebookError("Not a JSON file.", path=path) from None
    if not isinstance(document, dict):
        raise CodebookError("A JSON Schema is an object; this is not one.", path=path)
    return document


class _Reader:
    """Turns properties into variables."""

    def __init__(self, document: Schema) -> None:
        self.draft = Draft()
        self.schemas = Simplifier(document)

    def properties(
        self,
        schema: Schema,
        path: tuple[str, ...],
        seen: tuple[str, ...],
        into: list[dict[str, Any]],
        *,
        inner: bool,
    ) -> None:
        """Variables for the properties of an object; ``inner`` inside a group."""
        if any(key in schema for key in _CONDITIONAL):
            self.draft.note(
                ".".join(path) or "schema", "its conditions (if/then, dependencies) are not taken over"
            )
        for key, subschema in schema["properties"].items():
            field = ".".join((*path, str(key)))
            try:
                simple, followed, remarks = self.schemas.simple(subschema, seen)
                self._property(simple, (*path, str(key)), followed, into, inner=inner)
            except Skip as reason:
                self.draft.note(field, f"skipped: {reason}")
                continue
            for remark in remarks:
                self.draft.note(field, remark)

    def _property(
        self,
        schema: Schema,
        path: tuple[str, ...],
        seen: tuple[str, ...],
        into: list[dict[str, Any]],
        *,
        inner: bool,
    ) -> None:
        field, kind = ".".join(path), _type(schema)
        if kind == "object":
            if not isinstance(schema.get("properties"), dict):
                raise Skip("an object without named properties")
            if len(path) > 20:
                raise Skip("nested too deep")
            self.draft.note(field, "its parts are variables of their own, with its name in front")
            self.properties(schema, path, seen, into, inner=inner)
            return
        if kind == "array":
            self._array(schema, path, seen, into, inner=inner)
            return
        variable = self._scalar(schema, kind, field)
        self.draft.add(field, {**self._head(schema, path, into), **variable}, into)

    def _head(self, schema: Schema, path: tuple[str, ...], into: list[dict[str, Any]]) -> dict[str, Any]:
        name = self.draft.name(".".join(path), "_".join(path), into)
        title = plain_text(schema.get("title"))
        if title.casefold().replace(" ", "_") == path[-1].casefold():
            title = ""  # made from the name, as Pydantic does
        return {"name": name, "label": title, "definition": plain_text(schema.get("description"))}

    def _scalar(self, schema: Schema, kind: str, field: str) -> dict[str, Any]:
        if kind == "options":
            return _closed(options_of(schema))
        if kind == "boolean":
            return {"kind": "boolean"}
        if kind in ("integer", "number"):
            return self._number(schema, kind, field)
        if kind == "null":
            raise Skip("is always null")
        if kind != "string":
            self.draft.note(field, "has no type; read as text")
        if _FORMATS.get(str(schema.get("format"))) == "date":
            if schema["format"] == "date-time":
                self.draft.note(field, "the time of day is not taken over")
            return {"kind": "date"}
        if "pattern" in schema:
            self.draft.note(field, "its pattern is not taken over")
        longest = schema.get("maxLength")
        return {"kind": "text", "max_length": longest if isinstance(longest, int) and longest > 0 else None}

    def _number(self, schema: Schema, kind: str, field: str) -> dict[str, Any]:
        low = self._bound(schema, "minimum", "exclusiveMinimum", 1 if kind == "integer" else 0, field)
        high = self._bound(schema, "maximum", "exclusiveMaximum", -1 if kind == "integer" else 0, field)
        ends = {key: end for key, end in (("min", low), ("max", high)) if end is not None}
        if kind == "integer" and low is not None and low >= 0:
            return {"kind": "count", "range": ends}
        unit = next(
            (schema[key] for key in ("unit", "units", "x-unit") if isinstance(schema.get(key), str)), ""
        )
        if not unit and kind == "number":
            self.draft.note(field, "has no unit; '1' stands in for it")
        return {"kind": "quantity", "unit": unit or "1", "range": ends}

    def _bound(self, schema: Schema, key: str, exclusive: str, step: int, field: str) -> float | None:
        bound, strict = _finite(schema.get(key)), _finite(schema.get(exclusive))
        if schema.get(exclusive) is True and bound is not None:  # draft 4
            strict, bound = bound, None
        if strict is None:
            return bound
        if not step:
            self.draft.note(field, f"{exclusive} {strict:g} is read as allowing {strict:g}")
        ends = [end for end in (bound, strict + step) if end is not None]
        return max(ends) if key == "minimum" else min(ends)

    def _array(
        self,
        schema: Schema,
        path: tuple[str, ...],
        seen: tuple[str, ...],
        into: list[dict[str, Any]],
        *,
        inner: bool,
    ) -> None:
        field = ".".join(path)
        items, seen, _ = self.schemas.simple(schema.get("items"), seen)
        kind = _type(items)
        if kind == "options" and not _is_boolean(options_of(items)):
            self._choices(schema, options_of(items), path, into)
            return
        if inner:
            raise Skip("a list inside a list")
        most = schema.get("maxItems")
        head = self._head({"description": items.get("description"), **schema}, path, into)
        head["max_items"] = most if isinstance(most, int) and most > 0 else None
        if kind == "string" and _type(items) == "string" and "format" not in items:
            self.draft.add(field, {**head, "kind": "spans"}, into)
            return
        parts: list[dict[str, Any]] = []
        if kind == "object" and isinstance(items.get("properties"), dict):
            self.properties(items, (), seen, parts, inner=True)
        elif kind in ("integer", "number", "boolean", "string", "options"):
            self.draft.note(field, f"a list of single values; each is '{path[-1]}' in a group")
            self._property(items, ("value",), seen, parts, inner=True)
        else:
            raise Skip("a list that does not say what it holds" if kind == "any" else "a list of lists")
        if not parts:
            raise Skip("nothing in it could become a variable")
        self.draft.add(field, {**head, "kind": "group", "variables": parts}, into)

    def _choices(
        self, schema: Schema, options: list[dict[str, Any]], path: tuple[str, ...], into: list[dict[str, Any]]
    ) -> None:
        """A list of values from a closed set: which of them, as one boolean each."""
        field = ".".join(path)
        self.draft.note(field, "any of several values; one boolean for each")
        label = plain_text(schema.get("description") or schema.get("title")) or path[-1]
        for option in _closed(options).get("options", []):
            name = self.draft.name(field, f"{'_'.join(path)}_{option['value']}", into)
            shown = option.get("label") or option["value"]
            definition = option.get("definition") or f"{label}: {shown}"
            self.draft.add(field, {"name": name, "kind": "boolean", "definition": definition}, into)


def _type(schema: Schema) -> str:
    if options_of(schema):
        return "options"
    kind = schema.get("type")
    if isinstance(kind, str):
        return kind
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema else "any"


def _is_boolean(options: list[dict[str, Any]]) -> bool:
    return all(isinstance(option["value"], bool) for option in options)


def _closed(options: list[dict[str, Any]]) -> dict[str, Any]:
    """A category, or a boolean if the options are true and false. Raises ``Skip``."""
    options = [option for option in options if option["value"] is not None]
    if not options:
        raise Skip("has no values")
    if _is_boolean(options):
        return {"kind": "boolean"}
    if any(isinstance(option["value"], (dict, list)) for option in options):
        raise Skip(f"its values are not texts or numbers ({clipped(options[0]['value'])})")
    for option in options:
        if isinstance(option["value"], bool):
            option["value"] = str(option["value"]).lower()
    return {"kind": "category", "options": distinct(options)}


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None
