from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.codebook import Codebook, Finding, lint
from epicrisis.codebook.lint import examine, lint_codebook

Problems = Callable[[str], Any]


def book(*variables: str, header: str = "name: x") -> str:
    """A codebook text whose variables start on line 3, one line each."""
    return "\n".join((header, "variables:", *(f"  - {one}" for one in variables)))


A = "{name: a, kind: boolean, definition: d}"
N = "{name: n, kind: count, definition: d, range: {min: 1, max: 9}}"
OPTIONS = "[{value: left, definition: l}, {value: 2, definition: m}]"
C = f"{{name: c, kind: category, definition: d, options: {OPTIONS}}}"
Q = "synonyms: {en: [Q]}"
D = "{name: d, kind: date, definition: d}"
S = "{name: s, kind: spans, definition: d}"
G = "{name: g, kind: group, definition: d, variables: [{name: p, kind: text, definition: d}]}"


def test_a_good_codebook_has_no_findings(good: str) -> None:
    assert lint(good) == []


ERRORS = [
    # names
    (book(A, A), 4, "already is a variable 'a' on line 3"),
    (book(A, "{name: A, kind: boolean, definition: d}"), 4, "differ only in upper and lower case"),
    (book("{name: 2nd, kind: boolean, definition: d}"), 3, "For example: v_2nd"),
    (book("{name: tumour size, kind: boolean, definition: d}"), 3, "For example: tumour_size"),
    (book("{name: a__status, kind: boolean, definition: d}"), 3, "two underscores"),
    (book("{name: id, kind: boolean, definition: d}"), 3, "needs for itself"),
    (book("{name: Text, kind: boolean, definition: d}"), 3, "needs for itself"),
    (book("{name: true, kind: boolean, definition: d}"), 3, "Put it in quotes: 'true'"),
    (book("{kind: boolean, definition: d}"), 3, "'name' is missing"),
    (book(A, header="name: a/b"), 1, "For example: a-b"),
    (book(A, header="title: a"), 1, "'name' is missing"),
    # keys
    (book(A, header="name: x\ntitel: y"), 2, "Did you mean 'title'?"),
    (book(A, header="name: x\nfoo: y"), 2, "Its keys are"),
    (book("{name: a, kind: boolean, defintion: d}"), 3, "Did you mean 'definition'?"),
    (book("{name: a, kind: boolean, description: d}"), 3, "Did you mean 'definition'?"),
    (book("{name: a, type: boolean, definition: d}"), 3, "Did you mean 'kind'?"),
    (
        book("{name: a, kind: boolean, definition: d, options: [x]}"),
        3,
        "belongs to category, ordinal",
    ),
    (book("{name: a, kind: text, definition: d, unit: mm}"), 3, "make the kind quantity"),
    (book("{name: a, kind: count, definition: d, minimum: 0}"), 3, "Did you mean 'range'?"),
    (
        book("{name: a, kind: category, definition: d, options: [{value: x, meaning: y}]}"),
        3,
        "not a key of an option",
    ),
    (
        book("{name: a, kind: boolean, definition: d, codes: [{sytem: y, code: z}]}"),
        3,
        "Did you mean 'system'?",
    ),
    (book("{name: a, kind: count, definition: d, range: {minn: 1}}"), 3, "Did you mean 'min'?"),
    (
        book(A, "{name: b, kind: date, definition: d, when: {variabel: a, operator: ==, value: true}}"),
        4,
        "'variable'?",
    ),
    # kinds and types
    (book("{name: a, definition: d}"), 3, "has no kind"),
    (book("{name: a, kind: ordnal, definition: d}"), 3, "Did you mean 'ordinal'?"),
    (book("{name: a, kind: yes-no, definition: d}"), 3, "Did you mean 'boolean'?"),
    (book("{name: a, kind: integer, definition: d}"), 3, "Did you mean 'count'?"),
    (book("{name: a, kind: [x], definition: d}"), 3, "The kinds are"),
    (book("just words"), 3, "A variable is keys with values; this is text"),
    (book("{name: a, kind: category, definition: d}"), 3, "'options' is missing"),
    (book("{name: a, kind: category, definition: d, options: []}"), 3, "'options' is empty"),
    (book("{name: a, kind: category, definition: d, options: left}"), 3, "options: [left]"),
    (book("{name: a, kind: quantity, definition: d}"), 3, "Add 'unit:'"),
    (book("{name: a, kind: text, definition: d, max_length: 0}"), 3, "1 or more"),
    (book("{name: a, kind: quantity, definition: d, unit: mm, tolerance: -1}"), 3, "0 or more"),
    (book("{name: a, kind: quantity, definition: d, unit: mm, tolerance: 1}"), 3, "under 1"),
    (book("{name: a, kind: quantity, definition: d, unit: mm, epsilon: much}"), 3, "takes a number"),
    (book("{name: a, kind: count, definition: d, epsilon: 1}"), 3, "it belongs to quantity"),
    (book("{name: a, kind: text, definition: d, max_length: long}"), 3, "takes a whole number, not 'long'"),
    (book("{name: a, kind: text, definition: [d]}"), 3, "'definition' takes text, not a list"),
    (book("{name: a, kind: text, definition: d, statuses: [statd]}"), 3, "Did you mean 'stated'?"),
    (book("{name: a, kind: text, definition: d, statuses: []}"), 3, "'statuses' is empty"),
    (book(A, header="name: x\nlanguages: nl"), 2, "languages: [nl]"),
    ("name: x\nvariables: []", 2, "'variables' is empty"),
    ("name: x\nvariables: {a: {kind: boolean}}", 2, "'variables' is a list; this is a mapping"),
    ("name: x", 1, "'variables' is missing"),
    ("- a\n- b", 1, "it is a list"),
    ("some words", 1, "it is text"),
    # options and ranges
    (book("{name: a, kind: ordinal, definition: d, options: [1, 2, 1]}"), 3, "'1' of 'a' is there twice"),
    (book("{name: a, kind: ordinal, definition: d, options: [1, '1']}"), 3, "'1' of 'a' is there twice"),
    (
        book("{name: a, kind: category, definition: d, options: [true, x]}"),
        3,
        "true or false: put it in quotes",
    ),
    (book("{name: a, kind: category, definition: d, options: [x, ~]}"), 3, "'value' is missing"),
    (book("{name: a, kind: count, definition: d, range: {min: 3, max: 2}}"), 3, "min 3 is above max 2"),
    (
        book("{name: a, kind: quantity, unit: mm, definition: d, range: {min: 3, max: 2}}"),
        3,
        "min 3 is above max 2",
    ),
    (book("{name: a, kind: count, definition: d, range: {min: -1}}"), 3, "below zero"),
    # languages
    (book(A, header="name: x\nlanguages: [nl, dutch]"), 2, "Write 'nl'"),
    (book("{name: a, kind: boolean, definition: d, synonyms: {english: [b]}}"), 3, "Write 'en'"),
    (book("{name: a, kind: boolean, definition: d, label: {e: b}}"), 3, "is not a language tag"),
    # groups
    (book(G.replace("definition: d, v", "definition: d, keys: [q, p], v")), 3, "names 'q'"),
    (book("{name: g, kind: group, definition: d, variables: []}"), 3, "'variables' is empty"),
    (book("{name: g, kind: group, definition: d, variables: {p: text}}"), 3, "'variables' is a list"),
    (book(G.replace("kind: text", "kind: group")), 3, "inside a group and cannot be of kind 'group'"),
    (book(G.replace("kind: text", "kind: txt")), 3, "Did you mean 'text'?"),
    (book(G.replace("[{", "[{name: p, kind: date, definition: d}, {")), 3, "already is a sub-variable 'p'"),
    # when
    (book(A, "{name: b, kind: text, definition: d, when: aa == true}"), 4, "Did you mean 'a'?"),
    (book(A, "{name: b, kind: text, definition: d, when: b == true}"), 4, "points at itself"),
    (book(A, "{name: b, kind: text, definition: d, when: a}"), 4, "not a comparison"),
    (book(A, "{name: b, kind: text, definition: d, when: a == yes}"), 4, "never 'yes'"),
    (book(A, "{name: b, kind: text, definition: d, when: a > 0}"), 4, "has no order"),
    (book(A, "{name: b, kind: text, definition: d, when: a == true and b == 1}"), 4, "one comparison"),
    (book(C, "{name: b, kind: text, definition: d, when: c == lft}"), 4, "Did you mean 'left'?"),
    (book(C, "{name: b, kind: text, definition: d, when: 'c in [left, 3]'}"), 4, "no option '3'"),
    (book(C, "{name: b, kind: text, definition: d, when: 'c in []'}"), 4, "is empty"),
    (book(C, "{name: b, kind: text, definition: d, when: c > 2}"), 4, "no option of 'c' is > 2"),
    (book(C, "{name: b, kind: text, definition: d, when: c > left}"), 4, "not a number"),
    (book(C.replace("2", "m"), "{name: b, kind: text, definition: d, when: c > 1}"), 4, "'>' never holds"),
    (book(N, "{name: b, kind: text, definition: d, when: n == many}"), 4, "is a number, never 'many'"),
    (book(N, "{name: b, kind: text, definition: d, when: n == 2.5}"), 4, "is a whole number"),
    (book(N, "{name: b, kind: text, definition: d, when: n > 9}"), 4, "its range is 1 to 9"),
    (book(N, "{name: b, kind: text, definition: d, when: n < 1}"), 4, "its range is 1 to 9"),
    (book(N, "{name: b, kind: text, definition: d, when: n == 0}"), 4, "its range is 1 to 9"),
    (book(D, "{name: b, kind: text, definition: d, when: d > 2020}"), 4, "cannot be compared with '>'"),
    (book(D, "{name: b, kind: text, definition: d, when: d == soon}"), 4, "is not a date"),
    (book(S, "{name: b, kind: text, definition: d, when: s == x}"), 4, "a spans without a single value"),
    (book(G, "{name: b, kind: text, definition: d, when: g == x}"), 4, "a group without a single value"),
    (book(G, "{name: b, kind: text, definition: d, when: p == x}"), 4, "which is inside 'g'"),
    (book(G.replace("definition: d}]", "definition: d, when: g == 1}]")), 3, "points at its own group"),
    (
        book(
            "{name: a, kind: text, definition: d, when: b == x}",
            "{name: b, kind: text, definition: d, when: c == x}",
            "{name: c, kind: text, definition: d, when: a == x}",
        ),
        3,
        "in a circle: a -> b -> c -> a",
    ),
]


