from __future__ import annotations

from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.errors import OptionError
from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.gold import Gold, GoldCell
from epicrisis.evaluation.pairing import NO_CELLS, pair
from epicrisis.extraction.answer import Answer, Status

BOOK = Codebook.model_validate(
    {
        "name": "study",
        "variables": [{"name": "infarct", "kind": "boolean"}, {"name": "count", "kind": "count"}],
    }
)
YES = Answer(Status.STATED, True, confidence=0.9)
NOT = Answer(Status.NOT_MENTIONED)


def gold(**cells: Any) -> Gold:
    """By report id, the values of ``infarct``; ``...`` for a cell that is not scored."""
    made = {
        report: {}
        if value is ...
        else {"infarct": GoldCell(Status.NOT_MENTIONED if value is None else Status.STATED, value)}
        for report, value in cells.items()
    }
    return Gold("gold.csv", made, ("infarct",))


def test_every_answer_beside_its_gold(shelf: Any) -> None:
    run = shelf.run(
        BOOK,
        {
            "b": {"infarct": YES, "count": NOT},
            "a": {"infarct": NOT, "count": NOT},
            "x": "too long",
            "y": {"infarct": YES},
        },
        about={"b": {"patient": "p", "language": "nl", "date": "2020", "metadata": {"scanner": "B"}}},
    )
    paired = pair(run, gold(a=True, x=None, b=True, z=False), exclude={})
    assert [report.id for report in paired.reports] == ["b", "a", "x"]
    assert [one and one.outcome for one in paired.column("infarct")] == [
        Outcome.RIGHT,
        Outcome.MISSED,
        Outcome.FAILED,
    ]
    assert paired.column("count") == [None, None, None]
    assert paired.matching.scored == ("b", "a", "x")
    assert paired.matching.only_in_run == ("y",)
    assert paired.matching.only_in_gold == ("z",)
    first = paired.reports[0]
    assert (first.patient, first.language, first.date, first.metadata) == (
        "p",
        "nl",
        "2020",
        {"scanner": "B"},
    )
    assert first.length == len("Report b")
    assert first.usage.completion_tokens == 10
    assert first.pairs["infarct"].answer.confidence == 0.9
    assert paired.reports[2].pairs["infarct"].answer.notes == ("too long",)


def test_lengths_are_unknown_without_texts(shelf: Any) -> None:
    run = shelf.run(BOOK, {"a": {"infarct": YES}}, keep_text=False)
    assert run.lengths() == {}
    assert pair(run, gold(a=True), exclude={}).reports[0].length is None


def test_lengths_are_in_characters(shelf: Any) -> None:
    run = shelf.run(BOOK, {"é漢": {"infarct": YES}, "b": {"infarct": YES}})
    assert run.lengths() == {"é漢": len("Report é漢"), "b": len("Report b")}


def test_what_is_left_out_is_listed_with_the_reason(shelf: Any) -> None:
    run = shelf.run(BOOK, {name: {"infarct": YES} for name in "abcd"})
    paired = pair(run, gold(a=True, b=True, c=...), exclude={"a": "an example", "d": "x", "elsewhere": "x"})
    assert paired.matching.scored == ("b",)
    assert paired.matching.excluded == {"a": "an example", "c": NO_CELLS}
    assert paired.matching.only_in_run == ("d",)
    assert paired.matching.only_in_gold == ()


def test_nothing_in_common(shelf: Any) -> None:
    run = shelf.run(BOOK, {f"00{number}": {"infarct": YES} for number in range(4)})
    with pytest.raises(OptionError) as caught:
        pair(run, gold(**{"1": True, "2": True}), exclude={})
    assert "the run has '000', '001', '002', ..., the gold has '1', '2'." in caught.value.message
    assert "leading zeros" in str(caught.value.hint)


def test_everything_excluded(shelf: Any) -> None:
    run = shelf.run(BOOK, {"a": {"infarct": YES}, "b": {"infarct": YES}})
    with pytest.raises(OptionError, match=r"None of the 2 reports .* can be scored: an example; training"):
        pair(run, gold(a=True, b=True), exclude={"a": "an example", "b": "training"})


def test_a_run_without_reports(shelf: Any) -> None:
    with pytest.raises(OptionError, match="no reports yet"):
        pair(shelf.run(BOOK, {}), gold(a=True), exclude={})
