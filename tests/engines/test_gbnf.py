"""A JSON Schema as llama.cpp's grammar: what is valid gets through, written as JSON; nothing else does."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from epicrisis.codebook.variable import QuantityVariable
from epicrisis.engines.engine import Message, Request
from epicrisis.engines.gbnf import from_schema, integers
from epicrisis.engines.gbnf_pattern import PatternError, pattern, repeated
from epicrisis.errors import EngineError
from epicrisis.prompting.schema import DATE_PATTERN, value_schema

_TERM = re.compile(
    r'\s+|"(?P<literal>(?:[^"\\]|\\.)*)"|(?P<cls>\[(?:[^\]\\]|\\.)*\])|(?P<name>[a-z][a-z0-9-]*)|(?P<mark>.)'
)
_ESCAPE = re.compile(r'\\(x[0-9A-F]{2}|["\\])')


def as_regex(grammar: str) -> re.Pattern[str]:
    """The texts of a grammar without recursion, by reading the grammar's own text."""
    rules = dict(line.split(" ::= ", 1) for line in grammar.strip("\n").split("\n"))

    def translate(body: str) -> str:
        found = []
        for term in _TERM.finditer(body):
            if (literal := term["literal"]) is not None:
                found.append(f"(?:{re.escape(_ESCAPE.sub(_escaped, literal))})")
            elif term["cls"]:
                found.append(term["cls"])
            elif term["name"]:
                found.append(f"(?:{translate(rules[term['name']])})")
            elif term["mark"]:
                # Counts such as {0,3} are digits and marks: they come through one by one.
                found.append("(?:" if term["mark"] == "(" else term["mark"])
        return "".join(found)

    def _escaped(found: re.Match[str]) -> str:
        return chr(int(found[1][1:], 16)) if found[1][0] == "x" else found[1]

    return re.compile(translate(rules["root"]), re.S)


def accepts(schema: dict[str, Any], text: str, *, compact: bool = False) -> bool:
    return as_regex(from_schema(schema, compact=compact)).fullmatch(text) is not None


def _object(members: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": members,
        "required": list(members) if required is None else required,
        "additionalProperties": False,
    }


_NAMES = st.text('abc_"\\é{', min_size=1, max_size=4)
_TEXTS = st.text(max_size=6)
_CONSTANTS = (
    st.none() | st.booleans() | st.integers(-20, 20) | _TEXTS | st.floats(-9, 9).map(lambda n: n + 0.5)
)
_BOUNDS = st.tuples(st.integers(-2500, 2500), st.integers(0, 2500)).map(lambda b: (b[0], b[0] + b[1]))
_LEAVES = st.one_of(
    st.lists(_CONSTANTS, min_size=1, max_size=4).map(lambda values: {"enum": values}),
    _BOUNDS.map(lambda b: {"type": "integer", "minimum": b[0], "maximum": b[1]}),
    st.integers(-99, 99).map(lambda low: {"type": "integer", "minimum": low}),
    st.integers(-99, 99).map(lambda high: {"type": "integer", "maximum": high}),
    st.tuples(st.integers(0, 3), st.integers(0, 4)).map(
        lambda b: {"type": "string", "minLength": b[0], "maxLength": b[0] + b[1]}
    ),
    st.sampled_from(
        [
            {"type": "string", "pattern": DATE_PATTERN},
            {"type": "string", "pattern": r"^-?[0-9]{1,7}(\.[0-9]{1,4})? (mm|µm|10\^9/l)$"},
            {"type": ["boolean", "null"]},
            {"type": "number"},
            {"type": "string"},
        ]
    ),
)


