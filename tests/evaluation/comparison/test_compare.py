"""Runs against one gold."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.errors import OptionError
from epicrisis.evaluation.comparison.common import joined
from epicrisis.evaluation.comparison.compare import compare
from epicrisis.evaluation.comparison.result import Verdict
from epicrisis.evaluation.comparison.words import said
from epicrisis.extraction.answer import Status

DRAWS = 200


def _accuracy(comparison: Any, variable: str) -> Any:
    found = next(one for one in comparison.variables if one.name == variable)
    return next(one for one in found.differences if one.measure == "accuracy")


def test_a_better_run(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    comparison = compare([first, second], gold, draws=DRAWS)
    assert comparison.baseline == first.id
    assert len(comparison.reports) == 40
    side = _accuracy(comparison, "side")
    assert (side.baseline.value, side.value.value) == (0.5, 0.9)
    assert side.difference.value == pytest.approx(0.4)
    assert 0.2 < side.difference.low < 0.4 < side.difference.high < 0.65
    assert (side.test.gained, side.test.lost, side.test.method) == (16, 0, "exact")
    # Three variables are tested, and the other two do not differ at all.
    assert side.test.adjusted == pytest.approx(3 * side.test.p)
    assert side.verdict is Verdict.BETTER
    worse = _accuracy(compare([second, first], gold, draws=DRAWS), "side")
    assert worse.difference.value == -side.difference.value
    assert worse.verdict is Verdict.WORSE


def test_what_does_not_differ(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    comparison = compare([first, second], gold, draws=DRAWS)
    for name, value in (("normal", 1.0), ("cysts", 0.0)):
        same = _accuracy(comparison, name)
        assert (same.baseline.value, same.value.value, same.difference.value) == (value, value, 0.0)
        assert same.test.adjusted == 1.0
        assert same.verdict is Verdict.NONE


def test_all_cells_together(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    overall = {one.measure: one for one in compare([first, second], gold, draws=DRAWS).overall}
    micro = overall["micro_accuracy"]
    assert (micro.baseline.value, micro.value.value) == (pytest.approx(60 / 120), pytest.approx(76 / 120))
    assert micro.difference.n == 120
    assert micro.test is None
    assert micro.verdict is Verdict.BETTER
    assert overall["macro_accuracy"].difference.value == pytest.approx(micro.difference.value)
    right = overall["reports_right"]
    assert (right.value.value, right.difference.value, right.difference.n) == (0.0, 0.0, 40)


def test_the_headline_measure_stands_beside_accuracy(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    comparison = compare([first, second], gold, draws=DRAWS)
    measures = {one.name: [each.measure for each in one.differences] for one in comparison.variables}
    assert measures == {"side": ["accuracy", "macro_f1"], "normal": ["accuracy", "f1"], "cysts": ["accuracy"]}
    f1 = comparison.variables[0].differences[1]
    assert f1.difference.value == pytest.approx(f1.value.value - f1.baseline.value)
    assert f1.difference.low > 0
    assert (f1.verdict, f1.test) == (Verdict.BETTER, None)


def test_a_run_beside_itself_differs_in_nothing(two: Callable[[], Any]) -> None:
    first, _, gold = two()
    comparison = compare([first, first], gold, draws=DRAWS)
    differences = [one for variable in comparison.variables for one in variable.differences]
    assert {one.difference.value for one in [*differences, *comparison.overall]} == {0.0}
    assert {one.verdict for one in [*differences, *comparison.overall]} == {Verdict.NONE}


def test_three_runs_are_each_set_beside_the_first(two: Callable[[], Any], shelf: Any, kidney: Any) -> None:
    first, second, gold = two()
    third = shelf.run(kidney.codebook, kidney.reports([{"side": None, "normal": None, "cysts": None}] * 40))
    comparison = compare([first, second, third], gold, draws=DRAWS)
    assert comparison.others == (second.id, third.id)
    side = [one for one in comparison.variables[0].differences if one.measure == "accuracy"]
    assert [one.run for one in side] == [second.id, third.id]
    assert [one.difference.value for one in side] == [pytest.approx(0.4), pytest.approx(-0.5)]
    assert [one.run for one in comparison.overall[:2]] == [second.id, third.id]


def test_runs_are_compared_on_the_reports_that_all_have(shelf: Any, kidney: Any) -> None:
    rows = [{"side": "left", "normal": True, "cysts": 0}] * 10
    reports = kidney.reports(rows)
    first = shelf.run(kidney.codebook, {name: reports[name] for name in list(reports)[:8]})
    second = shelf.run(kidney.codebook, {name: reports[name] for name in reversed(list(reports)[2:])})
    gold = kidney.gold([*rows[:9]])
    comparison = compare([first, second], gold, draws=DRAWS)
    assert comparison.reports == tuple(f"r{number}" for number in range(2, 8))
    left = comparison.left_out
    assert dict(left.missing) == {first.id: ("r8",), second.id: ("r0", "r1")}
    assert left.not_in_gold == ("r9",)
    lines = "\n".join(said(comparison))
    assert "Compared on 6 reports and 3 variables" in lines
    assert f"run {second.id} does not have them: 2 reports (r0, r1)" in lines
    assert "Not in gold: 1 report (r9)" in lines


def test_reports_of_gold_in_no_run_are_counted(shelf: Any, kidney: Any) -> None:
    rows = [{"side": "left", "normal": True, "cysts": 0}] * 6
    runs = [shelf.run(kidney.codebook, kidney.reports(rows)) for _ in range(2)]
    comparison = compare(runs, kidney.gold(rows * 3), draws=DRAWS)
    assert len(comparison.left_out.not_in_runs) == 12
    assert "12 reports (r6, r7, r8, r9, r10, r11, r12, r13, r14, r15 and 2 more)" in "\n".join(
        said(comparison)
    )


def test_examples_of_one_run_are_left_out_for_all(shelf: Any, kidney: Any) -> None:
    rows = [{"side": "left", "normal": True, "cysts": 0}] * 8
    first = shelf.run(kidney.codebook, kidney.reports(rows))
    second = shelf.run(kidney.codebook, kidney.reports(rows), options={"shots": {"ids": ["r0", "r5"]}})
    comparison = compare([first, second], kidney.gold(rows), draws=DRAWS)
    assert set(comparison.reports) == {"r1", "r2", "r3", "r4", "r6", "r7"}
    assert set(comparison.left_out.excluded) == {"r0", "r5"}
    assert any(second.id in line and "2 reports (r0, r5)" in line for line in said(comparison))


def test_variables_in_common_have_one_name_and_kind(shelf: Any, kidney: Any) -> None:
    other = Codebook.model_validate(
        {
            "name": "other",
            "variables": [
                {
                    "name": "side",
                    "kind": "category",
                    "definition": "another",
                    "options": ["left", "right", "both"],
                },
                {"name": "normal", "kind": "text", "definition": "d"},
                {"name": "stones", "kind": "count", "definition": "d"},
            ],
        }
    )
    rows = [{"side": "left"}] * 5 + [{"side": "both"}]
    first = shelf.run(kidney.codebook, kidney.reports([{"side": "left"}] * 6))
    second = shelf.run(other, kidney.reports(rows))
    comparison = compare([first, second], kidney.gold(rows, ["side", "normal", "cysts"]), draws=DRAWS)
    assert [variable.name for variable in comparison.variables] == ["side"]
    assert dict(comparison.left_out.variables) == {
        "normal": "of different kinds: boolean, text",
        "cysts": f"not in {second.id}",
        "stones": f"not in {first.id}",
    }
    # Gold says what only the second codebook allows: right there, wrong here.
    assert _accuracy(comparison, "side").test.gained == 1
    assert "side: The codebooks of the runs put this variable differently." in said(comparison)
    assert joined([kidney.codebook, other])["side"].values == ["left", "right", "both"]
    assert joined([kidney.codebook, other]).names == ["side", "normal", "cysts", "stones"]


def test_a_variable_that_gold_lacks_is_left_out(two: Callable[[], Any], kidney: Any) -> None:
    first, second, _ = two()
    only = kidney.gold([{"side": "left"}] * 40, ["side"])
    comparison = compare([first, second], only, draws=DRAWS)
    assert dict(comparison.left_out.variables) == {"normal": "not in gold", "cysts": "not in gold"}


def test_a_cell_that_gold_says_nothing_about_is_no_cell(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    for cells in list(gold.cells.values())[:10]:
        del cells["side"]  # type: ignore[attr-defined]
    comparison = compare([first, second], gold, draws=DRAWS)
    assert [variable.n for variable in comparison.variables] == [30, 40, 40]
    assert _accuracy(comparison, "side").test.gained == 10


def test_a_variable_without_a_cell_has_no_verdict(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    for cells in gold.cells.values():
        del cells["side"]  # type: ignore[attr-defined]
    side = _accuracy(compare([first, second], gold, draws=DRAWS), "side")
    assert (side.difference.value, side.test, side.verdict) == (None, None, Verdict.UNKNOWN)


def test_a_failed_report_is_wrong_and_counted(shelf: Any, kidney: Any) -> None:
    rows = [{"side": "left", "normal": None, "cysts": None}] * 8
    first = shelf.run(kidney.codebook, kidney.reports(rows))
    failed = dict.fromkeys(("r0", "r1"), "no answer")
    second = shelf.run(kidney.codebook, {**kidney.reports(rows), **failed})
    comparison = compare([first, second], kidney.gold(rows), draws=DRAWS)
    assert [run.failed for run in comparison.runs] == [0, 6]
    assert _accuracy(comparison, "normal").test.lost == 2


def test_the_cost_per_report_stands_beside(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    run = compare([first, second], gold, draws=DRAWS).runs[0]
    assert (run.model, run.reports, run.codebook) == ("by-hand", 40, "kidney")
    assert (run.seconds, run.evaluated_tokens, run.generated_tokens) == (0.5, 20.0, 10.0)


def test_few_reports_get_no_interval_and_no_verdict_overall(shelf: Any, kidney: Any) -> None:
    rows = [{"side": "left", "normal": True, "cysts": 0}] * 4
    wrong = [{**row, "side": None} for row in rows]
    runs = [shelf.run(kidney.codebook, kidney.reports(one)) for one in (rows, wrong)]
    comparison = compare(runs, kidney.gold(rows), draws=DRAWS)
    micro = comparison.overall[0]
    assert (micro.difference.low, micro.verdict) == (None, Verdict.UNKNOWN)
    assert "4 of at least 5 reports" in (micro.difference.note or "")
    # The exact test needs no interval, and four cells show nothing.
    assert _accuracy(comparison, "side").verdict is Verdict.NONE


def test_the_same_seed_gives_the_same_numbers(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    one, again, other = (compare([first, second], gold, draws=DRAWS, seed=seed) for seed in (3, 3, 4))
    assert one.overall == again.overall
    assert one.overall != other.overall
    assert (one.settings["seed"], one.settings["draws"]) == (3, DRAWS)


def test_the_document_is_json(two: Callable[[], Any]) -> None:
    first, second, gold = two()
    comparison = compare([first, second], gold, draws=DRAWS)
    document = json.loads(json.dumps(comparison.as_dict(), allow_nan=False))
    assert document["baseline"] == first.id
    assert document["overall"][0]["verdict"] == "better"
    assert document["variables"][0]["differences"][0]["test"]["gained"] == 16


def test_one_run_is_no_comparison(two: Callable[[], Any]) -> None:
    first, _, gold = two()
    with pytest.raises(OptionError, match="needs two runs"):
        compare([first], gold)


def test_runs_without_a_report_in_common(shelf: Any, kidney: Any) -> None:
    rows = [{"side": "left", "normal": True, "cysts": 0}] * 4
    reports = kidney.reports(rows)
    halves = [dict(list(reports.items())[:2]), dict(list(reports.items())[2:])]
    runs = [shelf.run(kidney.codebook, half) for half in halves]
    with pytest.raises(OptionError, match="no report in common"):
        compare(runs, kidney.gold(rows))


def test_runs_without_a_variable_in_common(shelf: Any, kidney: Any) -> None:
    other = Codebook.model_validate(
        {"name": "other", "variables": [{"name": "stones", "kind": "count", "definition": "d"}]}
    )
    first = shelf.run(kidney.codebook, kidney.reports([{"side": "left"}]))
    second = shelf.run(other, kidney.reports([{"stones": 1}]))
    gold = kidney.gold([{"side": "left", "stones": 1}], ["side", "stones"])
    with pytest.raises(OptionError, match="no variable in common"):
        compare([first, second], gold)


def test_a_failed_answer_is_never_right(shelf: Any, kidney: Any) -> None:
    rows = [{"side": None, "normal": None, "cysts": None}] * 5
    first = shelf.run(kidney.codebook, kidney.reports(rows))
    failed = [{**row, "side": Status.FAILED} for row in rows]
    second = shelf.run(kidney.codebook, kidney.reports(failed))
    assert _accuracy(compare([first, second], kidney.gold(rows), draws=DRAWS), "side").test.lost == 5


def test_a_run_that_is_not_finished_is_said_to_be_so(two: Callable[[], Any], shelf: Any, kidney: Any) -> None:
    first, _, gold = two()
    half = shelf.run(kidney.codebook, kidney.reports([{"side": "left"}] * 20), status="interrupted")
    lines = said(compare([first, half], gold, draws=DRAWS))
    assert f"Run {half.id} is interrupted: only the reports done so far are compared." in lines
