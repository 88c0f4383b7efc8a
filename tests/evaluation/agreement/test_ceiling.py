"""Humans with each other, the model with the humans."""

from __future__ import annotations

import math
from typing import Any

import pytest
from sklearn.metrics import cohen_kappa_score

from epicrisis.errors import OptionError
from epicrisis.evaluation.agreement import ceiling
from epicrisis.evaluation.cells import compare
from epicrisis.evaluation.gold import GoldCell
from epicrisis.evaluation.pairing import Matching, Pair, Paired, PairedReport
from epicrisis.evaluation.resampling import Resampler
from epicrisis.evaluation.result import Ceiling
from epicrisis.extraction.answer import Answer, Status


def paired(codebook: Any, gold: Any, **columns: Any) -> Paired:
    """A run that says what the columns say, beside ``gold``; ``...`` is a failed answer."""
    reports = []
    for number in range(len(next(iter(columns.values())))):
        pairs = {}
        for name, values in columns.items():
            value = values[number]
            status = Status.NOT_MENTIONED if value is None else Status.STATED
            answer = Answer(Status.FAILED) if value is ... else Answer(status, value)
            cell = gold.cells.get(f"r{number + 1}", {}).get(name)
            if cell is not None:
                pairs[name] = Pair(cell, answer, compare(codebook[name], answer, cell.value))
        reports.append(PairedReport(f"r{number + 1}", pairs))
    return Paired(codebook, tuple(reports), Matching(tuple(report.id for report in reports)))


def by_measure(found: tuple[Ceiling, ...]) -> dict[str, Ceiling]:
    return {one.measure: one for one in found}


def test_all_three_in_one_measure(codebook: Any, rater: Any) -> None:
    a = ["left", "left", "right", "both", None, "right", "left", None, "right", "both"]
    b = ["left", "right", "right", "both", None, "right", "left", "left", "right", "both"]
    model = ["left", "left", "left", "both", None, "left", "left", None, "both", "both"]
    gold = rater("a", side=a)
    run = paired(codebook, gold, side=model)
    found = by_measure(ceiling(run, [gold, rater("b", side=b)], Resampler(10, draws=300)))
    assert list(found) == ["percent_agreement", "kappa"]
    words = [[str(value) for value in row] for row in (a, b, model)]
    kappa = found["kappa"]
    assert kappa.human.value == pytest.approx(cohen_kappa_score(words[0], words[1]))
    expected = (cohen_kappa_score(words[2], words[0]) + cohen_kappa_score(words[2], words[1])) / 2
    assert kappa.model.value == pytest.approx(expected)
    assert kappa.difference.value == pytest.approx(kappa.model.value - kappa.human.value)
    percent = found["percent_agreement"]
    assert (percent.human.value, percent.model.value) == (0.8, pytest.approx((0.7 + 0.5) / 2))
    assert percent.difference.low <= percent.difference.value <= percent.difference.high
    assert {one.n for one in (percent.human, percent.model, percent.difference)} == {10}


def test_verdicts(codebook: Any, rater: Any) -> None:
    truth = [True, False] * 20
    slip = [*([False] * 2), *truth[2:]]
    a, b = rater("a", seen=truth), rater("b", seen=slip)
    poor = ceiling(paired(codebook, a, seen=[True] * 40), [a, b], Resampler(40, draws=300))
    assert by_measure(poor)["percent_agreement"].verdict == "below"
    good = ceiling(paired(codebook, a, seen=[*truth[:-2], False, False]), [a, b], Resampler(40, draws=300))
    assert by_measure(good)["percent_agreement"].verdict == "alike"
    # The model says what both humans would, had they not slipped in different places.
    one, other = [*([False] * 10), *truth[10:]], [*truth[:30], *([False] * 10)]
    humans = [rater("a", seen=one), rater("b", seen=other)]
    best = ceiling(paired(codebook, humans[0], seen=truth), humans, Resampler(40, draws=300))
    assert by_measure(best)["percent_agreement"].verdict == "above"


def test_reports_that_a_human_did_not_read_are_left_out(codebook: Any, rater: Any) -> None:
    a = rater("a", seen=[True, False, True, False, True, False, True, False])
    b = rater("b", seen=[True, False, True, False, True, False, ..., ...])
    run = paired(codebook, a, seen=[True, False, True, False, True, True, False, True])
    percent = by_measure(ceiling(run, [a, b], Resampler(8, draws=200)))["percent_agreement"]
    assert (percent.human.n, percent.model.n) == (6, 6)
    assert percent.human.value == 1
    assert percent.model.value == pytest.approx(5 / 6)


def test_a_failed_answer_agrees_with_nobody(codebook: Any, rater: Any) -> None:
    a = rater("a", seen=[True, False, None, True, False, None])
    run = paired(codebook, a, seen=[..., ..., ..., True, False, None])
    found = by_measure(ceiling(run, [a, a], Resampler(6, draws=200)))
    assert found["percent_agreement"].model.value == 0.5
    words = ["True", "False", "None"] * 2
    expected = cohen_kappa_score(words, [*["failed"] * 3, *words[3:]])
    assert found["kappa"].model.value == pytest.approx(expected)


