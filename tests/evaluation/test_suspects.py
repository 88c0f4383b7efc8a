from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from epicrisis.evaluation.gold import GoldCell
from epicrisis.evaluation.shown import shown, shown_answer, shown_gold
from epicrisis.evaluation.suspects import suspects
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status


def test_the_most_confident_mistakes_come_first(make: Any) -> None:
    variables = [make.variable("boolean", "seen"), make.variable("count", "many")]
    reports = [
        {"many": (1, make.FAILED), "seen": (True, False, 0.6)},
        {"many": (1, 2), "seen": (True, True, 1.0)},
        {"many": (None, 4, 0.95), "seen": (True, None, 0.7)},
        {"many": (3, 5), "seen": (None, None)},
    ]
    paired = make.paired(variables, reports)
    found = suspects(paired)
    assert [
        (one.report, one.variable, one.outcome, one.gold, one.answer, one.confidence) for one in found
    ] == [
        ("r2", "many", "invented", "(none)", "4", 0.95),
        ("r2", "seen", "missed", "true", "(none)", 0.7),
        ("r0", "seen", "wrong", "true", "false", 0.6),
        ("r1", "many", "wrong", "1", "2", None),
        ("r3", "many", "wrong", "3", "5", None),
        ("r0", "many", "failed", "1", "(failed)", None),
    ]
    assert found[-1].notes == ("no valid JSON",)
    assert found[-1].status == "failed"
    assert suspects(paired, 2) == found[:2]
    assert suspects(paired, None) == found
    assert suspects(paired, 0) == ()


def test_where_it_stands(make: Any) -> None:
    paired = make.paired([make.variable("count", "many")], [{"many": (1, 2)}, {"many": (1, None)}])
    first, second = (report.pairs["many"] for report in paired.reports)
    quoted = replace(first.answer, evidence=Evidence("twee", 10, 14, Grade.EXACT))
    paired.reports[0].pairs["many"] = replace(first, answer=quoted)
    paired.reports[1].pairs["many"] = replace(second, gold=GoldCell(Status.STATED, 1, "een infarct"))
    found = suspects(paired)
    assert [(one.quote, one.start, one.end) for one in found] == [
        ("twee", 10, 14),
        ("een infarct", None, None),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (2, "2"),
        (2.0, "2"),
        (0.1 + 0.2, "0.3"),
        ("left", "left"),
        ({"value": 30.0, "unit": "mm"}, "30 mm"),
        ({"value": 3.5, "unit": "1"}, "3.5"),
        ("two\nlines", "two lines"),
        ([{"text": "aspirin", "type": "drug", "start": 0, "end": 7}, {"text": "x"}], "aspirin [drug]; x"),
        ([], "(no items)"),
        ([{"size": Answer(Status.STATED, 3), "side": Answer(Status.NOT_MENTIONED)}], "size: 3"),
        ([{"size": GoldCell(Status.STATED, 3), "seen": Answer(Status.FAILED)}], "size: 3, seen: (failed)"),
        ([{"size": 3, "side": "left"}, {"size": None}], "size: 3, side: left; (empty)"),
        ("x" * 200, "x" * 119 + "…"),
    ],
)
def test_values_in_a_few_words(value: Any, text: str) -> None:
    assert shown(value) == text
    assert shown_answer(Answer(Status.STATED, value)) == text
    assert shown_gold(GoldCell(Status.STATED, value)) == text
