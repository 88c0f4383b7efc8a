"""Variables asked in groups, and those that wait for others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions, Extractor, Status
from epicrisis.extraction.rounds import groups
from epicrisis.prompting import Form
from epicrisis.report import Report


def book(*variables: dict[str, Any]) -> Codebook:
    return Codebook.model_validate({"name": "b", "variables": list(variables)})


def flag(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "boolean", **more}


def names(found: list[list[Any]]) -> list[list[str]]:
    return [[variable.name for variable in group] for group in found]


def asked(request: Request) -> list[str]:
    assert request.schema is not None
    return list(request.schema["properties"])


def answering(values: dict[str, Any]) -> ScriptedEngine:
    """An engine that answers what it is asked."""
    return ScriptedEngine(lambda request: {name: values.get(name) for name in asked(request)})


@given(st.lists(st.sampled_from([None, "a", "b"]), min_size=1, max_size=12), st.integers(1, 5))
def test_groups_hold_every_variable_once_in_order(sections: list[str | None], size: int) -> None:
    variables = book(*(flag(f"v{n}", section=one) for n, one in enumerate(sections))).variables
    found = groups(variables, size)
    assert [variable for group in found for variable in group] == variables
    assert all(1 <= len(group) <= size for group in found)
    assert groups(variables, None) == [variables]


def test_a_section_stays_together_where_it_fits() -> None:
    variables = book(*(flag(n, section=n[0]) for n in ("a1", "a2", "b1", "b2", "b3", "c1"))).variables
    assert names(groups(variables, 4)) == [["a1", "a2"], ["b1", "b2", "b3", "c1"]]
    assert names(groups(variables, 2)) == [["a1", "a2"], ["b1", "b2"], ["b3", "c1"]]


def test_groups_share_everything_up_to_the_question() -> None:
    codebook = book(*(flag(f"v{n}") for n in range(5)))
    engine = answering({"v0": True, "v3": False})
    options = ExtractionOptions(second_look=False, form=Form.VALUE, group_size=2)
    found = Extractor(codebook, engine, options).extract(Report("r", "Tekst."))
    assert [asked(request) for request in engine.requests] == [["v0", "v1"], ["v2", "v3"], ["v4"]]
    assert [found.answers[f"v{n}"].value for n in range(5)] == [True, None, None, False, None]
    assert list(found.answers) == codebook.names
    assert found.usage.requests == 3
    first, *others = ["".join(m.content for m in request.messages) for request in engine.requests]
    shared = first[: first.rindex("Fill in these variables")]
    assert all(other.startswith(shared) for other in others)


def test_the_worked_examples_are_asked_about_in_the_same_groups() -> None:
    codebook = book(*(flag(f"v{n}") for n in range(3)))
    extractor = Extractor(
        codebook,
        answering({}),
        ExtractionOptions(second_look=False, form=Form.VALUE, group_size=2, examples=1),
    )
    messages = extractor.prompt.messages("Tekst.", codebook.variables[:2])
    assert [m.role for m in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert list(json.loads(messages[2].content)) == ["v0", "v1"]
    assert list(json.loads(messages[4].content)) == ["v2"]


CHAIN = (
    flag("infarct"),
    {"name": "number", "kind": "count", "when": "infarct == true"},
    flag("many_sides", when="number >= 2"),
    flag("tumour"),
    flag("tumour_seen_before", when="tumour == true"),
)


@pytest.mark.parametrize(
    ("values", "rounds"),
    [
        ({"infarct": False, "tumour": False}, [["infarct", "tumour"]]),
        (
            {"infarct": True, "number": 1, "tumour": True},
            [["infarct", "tumour"], ["number", "tumour_seen_before"]],
        ),
        ({"infarct": True, "number": 3}, [["infarct", "tumour"], ["number"], ["many_sides"]]),
    ],
)
def test_dependents_are_asked_after_and_only_where_needed(values: Any, rounds: list[list[str]]) -> None:
    engine = answering(values)
    options = ExtractionOptions(second_look=False, form=Form.VALUE, dependents_after=True)
    found = Extractor(book(*CHAIN), engine, options).extract(Report("r", "Tekst."))
    assert [asked(request) for request in engine.requests] == rounds
    if values["infarct"] is False:
        assert found.answers["number"].status is Status.NOT_APPLICABLE
        assert found.answers["many_sides"].status is Status.NOT_APPLICABLE


def test_a_dependent_of_a_failed_answer_is_asked_all_the_same() -> None:
    replies = {"infarct": "perhaps", "tumour": None, "number": 2, "many_sides": True}
    engine = answering(replies)
    options = ExtractionOptions(second_look=False, form=Form.VALUE, dependents_after=True, repair=False)
    found = Extractor(book(*CHAIN), engine, options).extract(Report("r", "Tekst."))
    assert found.answers["infarct"].status is Status.FAILED
    assert found.answers["number"].value == 2


def test_a_group_that_fails_leaves_the_others() -> None:
    codebook = book(flag("a"), flag("b"))
    engine = ScriptedEngine(lambda request: "no JSON" if asked(request) == ["a"] else {"b": True})
    options = ExtractionOptions(second_look=False, form=Form.VALUE, group_size=1)
    found = Extractor(codebook, engine, options).extract(Report("r", "Tekst."))
    assert not found.failed
    assert found.answers["a"].status is Status.FAILED
    assert found.answers["a"].notes == ("the answer is not JSON",)
    assert found.answers["b"].value is True


def test_contradictions_across_groups_are_seen() -> None:
    codebook = book(flag("infarct"), {"name": "number", "kind": "count", "when": "infarct == true"})
    engine = answering(
        {"infarct": {"quote": "Geen infarct", "value": False}, "number": {"quote": "2 infarcten", "value": 2}}
    )
    options = ExtractionOptions(second_look=False, form=Form.QUOTE_VALUE, group_size=1)
    found = Extractor(codebook, engine, options).extract(Report("r", "Geen infarct. 2 infarcten."))
    assert found.answers["number"].status is Status.FAILED
    assert "needs infarct == true" in found.answers["number"].notes[0]
