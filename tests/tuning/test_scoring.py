"""A model's score on validation reports: cells right, lists by what of them is."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.evaluation.gold_cell import GoldCell
from epicrisis.examples.example import Example
from epicrisis.extraction.answer import Status
from epicrisis.extraction.options import ExtractionOptions
from epicrisis.prompting import Form
from epicrisis.prompting.worked import WorkedExample
from epicrisis.report import Report
from epicrisis.tuning.data import Annotated
from epicrisis.tuning.scoring import Scorer

CODEBOOK = Codebook.model_validate(
    {
        "name": "drugs",
        "version": "1",
        "variables": [{"name": "drugs", "kind": "spans"}, {"name": "smoker", "kind": "boolean"}],
    }
)
TEXT = "Uses aspirin, digoxin and warfarin. Smokes."


class Answering:
    """Says the same of every report."""

    def __init__(self, said: dict[str, Any]) -> None:
        from epicrisis.engines.scripted import ScriptedEngine

        written = {**said, "drugs": [{"text": one} for one in said["drugs"]]}
        self._engine = ScriptedEngine(lambda _: json.dumps(written))
        self.asked: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def answer_together(
        self, questions: Sequence[Any], budget: int, answered: Callable[[int, int], None] | None = None
    ) -> None:
        self.asked.append(len(questions))


def annotated(number: int, *, drugs: list[str], smoker: bool | None) -> Annotated:
    cells = {
        "drugs": GoldCell(
            Status.STATED,
            [
                {"text": one, "type": None, "start": TEXT.index(one), "end": TEXT.index(one) + len(one)}
                for one in drugs
            ],
            None,
        ),
    }
    if smoker is not None:
        cells["smoker"] = GoldCell(Status.STATED, smoker, None)
    return Annotated(Report(f"r{number}", TEXT), cells, Example(WorkedExample(TEXT, {}, f"r{number}")))


def scorer(reports: Sequence[Annotated], said: dict[str, Any], most: int = 9) -> tuple[Scorer, Answering]:
    engine = Answering(said)
    options = ExtractionOptions(form=Form.VALUE, second_look=False)
    return Scorer(CODEBOOK, engine, options, reports, most=most, longest=99), engine  # type: ignore[arg-type]


def test_a_list_counts_by_what_of_it_is_right() -> None:
    reports = [annotated(1, drugs=["aspirin", "digoxin", "warfarin"], smoker=True)]
    asked, _ = scorer(reports, {"drugs": ["aspirin", "digoxin"], "smoker": True})
    # Two of three found, none invented: F1 2 * 2 / (2 + 3); and the other cell is right.
    assert asked() == pytest.approx((0.8 + 1) / 2)
    assert asked.counts == {"r1": (pytest.approx(1.8), 2)}


def test_cells_that_gold_says_nothing_of_are_not_counted() -> None:
    reports = [annotated(n, drugs=["aspirin"], smoker=(None, False)[n % 2]) for n in range(8)]
    asked, _ = scorer(reports, {"drugs": ["aspirin"], "smoker": True})
    assert asked() == pytest.approx(2 / 3)
    measured = asked.measured()
    assert measured.value == pytest.approx(2 / 3)
    assert measured.low is not None
    assert measured.low <= 2 / 3 <= (measured.high or 0)


def test_always_the_same_few_are_asked() -> None:
    reports = [annotated(number, drugs=["aspirin"], smoker=None) for number in range(10)]
    asked, engine = scorer(reports, {"drugs": ["aspirin"], "smoker": True}, most=4)
    assert asked() == 1.0
    first = set(asked.counts)
    asked()
    assert set(asked.counts) == first
    assert engine.asked == [4, 4]
