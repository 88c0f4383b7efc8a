"""JSON Schema as llama.cpp's own grammar language (GBNF), for builds of llama.cpp without LLGuidance.

The grammar writes JSON on one line with the separators models know (``": "``, ``", "``), members in the order
of the schema. What it lets through is always valid; keywords it cannot express are refused, not dropped.
The language is described in llama.cpp's ``grammars/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import EngineError
from .engine import JsonSchema
from .gbnf_pattern import PatternError, literal, pattern, repeated
from .schema import item_separator

#: One character of a JSON string, as such or escaped. Half a character (a lone surrogate) is not let through.
_CHARACTER = (
    r"[\x20-\x21\x23-\x5B\x5D-\uD7FF\uE000-\U0010FFFF]"
    r' | "\\" (["\\/bfnrt] | "u" (hex-plain | hex-first "\\u" hex-second))'
)
_STRING_RULES = {
    "char": _CHARACTER,
    "hex": "[0-9a-fA-F]",
    "hex-plain": "[0-9abcefABCEF] hex{3} | [dD] [0-7] hex{2}",
    "hex-first": "[dD] [89abAB] hex{2}",
    "hex-second": "[dD] [c-fC-F] hex{2}",
}
_NUMBER = '"-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?'
_ANNOTATIONS = frozenset({
    "$schema", "$id", "$defs", "definitions", "$comment", "title", "description", "default", "examples",
    "deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding", "discriminator",
})  # fmt: skip
#: What is honoured beside each type; of every other keyword the schema is refused.
_OF_TYPE = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength", "pattern"},
    "integer": {"minimum", "maximum"},
    "number": set(),
    "boolean": set(),
    "null": set(),
}
_DEEPEST = 64


def from_schema(schema: JsonSchema, *, compact: bool = False) -> str:
    """The grammar of the instances of ``schema``; its root rule is ``root``.

    Members that are not required may be left out. Where ``additionalProperties`` is not stated, only the
    declared ones are written all the same.

    Raises ``EngineError`` for a keyword or a pattern it cannot hold the model to, and for a schema that
    nothing fulfils.
    """
    return _Compiler(schema, item_separator(compact)).compile()


class _Compiler:
    def __init__(self, root: JsonSchema, separator: str) -> None:
        self._root = root
        self._separator = f'"{separator}"'
        self._rules: dict[str, str] = {}

    def compile(self) -> str:
        root = self._of(self._root, "#", 0)
        return "\n".join(
            [f"root ::= {root}", *(f"{name} ::= {body}" for name, body in self._rules.items()), ""]
        )

    def _of(self, schema: Any, place: str, depth: int) -> str:
        """The expression of a schema; with alternatives only inside of parentheses."""
        if not isinstance(schema, Mapping):
            raise _refused(f"the schema {json.dumps(schema)}", place)
        if depth > _DEEPEST:
            raise _refused("a schema that holds itself", place)
        if "$ref" in schema:
            self._only(schema, {"$ref"}, place)
            return self._of(self._resolve(schema["$ref"], place), place, depth + 1)
        if "const" in schema:
            self._only(schema, {"const", "type"}, place)
            return _constant(schema["const"])
        if "enum" in schema:
            self._only(schema, {"enum", "type"}, place)
            return _either([_constant(value) for value in schema["enum"]], place)
        if "anyOf" in schema:
            self._only(schema, {"anyOf"}, place)
            parts = enumerate(schema["anyOf"])
            return _either([self._of(part, f"{place}/anyOf/{n}", depth + 1) for n, part in parts], place)
        kinds = schema.get("type")
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if not kinds:
            raise _refused("a part without a type", place)
        known = {"type"}.union(*(_OF_TYPE.get(kind, set()) for kind in kinds))
        self._only(schema, known, place)
        return _either([self._of_type(kind, schema, place, depth) for kind in kinds], place)

    def _of_type(self, kind: str, schema: Mapping[str, Any], place: str, depth: int) -> str:
        match kind:
            case "object":
                return self._object(schema, place, depth)
            case "array":
                return self._array(schema, place, depth)
            case "string":
                return self._string(schema, place)
            case "integer":
                low, high = schema.get("minimum"), schema.get("maximum")
                if any(bound is not None and bound != int(bound) for bound in (low, high)):
                    raise _refused("a bound that is no whole number", place)
                found = integers(None if low is None else int(low), None if high is None else int(high))
                if not found:
                    raise _unfulfillable(place)
                return self._named("integer", found)
            case "number":
                return self._named("number", _NUMBER)
            case "boolean":
                return '("true" | "false")'
            case "null":
                return '"null"'
        raise _refused(f"the type {kind!r}", place)

    def _object(self, schema: Mapping[str, Any], place: str, depth: int) -> str:
        if schema.get("additionalProperties", False) is not False:
            raise _refused("'additionalProperties' other than false", place)
        properties = schema.get("properties", {})
        required = set(schema.get("required", ()))
        if missing := sorted(required - set(properties)):
            raise _refused(f"a required member without a schema ({missing[0]!r})", place)
        members = []
        for name, part in properties.items():
            value = self._of(part, f"{place}/properties/{name}", depth + 1)
            members.append((literal(f"{_text(name)}: ") + f" {value}", name in required))
        return f'"{{" {inside} "}}"' if (inside := _members(members, self._separator)) else '"{}"'

    def _array(self, schema: Mapping[str, Any], place: str, depth: int) -> str:
        least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
        if "items" not in schema and most != 0:
            raise _refused("an array without 'items'", place)
        if most is not None and most < max(least, 0):
            raise _unfulfillable(place)
        if most == 0:
            return '"[]"'
        item = self._named("item", self._of(schema["items"], f"{place}/items", depth + 1))
        more = repeated(f"({self._separator} {item})", max(least - 1, 0), None if most is None else most - 1)
        inside = f"{item} {more}".rstrip()
        return f'"[" ({inside})? "]"' if least == 0 else f'"[" {inside} "]"'

    def _string(self, schema: Mapping[str, Any], place: str) -> str:
        self._rules.update({name: body for name, body in _STRING_RULES.items() if name not in self._rules})
        least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
        if most is not None and most < least:
            raise _unfulfillable(place)
        if "pattern" in schema:
            if least or most is not None:
                raise _refused("a pattern together with a length", place)
            try:
                inside = pattern(schema["pattern"], "char")
            except PatternError as error:
                raise _refused(f"a pattern with {error}", place) from None
        else:
            inside = repeated("char", least, None if most is None else int(most))
        quote = r'"\""'
        return self._named("string", f"{quote} {inside} {quote}" if inside else r'"\"\""')

    def _named(self, kind: str, body: str) -> str:
        """The rule with this body: what several variables share is written, and compiled, once."""
        for name, known in self._rules.items():
            if known == body:
                return name
        name = f"{kind}-{len(self._rules)}"
        self._rules[name] = body
        return name

    def _resolve(self, reference: str, place: str) -> Any:
        found: Any = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, Mapping) else None
        if not reference.startswith("#") or found is None:
            raise _refused(f"the reference {reference!r}", place)
        return found

    def _only(self, schema: Mapping[str, Any], known: set[str], place: str) -> None:
        for keyword in schema:
            if keyword not in known and keyword not in _ANNOTATIONS and not keyword.startswith("x-"):
                raise _refused(f"the keyword {keyword!r}", place)


def integers(low: int | None, high: int | None) -> str:
    """The expression of the whole numbers from ``low`` to ``high``; empty if there are none."""
    if low is not None and high is not None and low > high:
        return ""
    ways = []
    if low is None or low < 0:
        most = None if low is None else -low
        least = 1 if high is None or high >= 0 else -high
        ways.append(f'"-" {_naturals(least, most)}')
    if high is None or high >= 0:
        ways.append(_naturals(max(low or 0, 0), high))
    return " | ".join(ways)


def _naturals(low: int, high: int | None) -> str:
    """The expression of the whole numbers from ``low`` (at least 0) to ``high``."""
    ways = []
    if low == 0:
        ways.append('"0"')
        low = 1
    length = len(str(low))
    while high is None or length <= len(str(high)):
        first, last = 10 ** (length - 1), 10**length - 1
        if high is None and low <= first:
            ways.append(f"[1-9] {repeated('[0-9]', length - 1, None)}")
            break
        start, end = max(low, first), last if high is None else min(high, last)
        if start <= end:
            ways += _same_length(str(start), str(end))
        length += 1
    return f"({' | '.join(ways)})"


def _same_length(low: str, high: str) -> list[str]:
    """Ways to write the numbers from ``low`` to ``high``, which have as many digits as each other."""
    if low == high:
        return [literal(low)]
    rest = len(low) - 1
    any_rest = repeated("[0-9]", rest, rest)
    if low[0] == high[0]:
        return [f"{literal(low[0])} ({' | '.join(_same_length(low[1:], high[1:]))})"]
    ways = []
    first, last = int(low[0]), int(high[0])
    if set(low[1:]) - {"0"}:
        ways.append(f"{literal(low[0])} ({' | '.join(_same_length(low[1:], '9' * rest))})")
        first += 1
    high_way = []
    if set(high[1:]) - {"9"}:
        high_way.append(f"{literal(high[0])} ({' | '.join(_same_length('0' * rest, high[1:]))})")
        last -= 1
    if first <= last:
        ways.append(f"[{first}-{last}] {any_rest}".rstrip())
    return ways + high_way


def _members(members: Sequence[tuple[str, bool]], separator: str) -> str:
    """Members with commas between those that are there. Built from the end: what may follow is known."""
    following, leading = "", ""  # what can come after another member, and what can come first
    for member, required in reversed(members):
        started = f"{member} {following}".rstrip()
        if required:
            leading = started
            following = f"{separator} {started}"
        else:
            leading = f"({started} | {leading})" if leading else f"({started})?"
            following = f"({separator} {member})? {following}".rstrip()
    return leading


def _either(ways: Sequence[str], place: str) -> str:
    if not ways:
        raise _unfulfillable(place)
    return ways[0] if len(ways) == 1 else f"({' | '.join(ways)})"


def _constant(value: Any) -> str:
    return literal(_text(value))


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refused(what: str, place: str) -> EngineError:
    return EngineError(
        f"The JSON Schema uses {what} at {place}, which the native engine cannot enforce.",
        hint="Use the other embedded engine (--engine llamacpp:MODEL), or leave it out of the schema and "
        "check the answer afterwards.",
    )


def _unfulfillable(place: str) -> EngineError:
    return EngineError(
        f"Nothing fulfils the JSON Schema at {place}, so it has no grammar.",
        hint="Look for limits that contradict each other and for empty lists of values.",
    )