@pytest.mark.parametrize(("text", "line", "words"), ERRORS, ids=[words for _, _, words in ERRORS])
def test_each_error_is_found_once_on_its_line(text: str, line: int, words: str, problems: Problems) -> None:
    found = problems(text)
    assert found.about(words) == [("error", line)]
    assert len(found.errors) == 1, "one mistake, one error"
    assert examine(text).codebook is None


WARNINGS = [
    (book("{name: a, kind: boolean}"), 3, "'a' has no definition"),
    (book("{name: a, kind: boolean, definition: }"), 3, "'a' has no definition"),
    (book("{name: a, kind: category, definition: d, options: [x, y]}"), 3, "No option of 'a'"),
    (
        book("{name: a, kind: ordinal, definition: d, options: [0, {value: 1, definition: one}]}"),
        3,
        "without a definition: 0.",
    ),
    (book(C.replace("definition: m", "definition: L")), 3, "Nobody can tell 'left' and '2' of 'c' apart"),
    (book("{name: s, kind: spans, definition: d, options: [Left, left]}"), 3, "differ only in case"),
    (book("{name: s, kind: spans, definition: d, options: [1, 1.50]}"), 3, "1.50 of 's' is text"),
    (
        book(C.replace(": l}", ": l, synonyms: {en: [q]}}").replace(": m}", ": m, synonyms: {en: [Q]}}")),
        3,
        "of both",
    ),
    (book("{name: a, kind: boolean, definition: d, synonyms: {en: []}}"), 3, "'en' are empty"),
    (book("{name: a, kind: boolean, definition: d, synonyms: {en: ['']}}"), 3, "'en' are empty"),
    (book("{name: a, kind: boolean, definition: d, label: {}}"), 3, "'label' is empty"),
    (book("{name: a, kind: boolean, definition: d, label: {nl: x}}"), 3, "not one of this codebook's"),
    (book(A, header="name: x\nlanguages: [nl, NL]"), 2, "listed twice"),
]


