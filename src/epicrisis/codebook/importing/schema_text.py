"""A JSON Schema made simple: references followed, null taken out, alternatives joined."""

from __future__ import annotations

from typing import Any

from .draft import Skip

MAX_DEPTH = 25
Schema = dict[str, Any]
#: A schema, the references followed to get there, and remarks.
Simple = tuple[Schema, tuple[str, ...], list[str]]


class Simplifier:
    """Works on the subschemas of one document."""

    def __init__(self, document: Schema) -> None:
        self.document = document

    def simple(self, schema: Any, seen: tuple[str, ...] = ()) -> Simple:
        """``schema`` without ``$ref``, ``allOf``, ``anyOf``, ``oneOf`` and null.

        Returns it with the references followed on the way (to see circles) and remarks on what was
        approximated. Raises ``Skip``.
        """
        if len(seen) > MAX_DEPTH:
            raise Skip("nested too deep")
        if not isinstance(schema, dict):
            return {}, seen, []
        remarks: list[str] = []
        schema = dict(schema)
        if isinstance(reference := schema.pop("$ref", None), str):
            if reference in seen:
                raise Skip("refers to itself")
            target, seen, remarks = self.simple(self._target(reference), (*seen, reference))
            schema = {**target, **schema}
        for part in _dicts(schema.pop("allOf", None)):
            simple, seen, more = self.simple(part, seen)
            schema = _merged(simple, schema)
            remarks += more
        for key in ("anyOf", "oneOf"):
            alternatives = _dicts(schema.pop(key, None))
            if alternatives:
                chosen, seen, more = self._one_of(alternatives, seen)
                schema = _merged(chosen, schema)
                remarks += more
        if isinstance(schema.get("type"), list):
            types = [one for one in schema["type"] if one != "null"]
            if len(types) > 1 and "enum" not in schema:
                remarks.append(f"takes {' or '.join(map(str, types))}; read as {_preferred(types)}")
            schema["type"] = _preferred(types) if types else "null"
        return schema, seen, remarks

    def _one_of(
        self, schemas: list[Schema], seen: tuple[str, ...]
    ) -> tuple[Schema, tuple[str, ...], list[str]]:
        remarks: list[str] = []
        simple: list[Schema] = []
        for one in schemas:
            made, followed, more = self.simple(one, seen)
            if made.get("type") == "null" or ("const" in made and made["const"] is None):
                continue
            simple.append(made)
            remarks += more
            if len(schemas) <= 2:  # X or null: the reference behind X counts
                seen = followed if made.get("type") in ("object", "array") else seen
        if len(simple) <= 1:
            return (simple[0] if simple else {"type": "null"}), seen, remarks
        if all("const" in one or "enum" in one for one in simple):
            return {"options": [option for one in simple for option in options_of(one)]}, seen, remarks
        types = [str(one.get("type", "anything")) for one in simple]
        chosen = simple[types.index(_preferred(types))]
        return chosen, seen, [*remarks, f"takes {' or '.join(types)}; read as {_preferred(types)}"]

    def _target(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise Skip(f"refers to another document ({reference[:60]})")
        target: Any = self.document
        for step in reference.removeprefix("#").split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            if not step:
                continue
            if isinstance(target, dict) and step in target:
                target = target[step]
            elif isinstance(target, list) and step.isdecimal() and int(step) < len(target):
                target = target[int(step)]
            else:
                raise Skip(f"refers to {reference[:60]}, which is not there")
        return target


def options_of(schema: Schema) -> list[dict[str, Any]]:
    """The values of an ``enum`` or ``const``, with the title and description beside a ``const``."""
    if "options" in schema:
        return list(schema["options"])
    if "const" in schema:
        option = {
            "value": schema["const"],
            "label": schema.get("title"),
            "definition": schema.get("description"),
        }
        return [{key: value for key, value in option.items() if isinstance(value, str) or key == "value"}]
    values = schema.get("enum")
    return [{"value": value} for value in values] if isinstance(values, list) else []


def _dicts(value: Any) -> list[Schema]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _merged(base: Schema, over: Schema) -> Schema:
    merged = {**base, **over}
    both = (base.get("properties"), over.get("properties"))
    if all(isinstance(one, dict) for one in both):
        merged["properties"] = {**both[0], **both[1]}  # type: ignore[dict-item]
    return merged


def _preferred(types: list[Any]) -> Any:
    """Of several types the one that says most: a number that may be written as text is a number."""
    for one in ("object", "array", "number", "integer", "boolean"):
        if one in types:
            return one
    return types[0]
