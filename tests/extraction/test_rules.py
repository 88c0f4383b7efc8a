"""Rules between the answers to one report."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Answer, Status
from epicrisis.extraction.rules import Broken, broken, complaints, marked

VARIABLES: list[dict[str, Any]] = [
    {"name": "present", "kind": "boolean"},
    {"name": "number", "kind": "count"},
    {"name": "size", "kind": "quantity", "unit": "mm", "units": ["cm", "steps"], "range": {"max": 500}},
    {"name": "pt", "kind": "ordinal", "options": ["t0", "t1", "t2"]},
    {"name": "mta", "kind": "ordinal", "options": [0, 1, 2]},
    {"name": "biopsy", "kind": "date"},
    {"name": "surgery", "kind": "date"},
    {"name": "drugs", "kind": "spans"},
    {
        "name": "nodes",
        "kind": "group",
        "variables": [
            {"name": "positive", "kind": "count"},
            {"name": "examined", "kind": "count"},
            {"name": "size", "kind": "quantity", "unit": "cm"},
        ],
    },
]
DERIVE = [
    {"name": "largest", "kind": "quantity", "unit": "mm", "formula": "max(nodes.size)"},
    {"name": "many", "kind": "boolean", "formula": "number + count(nodes) > 3"},
]


def make(*rules: Any) -> Codebook:
    content = {"name": "x", "variables": VARIABLES, "derive": DERIVE, "rules": list(rules)}
    return Codebook.model_validate(content)


def mm(number: float, unit: str = "mm") -> dict[str, Any]:
    return {"value": number, "unit": unit}


def breaks(rule: str, **values: Any) -> bool:
    return bool(broken(make(rule), values))


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ("number > 0 -> present", {"number": 3, "present": False}, True),
        ("number > 0 -> present", {"number": 3, "present": True}, False),
        ("number > 0 -> present", {"number": 0, "present": False}, False),
        ("number > 0 -> present", {"number": 3, "present": None}, False),  # unknown is not broken
        ("number > 0 -> present", {"number": 3}, False),
        ("number > 0 -> present is not null", {"number": 3, "present": None}, True),
        ("number > 0 -> present is not null", {"number": 3}, False),  # not asked yet
        ("pt == t0 -> size is null", {"pt": "t0", "size": mm(3)}, True),
        ("pt == t0 -> size is null", {"pt": "t0", "size": None}, False),
        ("pt == t0 -> size is null", {"pt": "t1", "size": mm(3)}, False),
        ("pt >= t1 -> size > 0", {"pt": "t2", "size": mm(0)}, True),
        ("pt >= t1 -> size > 0", {"pt": "t0", "size": mm(0)}, False),
        ("mta < 2", {"mta": 2}, True),
        ("size <= 20", {"size": mm(3, "cm")}, True),
        ("size <= 20", {"size": mm(1.5, "cm")}, False),
        ("size <= 20", {"size": mm(300, "steps")}, False),  # no factor: unknown
        ("size is null", {"size": mm(300, "steps")}, True),
        ("size <= 20", {"size": {**mm(30), "written": "3 cm"}}, True),
        ("biopsy <= surgery", {"biopsy": "2024-05-02", "surgery": "2024-05-01"}, True),
        ("biopsy <= surgery", {"biopsy": "2024-05-02", "surgery": "2024-05"}, False),
        ("biopsy <= surgery", {"biopsy": "2024-06", "surgery": "2024-05-31"}, True),
        ("days_between(biopsy, surgery) <= 14", {"biopsy": "2024-05-02", "surgery": "2024-06-01"}, True),
        ("all(nodes.positive <= nodes.examined)", {"nodes": [{"positive": 2, "examined": 3}]}, False),
        ("all(nodes.positive <= nodes.examined)", {"nodes": [{"positive": 4, "examined": 3}]}, True),
        ("all(nodes.positive <= nodes.examined)", {"nodes": [{"positive": 4}]}, False),
        ("all(nodes.positive <= nodes.examined)", {"nodes": None}, False),
        ("count(nodes) == number", {"nodes": [{}, {}], "number": 3}, True),
        ("count(nodes) == number", {"nodes": [{}, {}], "number": 2}, False),
        ("count(nodes) == number", {"nodes": [], "number": 2}, False),  # an empty list says nothing
        ("count(drugs) < 2", {"drugs": [{"text": "a"}, {"text": "b"}]}, True),
        ("any(nodes.size > size)", {"nodes": [{"size": "2 cm"}], "size": mm(30)}, True),
        ("any(nodes.size > size)", {"nodes": [{"size": "4 cm"}], "size": mm(30)}, False),
        ("largest <= size", {"nodes": [{"size": "4 cm"}, {"size": None}], "size": mm(30)}, True),
        ("many -> present", {"nodes": [{}, {}], "number": 2, "present": False}, True),
        ("many -> present", {"nodes": [{}, {}], "number": None, "present": False}, False),
    ],
)
def test_which_rules_are_broken(rule: str, values: dict[str, Any], expected: bool) -> None:
    assert breaks(rule, **values) is expected


def test_answers_do_as_well_as_values() -> None:
    given = {"number": Answer(Status.STATED, 3), "present": Answer(Status.INFERRED, False)}
    assert breaks("number > 0 -> present", **given)
    assert breaks("number > 0 -> present is not null", **given | {"present": Answer(Status.NOT_MENTIONED)})
    assert breaks("number > 0 -> present is not null", **given | {"present": Answer(Status.NOT_APPLICABLE)})
    # Nothing is known of an answer that failed, not even that there is none.
    assert not breaks("number > 0 -> present is not null", **given | {"present": Answer(Status.FAILED)})
    item = {"positive": Answer(Status.STATED, 4), "examined": Answer(Status.FAILED)}
    assert not breaks("all(nodes.positive <= nodes.examined)", nodes=Answer(Status.STATED, [item]))
    item["examined"] = Answer(Status.STATED, 3)
    assert breaks("all(nodes.positive <= nodes.examined)", nodes=Answer(Status.STATED, [item]))


def test_only_the_asked_variables_in_a_rule_are_asked_again() -> None:
    codebook = make("number > 0 -> present", "largest < size and many", {"rule": "number < 2", "name": "few"})
    values = {"present": False, "number": 3, "size": mm(1), "nodes": [{"size": "2 cm"}], "pt": "t0"}
    found = broken(codebook, values)
    assert [one.variables for one in found] == [
        ("present", "number"),
        ("number", "size", "nodes"),  # largest and many rest on them
        ("number",),
    ]
    assert complaints(found) == {
        "present": "breaks the rule: number > 0 -> present",
        "number": "breaks the rule: number > 0 -> present; breaks the rule: largest < size and many; "
        "breaks the rule: number < 2",
        "size": "breaks the rule: largest < size and many",
        "nodes": "breaks the rule: largest < size and many",
    }


def test_what_stays_broken_is_noted() -> None:
    rule = {"rule": "number > 0 -> present", "name": "counted", "message": "a count needs a finding"}
    answers = {
        "present": Answer(Status.STATED, False, notes=("before",)),
        "number": Answer(Status.STATED, 3),
        "pt": Answer(Status.STATED, "t1"),
    }
    found = broken(make(rule), answers)
    assert found[0].message == "a count needs a finding"
    after = marked(answers, found)
    assert after["present"].notes == ("before", "breaks the rule: counted")
    assert after["number"].notes == ("breaks the rule: counted",)
    assert after["pt"] is answers["pt"]
    assert [answer.value for answer in after.values()] == [False, 3, "t1"]
    assert marked(answers, []) == answers


def test_rules_about_variables_that_are_not_there_are_never_broken() -> None:
    codebook = make("number > 0 -> present", "all(nodes.positive > 1)").subset({"number", "pt"})
    assert broken(codebook, {"number": 3, "present": False, "nodes": [{"positive": 0}]}) == []


def test_a_codebook_without_rules_breaks_none() -> None:
    assert broken(make(), {"number": 1}) == []


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates().map(str),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "unit", "positive", "size", "text"]), inner, max_size=3)
        | st.builds(Answer, st.sampled_from(list(Status)), inner)
    ),
    max_leaves=6,
)
NAMES = [one["name"] for one in [*VARIABLES, *DERIVE]]
EVERYTHING = make(
    "number / number > 0 -> present",
    "size <= 20 and pt >= t1 or mta in [0, 1]",
    "biopsy <= surgery and days_between(biopsy, surgery) > 1 and years_between(biopsy, surgery) < 3",
    "all(nodes.positive <= nodes.examined) and sum(nodes.positive) * max(nodes.size) > 3",
    "count(drugs) > 1 -> count(nodes.size > size) == number",
    "largest <= size -> not many",
    "nodes is null and drugs is not null and pt is null",
)


@given(st.dictionaries(st.sampled_from(NAMES), JUNK))
def test_no_values_make_rules_fail(values: dict[str, Any]) -> None:
    found = broken(EVERYTHING, values)
    assert all(isinstance(one, Broken) and set(one.variables) <= set(NAMES) for one in found)