def _branches(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.dictionaries(_NAMES, parts, max_size=3)
    return st.one_of(
        members.map(_object),
        members.flatmap(
            lambda found: st.lists(st.sampled_from(list(found) or [""]), unique=True).map(
                lambda names: _object(found, [name for name in names if name])
            )
        ),
        st.tuples(parts, st.integers(0, 2), st.integers(0, 2)).map(
            lambda a: {"type": "array", "items": a[0], "minItems": a[1], "maxItems": a[1] + a[2]}
        ),
        st.lists(parts, min_size=1, max_size=3).map(lambda found: {"anyOf": found}),
    )


SCHEMAS = st.recursive(_LEAVES, _branches, max_leaves=6)


@st.composite
def instances(draw: st.DrawFn, schema: dict[str, Any]) -> Any:
    """A value for a schema of ``SCHEMAS``, members in its order."""
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    if "anyOf" in schema:
        return draw(instances(draw(st.sampled_from(schema["anyOf"]))))
    kind = schema["type"]
    if kind == "object":
        there = [name for name in schema["properties"] if name in schema["required"] or draw(st.booleans())]
        return {name: draw(instances(schema["properties"][name])) for name in there}
    if kind == "array":
        count = draw(st.integers(schema["minItems"], schema["maxItems"]))
        return [draw(instances(schema["items"])) for _ in range(count)]
    if kind == "integer":
        low, high = schema.get("minimum", -(10**6)), schema.get("maximum", 10**6)
        return draw(st.sampled_from([low, high]) | st.integers(low, high))
    if kind == "number":
        return draw(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
    if kind == "string":
        if "pattern" in schema:
            return draw(st.from_regex(schema["pattern"].removesuffix("$") + r"\Z"))
        return draw(st.text(min_size=schema.get("minLength", 0), max_size=schema.get("maxLength", 9)))
    return draw(st.sampled_from([True, False, None]))


@settings(max_examples=60)
@given(st.data(), SCHEMAS, st.booleans())
def test_every_valid_instance_gets_through(
    data: st.DataObject, schema: dict[str, Any], escaped: bool
) -> None:
    value = data.draw(instances(schema))
    # Constants are written one way only; what is free may be escaped.
    fixed = any(keyword in json.dumps(schema) for keyword in ("enum", "properties", "pattern"))
    assert accepts(schema, json.dumps(value, ensure_ascii=escaped and not fixed))


@settings(max_examples=40)
@given(st.data(), SCHEMAS)
def test_the_space_after_commas_is_left_out_on_request(data: st.DataObject, schema: dict[str, Any]) -> None:
    value = data.draw(instances(schema))
    usual = json.dumps(value, ensure_ascii=False)
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ": "))
    assert accepts(schema, compact, compact=True)
    # A text that holds ", " itself reads the same both ways.
    if '", ' not in usual and isinstance(value, list) and len(value) > 1:
        assert not accepts(schema, usual, compact=True)


@settings(max_examples=40)
@given(st.data(), SCHEMAS, SCHEMAS)
def test_nothing_else_gets_through(
    data: st.DataObject, schema: dict[str, Any], other: dict[str, Any]
) -> None:
    value = data.draw(instances(other))
    if accepts(schema, json.dumps(value, ensure_ascii=False)):
        # Python takes 1 and True, and 1 and 1.0, for the same.
        jsonschema.validate(value, schema)


@settings(max_examples=30)
@given(st.data(), SCHEMAS)
def test_white_space_is_not_free(data: st.DataObject, schema: dict[str, Any]) -> None:
    value = data.draw(instances(schema))
    text = json.dumps(value, ensure_ascii=False)
    for other in (f" {text}", f"{text}\n", json.dumps(value, ensure_ascii=False, indent=1)):
        assert other == text or not accepts(schema, other)
    if isinstance(value, dict) and value:
        assert not accepts(schema, json.dumps(value, ensure_ascii=False, separators=(",", ":")))


