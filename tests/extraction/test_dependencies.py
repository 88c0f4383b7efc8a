"""``when``: what another answer rules out, and what contradicts it."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.candidate import Candidate
from epicrisis.extraction.dependencies import all_ruled_out, contradicted, contradictions, ruled_out

SILENT = Candidate()


def said(**values: Any) -> dict[str, Candidate]:
    found = dict.fromkeys(("infarct", "infarct_count", "side"), SILENT)
    return found | {
        name: value if isinstance(value, Candidate) else Candidate(value) for name, value in values.items()
    }


@pytest.mark.parametrize(
    ("values", "out"),
    [
        ({}, set()),
        ({"infarct": True}, set()),
        ({"infarct": False}, {"infarct_count", "side"}),  # and what depends on it
        ({"infarct": True, "infarct_count": 0}, {"side"}),
        ({"infarct": True, "infarct_count": 2}, set()),
        ({"infarct": False, "infarct_count": 2}, {"infarct_count", "side"}),
        ({"infarct_count": 0}, {"side"}),
        ({"infarct": Candidate(problem="must be true or false")}, set()),
    ],
)
def test_ruled_out(codebook: Codebook, values: dict[str, Any], out: set[str]) -> None:
    found = said(**values)
    assert all_ruled_out(codebook.variables, found) == out
    assert {v.name for v in codebook.variables if ruled_out(v, found)} <= out


def test_the_order_in_the_codebook_does_not_matter(codebook: Codebook) -> None:
    assert all_ruled_out(codebook.variables[::-1], said(infarct=False)) == {"infarct_count", "side"}


def test_what_is_ruled_out_beyond(codebook: Codebook) -> None:
    assert all_ruled_out(codebook.variables, said(), {"infarct"}) == {"infarct_count", "side"}


def test_a_circle_ends(codebook_of: Any) -> None:
    codebook = codebook_of(
        {"name": "a", "kind": "boolean", "when": "b == true"},
        {"name": "b", "kind": "boolean", "when": "a == true"},
    )
    found = {"a": Candidate(False), "b": SILENT}
    assert all_ruled_out(codebook.variables, found) == {"a", "b"}


def test_a_quantity_is_compared_by_its_number(codebook_of: Any) -> None:
    codebook = codebook_of(
        {"name": "size", "kind": "quantity", "unit": "mm"},
        {"name": "big", "kind": "boolean", "when": "size > 10"},
    )
    for number, out in ((10.0, True), (10.5, False)):
        found = {"size": Candidate({"value": number, "unit": "mm"}), "big": SILENT}
        assert ruled_out(codebook["big"], found) is out


@pytest.mark.parametrize(
    ("values", "children"),
    [
        ({"infarct": False, "infarct_count": Candidate(2, "twee infarcten")}, ["infarct_count"]),
        ({"infarct": False, "infarct_count": Candidate(2)}, []),  # nothing in the report says so
        ({"infarct": False, "infarct_count": Candidate(0, "geen infarcten")}, []),
        ({"infarct": True, "infarct_count": Candidate(2, "twee")}, []),
        ({"infarct_count": Candidate(2, "twee")}, []),
        # What is said of the middle of a chain does not contradict its end.
        (
            {"infarct": False, "infarct_count": Candidate(2, "twee"), "side": Candidate("left", "links")},
            ["infarct_count"],
        ),
        (
            {"infarct": False, "infarct_count": Candidate(0, "geen"), "side": Candidate("left", "links")},
            ["side"],
        ),
    ],
)
def test_contradicted(codebook: Codebook, values: dict[str, Any], children: list[str]) -> None:
    assert [variable.name for variable in contradicted(codebook, said(**values))] == children


def test_both_sides_are_named(codebook: Codebook) -> None:
    found = said(infarct=False, infarct_count=Candidate(2, "twee infarcten"))
    assert contradictions(codebook, found) == {
        "infarct": "contradicts infarct_count, which has a value",
        "infarct_count": "has a value, but needs infarct == true",
    }


def test_one_answer_that_contradicts_several(codebook_of: Any) -> None:
    codebook = codebook_of(
        {"name": "a", "kind": "boolean"},
        {"name": "b", "kind": "count", "when": "a == true"},
        {"name": "c", "kind": "count", "when": "a == true"},
        {"name": "d", "kind": "count", "when": "b > 5"},
    )
    found = {
        "a": Candidate(False, "q"),
        "b": Candidate(1, "q"),
        "c": Candidate(1, "q"),
        "d": Candidate(1, "q"),
    }
    assert contradictions(codebook, found) == {
        "a": "contradicts b, which has a value; contradicts c, which has a value",
        "b": "has a value, but needs a == true; contradicts d, which has a value",
        "c": "has a value, but needs a == true",
        "d": "has a value, but needs b > 5",
    }


def test_nothing_of_a_quantity_does_not_contradict(codebook_of: Any) -> None:
    codebook = codebook_of(
        {"name": "a", "kind": "boolean"},
        {"name": "b", "kind": "quantity", "unit": "mm", "when": "a == true"},
    )
    found = {"a": Candidate(False), "b": Candidate({"value": 0.0, "unit": "mm"}, "0 mm")}
    assert contradicted(codebook, found) == []
