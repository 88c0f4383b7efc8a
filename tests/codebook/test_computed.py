"""Rules and derived variables in a codebook: what lint says of them, and how they are written and read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook import Codebook, dump, lint, loads
from epicrisis.codebook.derive import Case, Derivation, DerivedQuantity, Table
from epicrisis.codebook.lint import lint_codebook
from epicrisis.codebook.reference import derived_example, render
from epicrisis.codebook.rules import Rule
from epicrisis.errors import CodebookError

BASE = """\
name: tumour
variables:
  - {name: size, kind: quantity, unit: mm, definition: d}
  - {name: width, kind: quantity, unit: cm, definition: d}
  - {name: weight, kind: quantity, unit: kg, definition: d}
  - {name: fever, kind: quantity, unit: °C, definition: d}
  - {name: number, kind: count, definition: d}
  - {name: present, kind: boolean, definition: d}
  - {name: side, kind: category, definition: d, options: [{value: left, definition: l}, {value: right, definition: r}]}
  - {name: pt, kind: ordinal, definition: d, options: [{value: t0, definition: a}, {value: t1, definition: b}]}
  - {name: grade, kind: ordinal, definition: d, options: [{value: 1, definition: a}, {value: 2, definition: b}]}
  - {name: seen, kind: date, definition: d}
  - {name: remark, kind: text, definition: d}
  - {name: drugs, kind: spans, definition: d}
  - name: nodes
    kind: group
    definition: d
    variables:
      - {name: positive, kind: count, definition: d}
      - {name: examined, kind: count, definition: d}
      - {name: size, kind: quantity, unit: cm, definition: d}