@given(st.integers(-3000, 3000), st.integers(0, 3000), st.integers(-10_000, 10_000))
@example(0, 0, 0)
@example(-1, 2, 0)
@example(99, 2, 101)
def test_whole_numbers_within_bounds(low: int, width: int, number: int) -> None:
    high = low + width
    found = as_regex(f"root ::= {integers(low, high)}")
    for one in (low - 1, low, (low + high) // 2, high, high + 1, number):
        assert (found.fullmatch(str(one)) is not None) == (low <= one <= high)
    assert not found.fullmatch("-0")
    assert not found.fullmatch("007")
    assert integers(high + 1, low) == ""


@pytest.mark.parametrize(
    ("expression", "matching", "others"),
    [
        (r"^a{2}b{1,}c?$", ["aab", "aabbbc"], ["ab", "aac", "xaab"]),
        (r"^(a|bc)*$", ["", "abca"], ["b", "abcx"]),
        (r"b+", ["b", "abba"], ["", "aa"]),
        (r"a|b", ["a", "xxb"], ["", "c"]),
        (r"^[^a-c\d]$", ["x", "é", '"', "\\", "\n"], ["a", "5", "xx"]),
        (r"^\w\s\S\D\W$", ["_ xy-", "a\tb-\\"], ["a b", "é xy-"]),
        (r"^[]x-]+$", ["]x-"], ["a"]),
        (r'^"\\\.\x41\u00e9$', ['"\\.Aé'], ['"\\xAé']),
        (r"^.$", ["a", '"', "😀", "\t"], ["\n", "", "ab"]),
        (r"^(?:x|)\$$", ["$", "x$"], ["x"]),
        (r"^x\$", ["x$", "x$y"], ["x"]),
    ],
)
def test_patterns(expression: str, matching: list[str], others: list[str]) -> None:
    schema = {"type": "string", "pattern": expression}
    for text in matching:
        assert re.search(expression, text), text
        assert accepts(schema, json.dumps(text, ensure_ascii=False)), text
    for text in others:
        assert not accepts(schema, json.dumps(text, ensure_ascii=False)), text


@pytest.mark.parametrize(
    "expression",
    [
        "(?=a)", r"(a)\1", "^a|b$", "a^b", "(a", "a)", "[a", "a{2,1}", "*a", "a*?", r"\bx", "[b-a]",
        r"\uD800", "a{x}", "(?P<n>a)", "a\\", r"[^\s\S]",
    ],
)  # fmt: skip
def test_patterns_without_a_grammar(expression: str) -> None:
    with pytest.raises(PatternError):
        pattern(expression, "char")
    with pytest.raises(EngineError, match="#/properties/a"):
        from_schema(_object({"a": {"type": "string", "pattern": expression}}))


def test_units_of_quantities() -> None:
    variable = QuantityVariable(name="size", kind="quantity", unit="mm", definition="Size.")
    schema = value_schema(variable)
    assert accepts(schema, '"12.5 mm"')
    assert not accepts(schema, '"12.5 kg"')


def test_long_texts_are_split_for_llama_cpp() -> None:
    grammar = from_schema({"type": "string", "minLength": 1100, "maxLength": 2100})
    assert max(int(count) for count in re.findall(r"[{,](\d+)\}", grammar)) <= 1000
    found = as_regex(grammar)
    for length in (1099, 1100, 2100, 2101):
        assert (found.fullmatch(f'"{"x" * length}"') is not None) == (1100 <= length <= 2100)
    assert repeated("x", 2000, None) == "x{1000} x{1000,}"


def test_half_a_character_does_not_get_through() -> None:
    schema = {"type": "string"}
    assert accepts(schema, r'"\ud83d\ude00"')
    assert accepts(schema, r'"\u00e9\uFFFD"')
    for text in (r'"\ud83d"', r'"\ude00"', r'"\ud83dx"', r'"\ud83d\u0041"'):
        assert not accepts(schema, text)


def test_a_part_defined_elsewhere() -> None:
    schema = {**_object({"a": {"$ref": "#/$defs/x"}}), "$defs": {"x": {"enum": [1]}}}
    assert accepts(schema, '{"a": 1}')
    for reference in ("#/$defs/y", "other.json#/x"):
        with pytest.raises(EngineError, match="reference"):
            from_schema({"$ref": reference})
    with pytest.raises(EngineError, match="holds itself"):
        from_schema({"$defs": {"x": {"anyOf": [{"$ref": "#/$defs/x"}]}}, "$ref": "#/$defs/x"})


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"type": "array", "items": {"enum": [1]}, "uniqueItems": True}, "'uniqueItems' at #/properties/a"),
        ({"type": "string", "format": "date"}, "'format'"),
        ({"type": "integer", "multipleOf": 5}, "'multipleOf'"),
        ({"type": "number", "minimum": 0}, "'minimum'"),
        ({"type": "integer", "minimum": 0.5}, "whole number"),
        ({"type": "string", "pattern": "^a$", "maxLength": 3}, "together with a length"),
        ({"oneOf": [{"type": "null"}]}, "without a type|'oneOf'"),
        ({"allOf": [{"type": "null"}]}, "without a type|'allOf'"),
        ({"type": "null", "not": {}}, "'not'"),
        ({"type": "array"}, "without 'items'"),
        ({"type": "object", "additionalProperties": True}, "additionalProperties"),
        ({"type": "object", "required": ["b"]}, "'b'"),
        ({"type": "mystery"}, "'mystery'"),
        (True, "true"),
    ],
)
def test_what_cannot_be_enforced_is_refused(part: Any, message: str) -> None:
    with pytest.raises(EngineError, match=message) as caught:
        from_schema(_object({"a": part}))
    assert "llamacpp:" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "part",
    [
        {"enum": []},
        {"anyOf": []},
        {"type": "integer", "minimum": 5, "maximum": 2},
        {"type": "string", "minLength": 5, "maxLength": 2},
        {"type": "array", "items": {"type": "null"}, "minItems": 5, "maxItems": 2},
    ],
)
def test_what_nothing_fulfils_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(EngineError, match="Nothing fulfils"):
        from_schema(_object({"a": part}))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), schema=SCHEMAS)
