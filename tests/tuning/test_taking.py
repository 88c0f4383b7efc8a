"""Which answers are taken: the threshold, people, failures, and what rules what out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.evaluation.gold import GoldCell
from epicrisis.extraction.answer import Answer, Status
from epicrisis.tuning.taking import Verdict, take

CODEBOOK = Codebook.model_validate(
    {
        "name": "kidney",
        "variables": [
            {"name": "cyst", "kind": "boolean"},
            {"name": "size", "kind": "quantity", "unit": "mm", "when": "cyst == true"},
            {"name": "wall", "kind": "category", "options": ["thin", "thick"], "when": "size > 10"},
            {
                "name": "stones",
                "kind": "group",
                "variables": [{"name": "place", "kind": "text"}, {"name": "count", "kind": "count"}],
            },
        ],
    }
)
NO = Answer(Status.STATED, False, confidence=0.95)
YES = Answer(Status.STATED, True, confidence=0.95)
SIZE = Answer(Status.STATED, {"value": 20.0, "unit": "mm"}, confidence=0.95)
WALL = Answer(Status.STATED, "thin", confidence=0.95)
SILENT = Answer(Status.NOT_MENTIONED, confidence=0.95)
OUT = Answer(Status.NOT_APPLICABLE)


def taken(at_least: float = 0.9, reviewed: dict[str, GoldCell] | None = None, **answers: Answer) -> Any:
    return take(
        CODEBOOK,
        {"cyst": YES, "size": SIZE, "wall": WALL, "stones": SILENT} | answers,
        reviewed or {},
        at_least,
    )


def test_all_sure_is_whole() -> None:
    found = taken()
    assert found.open == ()
    assert found.cells["size"].value == {"value": 20.0, "unit": "mm"}
    assert found.cells["stones"] == GoldCell(Status.NOT_MENTIONED)


@pytest.mark.parametrize(
    ("sure", "verdict"),
    [
        (0.9, Verdict.SURE),
        (math.nextafter(0.9, 0), Verdict.UNSURE),
        (1.0, Verdict.SURE),
        (None, Verdict.NO_CONFIDENCE),
    ],
)
def test_the_threshold_is_taken_itself(sure: float | None, verdict: Verdict) -> None:
    found = taken(wall=Answer(Status.STATED, "thin", confidence=sure))
    assert found.verdicts["wall"] is verdict
    assert ("wall" in found.cells) == (verdict is Verdict.SURE)
    assert found.open == (() if verdict is Verdict.SURE else ("wall",))


def test_failed_is_never_taken_however_low_the_threshold() -> None:
    found = taken(0.0, wall=Answer(Status.FAILED, confidence=1.0, notes=("no",)))
    assert (found.open, found.verdicts["wall"]) == (("wall",), Verdict.FAILED)


def test_no_answer_is_a_failed_one() -> None:
    assert take(CODEBOOK, {}, {}, 0.0).open == ("cyst", "size", "wall", "stones")


def test_an_item_with_a_failed_part_is_not_taken() -> None:
    item = {"place": Answer(Status.STATED, "left"), "count": Answer(Status.FAILED)}
    whole = {"place": Answer(Status.STATED, "left"), "count": Answer(Status.NOT_MENTIONED)}
    assert taken(stones=Answer(Status.STATED, [whole, item], confidence=1.0)).open == ("stones",)
    assert taken(stones=Answer(Status.STATED, [whole, whole], confidence=1.0)).open == ()


def test_what_a_person_said_stands_in_the_models_place() -> None:
    said = GoldCell(Status.STATED, "thick", "thick wall")
    for answer in (WALL, Answer(Status.FAILED), Answer(Status.STATED, "thin")):
        found = taken(wall=answer, reviewed={"wall": said})
        assert (found.cells["wall"], found.verdicts["wall"]) == (said, Verdict.REVIEWED)
        assert found.open == ()


def test_what_a_taken_answer_rules_out_needs_no_answer() -> None:
    found = taken(cyst=NO, size=OUT, wall=Answer(Status.FAILED))
    assert found.open == ()
    assert found.verdicts["size"] is found.verdicts["wall"] is Verdict.RULED_OUT
    assert found.cells["size"] == found.cells["wall"] == GoldCell(Status.NOT_APPLICABLE)


def test_what_an_answer_that_is_not_taken_rules_out_is_open() -> None:
    found = taken(cyst=Answer(Status.STATED, False, confidence=0.5), size=OUT, wall=OUT)
    assert found.open == ("cyst", "size", "wall")
    assert found.verdicts["size"] is Verdict.DEPENDENT


def test_a_person_who_rules_out_overrules_what_the_model_said_of_it() -> None:
    found = taken(reviewed={"cyst": GoldCell(Status.STATED, False)})
    assert found.cells["size"] == GoldCell(Status.NOT_APPLICABLE)
    assert found.open == ()


def test_a_person_who_rules_in_leaves_open_what_the_model_never_answered() -> None:
    found = taken(cyst=NO, size=OUT, wall=OUT, reviewed={"cyst": GoldCell(Status.STATED, True)})
    assert found.open == ("size", "wall")


def test_a_value_that_the_codebook_does_not_allow_is_not_taken() -> None:
    found = taken(wall=Answer(Status.STATED, "none", confidence=1.0))
    assert (found.verdicts["wall"], found.open) == (Verdict.NOT_ALLOWED, ("wall",))