@pytest.mark.parametrize(("text", "line", "words"), WARNINGS, ids=[words for _, _, words in WARNINGS])
def test_each_warning_is_found_and_the_codebook_can_be_used(
    text: str, line: int, words: str, problems: Problems
) -> None:
    if "label: {nl" in text:
        text = text.replace("name: x\n", "name: x\n", 1).replace("name: x", "languages: [en]\nname: x", 1)
        line += 1
    found = problems(text)
    assert found.about(words) == [("warning", line)]
    assert len(found.findings) == 1
    assert examine(text).codebook is not None


@pytest.mark.parametrize(
    "when",
    [
        "a == true",
        "a != false",
        "n >= 9",
        "n != 3",
        "n in [1, 9]",
        "c == left",
        "c == 2",
        "c >= 2",
        "c in [left, 2]",
        "d == 2020-01",
        "t == word",
    ],
)
def test_conditions_that_can_hold_are_fine(when: str) -> None:
    t = "{name: t, kind: text, definition: d}"
    last = f"{{name: last, kind: boolean, definition: d, when: '{when}'}}"
    inner = f"{{name: g, kind: group, definition: d, variables: [{last}]}}"
    assert lint(book(A, N, C, D, t, last, inner)) == []


def test_a_condition_on_a_broken_variable_is_not_a_second_error(problems: Problems) -> None:
    broken = "{name: a, kind: boolen, definition: d}"
    found = problems(book(broken, "{name: b, kind: text, definition: d, when: a == true}"))
    assert len(found.findings) == 1