def test_llama_cpp_reads_it_the_same_way(data: st.DataObject, schema: dict[str, Any], llama: Any) -> None:
    text = json.dumps(data.draw(instances(schema)), ensure_ascii=False)
    assert llama(from_schema(schema), text)
    other = json.dumps(data.draw(instances(data.draw(SCHEMAS))), ensure_ascii=False)
    for unsure in (other, f"{text},", f" {text}", text[:-1]):
        assert llama(from_schema(schema), unsure) == accepts(schema, unsure)


@pytest.fixture(scope="module")
def llama(tiny_gguf: Any) -> Any:
    """Whether llama.cpp lets a text through a grammar, whole."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    from epicrisis.engines.native_library import NativeModel

    model = NativeModel(tiny_gguf, n_ctx=256, threads=1)

    def accepted(grammar: str, text: str) -> bool:
        found = model.grammar(grammar)
        try:
            for token in model.tokenize(text):
                if not found.allows(token):
                    return False
                found.accept(token)
            return found.allows(model.end_token())
        finally:
            found.free()

    yield accepted
    model.free()


def test_what_a_model_writes_is_valid(tiny_gguf: Any) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    from epicrisis.engines.native import NativeEngine

    with NativeEngine(tiny_gguf, context=1024, threads=1) as engine:

        @settings(max_examples=40)
        @given(SCHEMAS, st.integers(0, 99))
        def written(schema: dict[str, Any], seed: int) -> None:
            request = Request(
                [Message("user", "?")], schema=schema, temperature=1.0, seed=seed, max_tokens=400
            )
            reply = engine.complete(request)
            # Random weights write bytes that are no text; their place is taken by a mark.
            if reply.finish == "stop" and "\ufffd" not in reply.text:
                jsonschema.validate(json.loads(reply.text), schema)

        written()
