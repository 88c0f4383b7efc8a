from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.codebook.source import MAX_DEPTH, read


def value(text: str) -> Any:
    root, findings = read(text)
    assert root is not None
    assert not findings
    return root.plain()


@pytest.mark.parametrize(
    "scalar",
    [
        "yes",
        "no",
        "On",
        "off",
        "y",
        "010",
        "0x1F",
        "0b1",
        "1_000",
        "12:30",
        "1.10",
        "+5",
        ".5",
        "1e3",
        "2020-01-01",
        "2020-01-01T10:00:00",
        "-0",
        "1.",
        ".inf",
        ".nan",
        "1.0e5",
        "0o17",
        "190:20:30.15",
        "=",
    ],
)
def test_what_yaml_would_change_stays_as_written(scalar: str) -> None:
    assert value(f"[{scalar}]") == [scalar]
    assert value(f"{{{scalar}: 1}}") == {scalar: 1}


@pytest.mark.parametrize(
    ("scalar", "meant"),
    [
        ("0", 0),
        ("-3", -3),
        ("1.5", 1.5),
        ("1.0", 1.0),
        ("1.0e+16", 1e16),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("'~'", "~"),
        ("!!str 1", "1"),
    ],
)
def test_what_is_plainly_a_number_boolean_or_nothing(scalar: str, meant: object) -> None:
    (read_as,) = value(f"[{scalar}]")
    assert read_as == meant
    assert type(read_as) is type(meant)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "empty"),
        ("# only this\n", 1, "only comments"),
        ("a: 1\nb: 2\na: 3\n", 3, "'a' is already on line 1"),
        ("a:\n  b: 1\n  b: 1\n", 3, "'b' is already on line 2"),
        ("a: 1\nb: c: d\n", 2, "Not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "a tab"),
        ("a: 'x\n", 2, "Not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "second YAML document"),
        ("a: 1\nb: *nowhere\n", 2, "'*nowhere' is not defined above"),
        ("a: &x\n  - *x\n", 2, "contains itself"),
        ("? [a, b]\n: 1\n", 1, "A key must be a word"),
        ("a: !!python/object:os.system x\n", 1, "tags"),
        ("a:\n  <<: 3\n", 2, "'<<' takes a mapping"),
        ("a: 1\nb: \x00\n", 2, "control characters"),
        ("a: \ud800", 1, "Unicode"),
        ("[" * 100_000, 1, f"more than {MAX_DEPTH} deep"),
        ("a:\n- " + "{a: " * 100, 2, f"more than {MAX_DEPTH} deep"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, words: str) -> None:
    _, findings = read(text)
    (finding,) = findings
    assert words in f"{finding.message} {finding.fix}"
    assert finding.line == line
    assert finding.is_error


def test_aliases_that_multiply_are_stopped() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    _, findings = read("\n".join(lines))
    assert "too large" in findings[0].message
    chain = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 5000))]
    _, findings = read("\n".join(chain))
    assert "deep" in findings[0].message


def test_aliases_and_merges_share_what_is_written_once() -> None:
    text = "left: &side\n  kind: ordinal\n  options: [0, 1]\nright:\n  <<: *side\n  kind: category\n"
    assert value(text)["right"] == {"kind": "category", "options": [0, 1]}
    root, _ = read(text)
    assert root is not None
    assert root.line_of(("right", "kind")) == 6
    assert root.line_of(("right", "options")) == 3
    both = "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\n"
    assert value(both)["c"] == {"x": 1, "y": 3}


def test_lines_follow_a_path_and_skip_what_is_not_there() -> None:
    root, _ = read("a:\n  - b\n  -\n    c:\n      d: 1\n")
    assert root is not None
    assert root.line_of(("a",)) == 1
    assert root.line_of(("a", 0)) == 2
    assert root.line_of(("a", 1, "str", "c", "d")) == 5
    assert root.line_of(("a", 7)) == 1
    assert root.line_of(("nope", "a", 1)) == 4


@settings(deadline=None)
@given(st.text(st.sampled_from("ab:-?[]{}&*!|>'\"%@`#, \n\t0x1.<~=é\x85\x07"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    root, findings = read(text)
    assert root is not None or findings
    lines = len(f"{text}.".splitlines())
    assert all(1 <= finding.line <= lines for finding in findings)