def test_weighted_kappa_rests_on_reports_in_which_all_have_a_value(codebook: Any, rater: Any) -> None:
    a = rater("a", grade=[0, 0.5, 1, 3, None, 1, 0, 3])
    b = rater("b", grade=[0, 0.5, 3, 3, None, 1, 0, None])
    run = paired(codebook, a, grade=[0, 1, 1, 3, None, None, 0, 3])
    found = by_measure(ceiling(run, [a, b], Resampler(8, draws=200)))
    assert list(found) == ["percent_agreement", "quadratic_kappa"]
    kappa = found["quadratic_kappa"]
    assert {kappa.human.n, kappa.model.n, kappa.difference.n} == {5}
    one, other, model = [0, 1, 2, 3, 0], [0, 1, 3, 3, 0], [0, 2, 2, 3, 0]
    expected = {"labels": range(4), "weights": "quadratic"}
    assert kappa.human.value == pytest.approx(cohen_kappa_score(one, other, **expected))
    means = [cohen_kappa_score(model, row, **expected) for row in (one, other)]
    assert kappa.model.value == pytest.approx(sum(means) / 2)


def test_three_humans(codebook: Any, rater: Any) -> None:
    rows = [[True, False, True, False, True, True], [True, False, True, False, False, True], [True] * 6]
    humans = [rater(name, seen=row) for name, row in zip("abc", rows, strict=True)]
    run = paired(codebook, humans[0], seen=rows[0])
    percent = by_measure(ceiling(run, humans, Resampler(6, draws=200)))["percent_agreement"]
    assert percent.human.value == pytest.approx((5 / 6 + 4 / 6 + 3 / 6) / 3)
    assert percent.model.value == pytest.approx((1 + 5 / 6 + 4 / 6) / 3)


def test_what_is_not_defined_has_a_reason_and_no_verdict(codebook: Any, rater: Any) -> None:
    a, b = rater("a", seen=[True] * 6), rater("b", seen=[True] * 6)
    run = paired(codebook, a, seen=[True, False] * 3)
    found = by_measure(ceiling(run, [a, b], Resampler(6, draws=200)))
    assert found["kappa"].human.value is None
    assert found["kappa"].verdict == "unknown"
    assert "not defined" in str(found["kappa"].difference.note)


def test_where_everybody_agrees_they_cannot_be_told_apart(codebook: Any, rater: Any) -> None:
    a = rater("a", seen=[True, False] * 5)
    run = paired(codebook, a, seen=[True, False] * 5)
    found = ceiling(run, [a, a], Resampler(10, draws=100))
    assert {one.verdict for one in found} == {"alike"}
    assert {one.difference.value for one in found} == {0}
    few = ceiling(run, [rater("b", seen=[True, False]), a], Resampler(10, draws=100))
    assert {one.verdict for one in few} == {"unknown"}


def test_too_few_reports_have_no_verdict(codebook: Any, rater: Any) -> None:
    a = rater("a", seen=[True, False, True, False, ..., ..., ...])
    gold = rater("gold", seen=[True, False, True, False, True, False, True])
    run = paired(codebook, gold, seen=[False] * 7)
    percent = by_measure(ceiling(run, [a, gold], Resampler(7, draws=200)))["percent_agreement"]
    assert percent.verdict == "unknown"
    assert "4 of at least 5" in str(percent.difference.note)


def test_no_report_in_common(codebook: Any, rater: Any) -> None:
    a, b = rater("a", seen=[True, False, ..., ...]), rater("b", seen=[..., ..., True, False])
    run = paired(codebook, a, seen=[True] * 4)
    found = by_measure(ceiling(run, [a, b], Resampler(4, draws=50)))
    assert found["percent_agreement"].human.value is None
    assert found["percent_agreement"].human.n == 0


def test_other_kinds(codebook: Any, rater: Any) -> None:
    spans = [[{"text": "ascal", "type": "drug", "start": 0, "end": 5}], None] * 3
    items = [
        [{"place": Answer(Status.STATED, "links"), "size": Answer(Status.NOT_MENTIONED)}],
        None,
    ] * 3
    plain = [[{"place": "links", "size": None}], None] * 3
    a = rater("a", drugs=spans, lesions=plain, conclusion=["oud infarct", None] * 3)
    run = paired(codebook, a, drugs=spans, lesions=items, conclusion=["oud infarct links", None] * 3)
    found = ceiling(run, [a, a], Resampler(6, draws=50))
    assert [(one.variable, one.measure) for one in found] == [
        ("conclusion", "percent_agreement"),
        ("conclusion", "token_f1"),
        ("drugs", "percent_agreement"),
        ("drugs", "strict_f1"),
        ("drugs", "overlap_f1"),
        ("lesions", "percent_agreement"),
        ("lesions", "item_f1"),
    ]
    model = {(one.variable, one.measure): one.model.value for one in found}
    assert model["conclusion", "token_f1"] == pytest.approx(0.8)
    assert model["drugs", "strict_f1"] == model["lesions", "item_f1"] == 1
    assert not any(value is None or math.isnan(value) for value in model.values())


def test_one_human_is_no_ceiling(codebook: Any, rater: Any) -> None:
    a = rater("a", seen=[True])
    with pytest.raises(OptionError, match="two of them"):
        ceiling(paired(codebook, a, seen=[True]), [a], Resampler(1))


def test_variables_that_not_every_human_has_are_passed_over(codebook: Any, rater: Any) -> None:
    a, b = rater("a", seen=[True], side=["left"]), rater("b", side=["left"])
    run = paired(codebook, a, seen=[True], side=["left"])
    assert {one.variable for one in ceiling(run, [a, b], Resampler(1))} == {"side"}


def test_a_gold_cell_may_be_failed_too(codebook: Any, rater: Any) -> None:
    failed = GoldCell(Status.FAILED)
    a = rater("a", seen=[failed, True])
    run = paired(codebook, a, seen=[..., True])
    percent = by_measure(ceiling(run, [a, a], Resampler(2)))["percent_agreement"]
    assert percent.human.value == percent.model.value == 0.5