def test_all_findings_come_at_once_by_line(problems: Problems) -> None:
    text = book(
        "{name: a, kind: boolen}",
        "{name: b, kind: category, options: [x, x], definitions: d}",
        "{name: b, kind: count, definition: d, range: {min: 2, max: 1}, when: c == 1}",
        header="name: x\ntitel: t",
    )
    found = problems(text)
    assert [line for _, line in found.about("")] == sorted(line for _, line in found.about(""))
    assert len(found.errors) == 7
    assert {one.line for one in found.findings} == {2, 4, 5, 6}


def test_a_report_taken_for_a_codebook_is_not_quoted() -> None:
    (finding,) = lint("Conclusie: geen infarct bij Jansen\nVerslag: Jansen, 3 cm laesie\n")
    assert "Jansen" not in str(finding)
    assert "infarct" not in str(finding)


def test_a_finding_reads_as_file_line_level(good: str) -> None:
    (finding,) = lint(good.replace("title:", "titel:"), "brain.yaml")
    assert str(finding) == ("brain.yaml:3: error: 'titel' is not a key of a codebook. Did you mean 'title'?")


def test_a_codebook_made_in_python_is_checked_the_same_way() -> None:
    codebook = Codebook.model_validate(
        {"name": "x", "variables": [{"name": "a", "kind": "boolean", "when": "b == 1"}] * 2}
    )
    messages = [one.message for one in lint_codebook(codebook) if one.is_error]
    assert "There already is a variable 'a'." in messages
    assert "'when' of 'a' points at 'b', which is not a variable." in messages
    assert {one.line for one in lint_codebook(codebook)} == {0}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_valid_codebook_has_no_errors(data: st.DataObject, codebooks: st.SearchStrategy[Codebook]) -> None:
    assert [one for one in lint_codebook(data.draw(codebooks)) if one.is_error] == []


_keys = st.sampled_from(
    [
        "name",
        "kind",
        "variables",
        "options",
        "when",
        "range",
        "synonyms",
        "label",
        "codes",
        "keys",
        "units",
        "value",
        "definition",
        "min",
        "max",
        "languages",
        "statuses",
        "unit",
        "variable",
        "operator",
        "other",
    ]
)
_words = st.sampled_from(["a", "b", "boolean", "category", "count", "group", "a == b", "in", "=="])
_floats = st.floats(allow_nan=False)
_scalars = st.one_of(st.none(), st.booleans(), st.integers(-2, 3), _floats, _words, st.text())
_trees = st.recursive(
    _scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=6)),
    max_leaves=25,
)
_variable = st.dictionaries(_keys, _trees, max_size=6).flatmap(
    lambda rest: st.sampled_from(["boolean", "category", "group", "count", "quantity", "spans"]).map(
        lambda kind: {**rest, "name": "a", "kind": kind}
    )
)
_books = st.fixed_dictionaries({"name": _trees, "variables": st.lists(_variable, max_size=3)})


def consistent(text: str) -> None:
    codebook, findings = examine(text)
    assert all(isinstance(one, Finding) for one in findings)
    assert all(one.message for one in findings)
    lines = len(f"{text}.".splitlines())
    assert all(1 <= one.line <= lines for one in findings)
    assert (codebook is None) == any(one.is_error for one in findings)
    if codebook is not None:
        assert not [one for one in lint_codebook(codebook) if one.is_error]


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_any_text_gives_findings_or_a_codebook(text: str) -> None:
    consistent(text)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(_trees, _books))
def test_any_yaml_gives_findings_or_a_codebook(tree: object) -> None:
    consistent(yaml.safe_dump(tree, allow_unicode=True))


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_any_damage_to_a_good_codebook_gives_findings_or_a_codebook(data: st.DataObject) -> None:
    text = book(A, N, C, D, S, G)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    consistent(text[:start] + data.draw(st.text(max_size=5)) + text[end:])
