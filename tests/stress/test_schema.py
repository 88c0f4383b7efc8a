"""Answers out of the codebook's schema are found, whatever brought them there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction.answer import Answer, Extraction, Status
from epicrisis.extraction.extractor import Extractor
from epicrisis.report import Report
from epicrisis.stress.schema import look, valid

KINDS = Codebook.model_validate(
    {
        "name": "kinds",
        "variables": [
            {"name": "side", "kind": "category", "options": ["left", "right"]},
            {"name": "grade", "kind": "ordinal", "options": [0, 1, 2]},
            {"name": "normal", "kind": "boolean"},
            {"name": "lesions", "kind": "count", "range": {"min": 0, "max": 9}},
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "seen", "kind": "date"},
            {"name": "words", "kind": "text", "max_length": 12},
            {"name": "drugs", "kind": "spans", "options": ["a", "b"], "max_items": 2},
            {
                "name": "items",
                "kind": "group",
                "max_items": 2,
                "variables": [
                    {"name": "where", "kind": "category", "options": ["x", "y"]},
                    {"name": "many", "kind": "count"},
                ],
            },
        ],
    }
)


def _stated(value: Any) -> Answer:
    return Answer(Status.STATED, value)


GOOD: dict[str, list[Any]] = {
    "side": ["left", "right"],
    "grade": [0, 2],
    "normal": [True, False],
    "lesions": [0, 9],
    "size": [{"value": 4.0, "unit": "mm"}],
    "seen": ["2021", "2021-03", "2021-03-09"],
    "words": ["a few words"],
    "drugs": [[], [{"text": "t", "type": "a", "start": 0, "end": 1}], [{"text": "t", "type": None}]],
    "items": [
        [{"where": _stated("x"), "many": Answer(Status.NOT_MENTIONED)}],
        [{"where": Answer(Status.FAILED, notes=("?",))}],
    ],
}
BAD: dict[str, list[Any]] = {
    "side": ["up", 4, None, True, ["left"]],
    "grade": [3, "many", True],
    "normal": ["maybe", 1, 4],
    "lesions": [10, -1, 2.5, "four", True],
    "size": [4, {"value": "x", "unit": "mm"}, {"value": 4.0, "unit": "kg"}, "4 mm"],
    "seen": ["yesterday", "2021-13", 2021],
    "words": ["", "longer than twelve", 4],
    "drugs": ["t", [{"text": 4}], [{"text": "t", "type": "c"}], [{"text": "t"}] * 3, 4, ["t"]],
    "items": [
        [{"where": _stated("z")}],
        [{"else": _stated("x")}],
        [{"where": "x"}],
        [{"where": _stated("x")}] * 3,
        [{"many": _stated(True)}],
    ],
}


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, some in GOOD.items() for one in some])
def test_what_the_codebook_allows(name: str, value: Any) -> None:
    assert valid(KINDS[name], _stated(value))


@pytest.mark.parametrize(("name", "value"), [(name, one) for name, some in BAD.items() for one in some])
def test_what_it_does_not(name: str, value: Any) -> None:
    assert not valid(KINDS[name], _stated(value))


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one, max_size=3))
)
def test_any_value_can_be_looked_at(value: Any) -> None:
    for variable in KINDS.variables:
        valid(variable, _stated(value))


def _answers(**changed: Answer | None) -> Extraction:
    answers = {name: Answer(Status.NOT_MENTIONED) for name in KINDS.names}
    answers.update({name: one for name, one in changed.items() if one is not None})
    kept = {name: one for name, one in answers.items() if name not in changed or changed[name] is not None}
    return Extraction("1", kept)


def _failed(note: str) -> Answer:
    return Answer(Status.FAILED, notes=(note,))


def test_broken_answers_are_named() -> None:
    assert look(KINDS, _answers()) == ((), ())
    found = look(KINDS, _answers(side=_stated("up"), grade=None, extra=_stated(4)))
    assert found == (("extra", "side", "grade"), ())
    assert look(KINDS, _answers(side=Answer(Status.NOT_MENTIONED, "left"))).broken == ("side",)


def test_answers_that_failed() -> None:
    unreadable, otherwise = _failed("must be one of: left, right"), _failed("12 is out of range: 0 to 9")
    found = look(KINDS, _answers(side=unreadable, lesions=otherwise), _answers())
    assert found == (("side",), ("lesions",))
    # What failed all along was not broken by what was done to the report.
    assert look(KINDS, _answers(side=unreadable), _answers(side=otherwise)) == ((), ())
    note = "engine-timeout: The model did not finish within 600 seconds."
    down = Extraction("1", dict.fromkeys(KINDS.names, _failed(note)), failure=note)
    assert look(KINDS, down, _answers()) == ((), tuple(KINDS.names))


@pytest.mark.parametrize(
    "said",
    [
        {"side": "4", "cyst": 4, "lesions": "four", "size": "large"},
        {},
        "I cannot do that.",
        '{"side": {"quote": "kidney", "val',
        ["4"],
    ],
)
def test_replies_out_of_their_schema_are_seen_in_what_was_stored(
    study: Codebook, reports: list[Report], said: Any
) -> None:
    """An engine that no grammar holds, through the whole of an extraction."""
    extraction = Extractor(study, ScriptedEngine(default=said)).extract(reports[1])
    assert set(look(study, extraction).broken) == set(study.names)


def test_what_a_valid_engine_says_is_in_the_schema(study: Codebook, reports: list[Report]) -> None:
    for seed in range(5):
        extractor = Extractor(study, ScriptedEngine.from_schema(seed))
        for report in reports:
            assert look(study, extractor.extract(report)).broken == ()