"""  # noqa: E501


def findings(more: str) -> list[tuple[str, str]]:
    """Message and fix of every finding in the codebook with more at its end; all are on its line."""
    found = lint(BASE + more)
    assert all(one.level == "error" for one in found)
    assert {one.line for one in found} <= {BASE.count("\n") + 2}
    return [(one.message, one.fix) for one in found]


def about_rule(rule: str) -> list[tuple[str, str]]:
    return findings(f"rules:\n  - {rule!r}\n" if '"' in rule else f'rules:\n  - "{rule}"\n')


@pytest.mark.parametrize(
    "rule",
    [
        "number > 0 -> present",
        "present",
        "size <= width",  # mm and cm
        "size > 20 and size < 200.5",
        "pt == 't0' -> size is null",
        "pt == t0 -> size is null",
        "pt >= t1",
        "t1 <= pt",
        "side in [left, right]",
        "side != left",
        "grade > 1.5",
        "grade == 2",
        "seen <= '2024-05'",
        "seen in ['2024']",
        "days_between(seen, '2024-05-01') > 3",
        "years_between(seen, seen) < fever",
        "year(seen) >= 2020",
        "all(nodes.positive <= nodes.examined)",
        "any(nodes.size > size)",
        "count(nodes) == number",
        "count(nodes.positive > 0) <= count(nodes)",
        "count(drugs) > 0 -> drugs is not null",
        "present(nodes) and missing(remark)",
        "lower(remark) == 'none'",
        "remark in ['a', 'b']",
        "fever > 38",
        "max(size, width) / min(size, width) < 3",
        "round(size / number) > 1",
        "present == true",
        "sum(nodes.positive) <= number",
    ],
)
def test_rules_that_make_sense(rule: str) -> None:
    assert about_rule(rule) == []


@pytest.mark.parametrize(
    ("rule", "message", "fix"),
    [
        ("sise > 1", "'sise' is not a variable", "Did you mean 'size'?"),
        ("nodes.positiv > 1", "'nodes.positiv' is not a variable", "Did you mean 'nodes.positive'?"),
        ("side == lft", "'side' has no option 'lft'", "Did you mean 'left'?"),
        ("side == 'lft'", "'side' has no option 'lft'", "Did you mean 'left'?"),
        ("side in [left, up]", "'side' has no option 'up'", "The options are left and right."),
        ("grade == 3", "'grade' has no option '3'", ""),
        ("size", "'size' is a number, not a condition", "For example: size > 0"),
        ("nodes", "'nodes' is a list, not a condition", "For example: count(nodes) > 0"),
        ("remark -> present", "'remark' is text, not a condition", "For example: remark is not null"),
        ("side > left", "'side' is text, without an order for '>'", "Use == or 'in'."),
        ("present > true", "'present' is true or false, without an order", ""),
        ("present == 1", "'present' is true or false and '1' is a number", ""),
        ("remark == 3", "'remark' is text and '3' is a number", ""),
        ("remark + 1 > 2", "'remark' is text, and '+' takes numbers", ""),
        ("size > weight", "'size' is in mm and 'weight' in kg, which do not go with '>'", ""),
        ("size + weight > 3", "which do not go with '+'", ""),
        ("max(size, weight) > 3", "which do not go with 'max()'", ""),
        ("seen > 2020", "'2020' is not a date as 'seen' has them", 'Write "YYYY-MM-DD"'),
        ("seen == 'May'", "'May' is not a date as 'seen' has them", ""),
        ("seen > number", "'seen' is a date and 'number' is a number", ""),
        ("year(number) > 3", "'number' is a number, and year() takes dates", ""),
        ("lower(number) == 'x'", "'number' is a number, and lower() takes text", ""),
        ("nodes.positive > 0", "It has a value for each item of 'nodes'", "Put it in all(...)"),
        ("nodes > 2", "'nodes' is a list, which '>' cannot compare", "count(nodes) is the number"),
        ("sum(nodes) > 2", "'nodes' is a list, and 'sum()' takes numbers", "count(nodes)"),
        ("count(size) > 2", "'size' is a number, and count() takes a group", "For example: count(lesions)"),
        ("nodes in [1]", "'nodes' is a list, which 'in' cannot look up", ""),
        ("number in ['a']", "'number' is a number, and the list has text", ""),
        ("1 < 2", "It names no variable", "For example: lesion_count > 0"),
    ],
)
def test_rules_that_make_no_sense(rule: str, message: str, fix: str) -> None:
    (found,) = about_rule(rule)
    assert found[0].startswith(f"The rule '{rule}': ")
    assert message in found[0]
    assert fix in found[1]


def test_items_of_two_groups_do_not_go_together() -> None:
    other = BASE.replace("  - name: nodes", "  - name: others").partition("  - name: others")[2]
    text = f"{BASE}  - name: others{other}rules: [all(nodes.positive > others.positive)]\n"
    (found,) = lint(text)
    assert "'>' is between items of two groups, 'nodes' and 'others'" in found.message


def test_what_cannot_be_read_is_an_error_with_its_line_and_what_to_do() -> None:
    assert about_rule("size > 5 mm") == [
        (
            "The codebook: the rule 'size > 5 mm' cannot have 'mm' here.",
            "Leave units out: a number is in the variable's own unit.",
        )
    ]
    with pytest.raises(CodebookError) as raised:
        loads(f"{BASE}rules:\n  - size >\n", "study.yaml")
    assert raised.value.line == BASE.count("\n") + 2
    assert "the rule 'size >' ends too soon" in raised.value.message


def test_a_rule_has_a_name_and_a_message() -> None:
    codebook = loads(f"{BASE}rules:\n  - size > 1\n  - {{rule: number > 1, name: many, message: too few}}\n")
    first, second = codebook.rules
    assert (first.label, first.complaint) == ("size > 1", "breaks the rule: size > 1")
    assert (second.label, second.complaint) == ("many", "too few")
    assert findings("rules:\n  - {rul: size > 1}\n") == [
        ("'rul' is not a key of a rule.", "Did you mean 'rule'?")
    ]


@pytest.mark.parametrize(
    "derived",
    [
        "{name: x, kind: quantity, unit: cm2, formula: size * width}",
        "{name: x, kind: quantity, unit: kg/m2, formula: weight / (size * size)}",
        "{name: x, kind: quantity, unit: points, formula: size + 3}",  # Pint's points are a length
        "{name: x, kind: quantity, unit: SUV, formula: weight / 3}",  # nothing to compute with
        "{name: x, kind: quantity, unit: weeks, formula: 'days_between(seen, seen)'}",
        "{name: x, kind: count, formula: 'sum(nodes.positive)'}",
        "{name: x, kind: boolean, formula: size > 3 or present}",
        "{name: x, kind: ordinal, options: [1, 2], formula: grade}",
        "{name: x, kind: date, formula: seen}",
        "{name: x, kind: text, formula: lower(remark)}",
        "{name: x, kind: category, options: [a, b], cases: [{when: size > 3, value: a}, {value: b}]}",
        "{name: x, kind: boolean, table: {columns: [number], rows: [['> 2', true], ['*', false]]}}",
        "{name: x, kind: count, table: {columns: [side], rows: [[[left, right], 3], [~, 0]]}}",
        "{name: x, kind: text, cases: [{when: side == left, value: L}, {when: side == right}]}",
    ],
)
def test_derived_variables_that_make_sense(derived: str) -> None:
    assert findings(f"derive:\n  - {derived}\n") == []
    codebook = loads(f"{BASE}derive:\n  - {derived}\n")
    assert loads(dump(codebook)) == codebook
    assert not any(one.is_error for one in lint_codebook(codebook))
    assert Codebook.model_validate(codebook.model_dump(mode="json")) == codebook


@pytest.mark.parametrize(
    ("derived", "message", "fix"),
    [
        ("{name: x, kind: count}", "one of 'formula', 'cases' and 'table' says how it is derived", ""),
        (
            "{name: x, kind: count, formula: size, cases: [{value: 1}]}",
            "one of 'formula', 'cases' and 'table' says how it is derived, not 'formula' and 'cases'",
            "",
        ),
        (
            "{name: x, kind: count, formula: 'size **'}",
            "the formula 'size **' cannot have '*' here",
            "multiply",
        ),
        ("{name: x, kind: count, cases: [{when: 'a >', value: 1}]}", "the condition 'a >' ends too soon", ""),
        ("{name: x, kind: count, formula: nope}", "'x': 'nope' is not a variable", ""),
        ("{name: x, kind: count, formula: 3}", "'x': It names no variable", ""),
        (
            "{name: x, kind: quantity, unit: kg, formula: size}",
            "It is in mm, which cannot be kg",
            "Correct one",
        ),
        ("{name: x, kind: boolean, formula: size}", "It gives a number, and 'x' is true or false", ""),
        ("{name: x, kind: count, formula: remark}", "It gives text, and 'x' is a number", ""),
        (
            "{name: x, kind: count, formula: nodes.positive}",
            "It has a value for each item of 'nodes'",
            "sum(...)",
        ),
        (
            "{name: x, kind: category, options: [low, high], cases: [{when: size > 3, value: hgh}]}",
            "Case 1: 'x' has no option 'hgh'",
            "Did you mean 'high'?",
        ),
        (
            "{name: x, kind: count, cases: [{value: 1}, {when: size > 1, value: 2}]}",
            "Case 1 has no condition, so the cases after it are never reached",
            "Move it to the end.",
        ),
        (
            "{name: x, kind: count, cases: [{when: size > 1, value: 2.5}]}",
            "'2.5' is not a number, as 'x'",
            "",
        ),
        ("{name: x, kind: boolean, cases: [{when: size > 1, value: 1}]}", "'1' is not true or false", ""),
        ("{name: x, kind: date, cases: [{when: size > 1, value: May}]}", "'May' is not a date", ""),
        ("{name: x, kind: text, cases: [{when: size > 1, value: true}]}", "'True' is not text", ""),
        (
            "{name: x, kind: count, table: {columns: [side], rows: [[left]]}}",
            "row 1 of the table has 1 values",
            "",
        ),
        (
            "{name: x, kind: count, table: {columns: [side], rows: [[left, [1]]]}}",
            "row 1 of the table is a list",
            "",
        ),
        (
            "{name: x, kind: count, table: {columns: [sid], rows: [[left, 1]]}}",
            "'sid' is not a variable",
            "'side'",
        ),
        (
            "{name: x, kind: count, table: {columns: [nodes], rows: [[1, 1]]}}",
            "'nodes' is a list, which no",
            "",
        ),
        (
            "{name: x, kind: count, table: {columns: [side], rows: [[left, 1], [up, 2]]}}",
            "Row 2: 'side' has no option 'up'",
            "The options are left and right.",
        ),
        ("{name: x, kind: spans, formula: size}", "'x' is derived and cannot be of kind 'spans'", ""),
        (
            "{name: x, kind: count, formla: size}",
            "'formla' is not a key of a count derived variable",
            "'formula'",
        ),
        ("{name: size, kind: count, formula: number}", "There already is a variable 'size'", ""),
    ],
)
def test_derived_variables_that_make_no_sense(derived: str, message: str, fix: str) -> None:
    found = findings(f"derive:\n  - {derived}\n")
    assert any(message in one[0] and fix in one[1] for one in found), found


def test_circles_are_named() -> None:
    text = BASE + (
        "derive:\n"
        "  - {name: a, kind: count, formula: b + 1}\n"
        "  - {name: b, kind: count, formula: c + number}\n"
        "  - {name: c, kind: count, formula: b}\n"
        "  - {name: d, kind: count, formula: d}\n"
    )
    assert sorted(one.message for one in lint(text)) == [
        "'derive' goes in a circle: b -> c -> b.",
        "'derive' goes in a circle: d -> d.",
    ]


def test_a_variable_with_a_formula_belongs_under_derive() -> None:
    (found,) = lint(BASE + "  - {name: x, kind: count, definition: d, formula: number}\n")
    assert found.fix == "A variable with one is computed, not asked: it belongs under 'derive:'."


def test_keys_about_asking_have_no_effect_on_what_is_derived() -> None:
    (found,) = lint(BASE + "derive: [{name: x, kind: count, formula: number, include: [all]}]\n")
    assert (found.level, found.message) == (
        "warning",
        "'include' has no effect: 'x' is derived, and never asked.",
    )


def test_nothing_is_said_of_what_rests_on_an_invalid_variable() -> None:
    text = BASE.replace("unit: mm, ", "").replace("kind: group", "kind: grp")
    found = lint(f"{text}rules: [size > 1, size == small, 'all(nodes.positive > 1)', sise > 2]\n")
    assert [one.message for one in found if "rule" in one.message] == [
        "The rule 'sise > 2': 'sise' is not a variable."
    ]


def test_what_is_derived_is_a_column_and_is_not_asked() -> None:
    codebook = loads(derived_example())
    asked = [variable.name for variable in codebook.variables]
    assert asked == ["psa", "volume", "biopsy", "surgery", "lesions"]
    assert codebook.names == [*asked, "psa_density", "largest", "risk", "advice"]
    assert [variable.name for variable in codebook.columns] == codebook.names
    assert isinstance(codebook["psa_density"], DerivedQuantity)
    assert "risk" in codebook
    assert not {path[0] for path, _ in codebook.walk()} & {"risk", "psa_density"}
    part = codebook.subset({"psa", "risk"})
    assert part.names == ["psa", "risk"]


def test_the_digest_is_that_of_before_where_nothing_is_derived() -> None:
    codebook = Codebook.model_validate({"name": "x", "variables": [{"name": "a", "kind": "boolean"}]})
    more = codebook.model_copy(update={"rules": [Rule(rule="a")]})
    size: dict[str, Any] = {"name": "size", "kind": "quantity", "unit": "mm"}
    one = Codebook.model_validate({"name": "x", "variables": [size]})
    other = Codebook.model_validate({"name": "x", "variables": [{**size, "reduce": "max"}]})
    assert codebook.digest != more.digest
    assert one.digest != other.digest
    derived = {"name": "d", "kind": "quantity", "unit": "mm", "formula": "size", "tolerance": 0.2}
    scored = Codebook.model_validate({"name": "x", "variables": [size], "derive": [derived]})
    plain = Codebook.model_validate(
        {"name": "x", "variables": [size], "derive": [{**derived, "tolerance": 0.1}]}
    )
    assert scored.digest == plain.digest != one.digest


@pytest.mark.parametrize("model", [Rule, Derivation, Case, Table])
def test_every_key_is_on_the_reference_page(model: Any) -> None:
    page = render()
    for name, info in model.model_fields.items():
        assert f"| `{name}` |" in page
        assert info.description.replace("|", "\\|") in page


def test_the_example_of_the_reference_page_lints_clean() -> None:
    assert lint(derived_example()) == []
    codebook = loads(derived_example())
    assert loads(dump(codebook)) == codebook


@given(st.text(max_size=30) | st.lists(st.none() | st.booleans() | st.text(max_size=8)) | st.integers())
def test_lint_takes_anything_for_rules_and_derive(junk: Any) -> None:
    import json

    for key in ("rules", "derive"):
        for value in (junk, [junk], [{"rule": junk}], [{"name": "x", "kind": "count", "cases": junk}]):
            lint(f"{BASE}{key}: {json.dumps(value)}\n")
    derived = {"name": "x", "kind": "count", "table": {"columns": junk, "rows": [junk]}}
    lint(f"{BASE}derive: [{json.dumps(derived)}]\n")
