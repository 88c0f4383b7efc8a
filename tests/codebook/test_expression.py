"""The language of rules and formulas: what it reads, and what it refuses."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.codebook.expression import FUNCTIONS, MAX_DEPTH, MAX_LENGTH, ExpressionError, parse
from epicrisis.codebook.kleene import evaluate


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", ("a",)),
        ("a > 0 -> b", ("a", "b")),
        ('pt == "t0" -> size is null', ("pt", "size")),
        ("all(nodes.positive <= nodes.examined)", ("nodes.positive", "nodes.examined")),
        ("side in [left, 'right']", ("side", "left")),
        ("max(a, b) / 2 + -c", ("a", "b", "c")),
        ("not a and (b or a)", ("a", "b")),
        ("a ≤ 3 → b ≠ 2", ("a", "b")),
        ("a IS NOT NULL", ("a",)),
        ("class > 1 and lambda == 2", ("class", "lambda")),  # Python's words are names like others
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    assert parse(text).names == names


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("8 / 4 / 2", 1),
        ("-2 * -3", 6),
        ("- - 2", 2),
        (".5 + 1. + 1e2", 101.5),
        ("1 < 2 < 3", True),
        ("1 < 3 < 2", False),
        ("3 > 2 >= 2", True),
        ("1 = 1", True),
        ("true or false and false", True),  # and binds closer
        ("not true or true", True),
        ("not (true or true)", False),
        ("true -> false", False),
        ("false -> false", True),
        ("true -> false -> true", True),
        ("(true -> false) -> false", True),
        ("true and true -> false or false", False),
        ("2 in [1, 2]", True),
        ("2 not in [1, 2]", False),
        ("not 2 in [1]", True),
        ("'a' == \"a\"", True),
        ("round(2.345, 2)", 2.35),
        ("abs(-2) + min(3, 1) + max(1, 2, 3) + sum(1, 2) + mean(1, 3)", 11),
        ("lower('ABC') == 'abc'", True),
        ("missing(1)", False),
        ("1 is not null", True),
    ],
)
def test_values(text: str, value: object) -> None:
    found = evaluate(parse(text).tree, {})
    assert found == pytest.approx(value)
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("  ", "is empty"),
        ("a >", "ends too soon"),
        ("a > 0 ->", "ends too soon"),
        ("(a", "ends too soon: ')' is missing"),
        ("a)", "cannot have ')' here"),
        ("a b", "cannot have 'b' here"),
        ("a > 5 mm", "cannot have 'mm' here"),
        ("a > 2,5", "cannot have ',' here"),
        ("a ** 2", "cannot have '*' here"),
        ("9 ** 9 ** 9", "cannot have '*' here"),
        ("a ^ 2", "cannot have '^' in it"),
        ("a && b", "cannot have '&' in it"),
        ("a || b", "cannot have '|' in it"),
        ("!a", "cannot have '!' in it"),
        ("a; b", "cannot have ';' in it"),
        ("a % 2", "cannot have '%' in it"),
        ("a.b.c", "cannot have '.' in it"),
        ("a[0]", "cannot have '[' here"),
        ("{a}", "cannot have '{' in it"),
        ("a == null", "compares with null"),
        ("a is 3", "has an 'is' without null"),
        ("a not 3", "cannot have '3' here: 'in' is missing"),
        ("a in 3", "cannot have '3' here: '[' is missing"),
        ("a == 'x", "has a text without its closing quote"),
        ("a == 'x\ny'", "has a text without its closing quote"),
        ("12abc > 1", "holds '12abc', which is no number"),
        ("1.2.3", "holds '1.2.3', which is no number"),
        ("1e999 > a", "holds a number that is too large"),
        ("eval('1')", "has no function 'eval'"),
        ("__import__('os')", "has no function '__import__'"),
        ("a.__class__()", "has no function 'a.__class__'"),
        ("abs()", "gives abs() 0 values; it takes 1"),
        ("round(1, 2, 3)", "gives round() 3 values; it takes 1 to 2"),
        ("days_between(a)", "gives days_between() 1 values; it takes 2"),
        ("a > 1 " + " " * MAX_LENGTH, f"is longer than {MAX_LENGTH} characters"),
        ("(" * 30 + "1" + ")" * 30, f"is nested more than {MAX_DEPTH} deep"),
        ("not " * 30 + "a", f"is nested more than {MAX_DEPTH} deep"),
        ("-" * 40 + "1", f"is nested more than {MAX_DEPTH} deep"),
        ("a->" * 40 + "a", f"is nested more than {MAX_DEPTH} deep"),
        ("a+" * 120 + "a", "has more than 200 words and signs"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as raised:
        parse(text)
    assert raised.value.message == message
    assert raised.value.of("it").message == f"it {message}"


_LEAVES = st.sampled_from(["a", "b", "g.x", "true", "false", "1", "2.5", "'t'", '"2024-05"'])
_WRITTEN = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.tuples(
            inner,
            st.sampled_from(["+", "-", "*", "/", "<", ">=", "==", "!=", "and", "or", "->"]),
            inner,
        ).map(lambda parts: f"({' '.join(parts)})"),
        inner.map(lambda one: f"not ({one})"),
        inner.map(lambda one: f"({one}) is null"),
        st.tuples(st.sampled_from(sorted(FUNCTIONS)), inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"{parts[0]} in [{parts[1]}, 3]"),
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(st.text(max_size=40) | st.text("ab. <>=-+*/()[],'\"!&|^%;0123 notrueis\n", max_size=60) | _WRITTEN)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse(text)
    except ExpressionError:
        return
    kinds = {type(node) for node in ast.walk(found.tree)}
    assert not kinds & {ast.Attribute, ast.Subscript, ast.Pow, ast.Lambda, ast.ListComp}


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["t", "2024", "2024-05", "2024-05-31", "0000-99", "x" * 50]),
    st.lists(st.none() | st.floats() | st.booleans() | st.text(max_size=3), max_size=3).map(tuple),
)


@settings(max_examples=400)
@given(_WRITTEN, st.dictionaries(st.sampled_from(["a", "b", "g.x"]), _VALUES))
def test_nothing_that_is_read_fails_for_any_values(text: str, values: dict[str, object]) -> None:
    from epicrisis.codebook.kleene import Items

    try:
        tree = parse(text).tree
    except ExpressionError:
        return
    names = {name: Items(value) if isinstance(value, tuple) else value for name, value in values.items()}
    found = evaluate(tree, names)
    assert found is None or isinstance(found, bool | int | float | str | Items)
