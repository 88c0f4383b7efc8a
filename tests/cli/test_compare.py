"""``epicrisis compare``: real runs beside each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import epicrisis
from epicrisis.cli.exits import DONE, NOT_STARTED
from epicrisis.engines.scripted import ScriptedEngine

REPORTS = 30


def _row(number: int) -> dict[str, Any]:
    return {"side": "left" if number % 2 else "right", "normal": number % 3 == 0}


def _engine(model: str, wrong: int) -> ScriptedEngine:
    """Quotes what it says; the side is wrong in the first ``wrong`` reports."""

    def member(schema: Mapping[str, Any], value: Any, quote: str) -> Any:
        shapes = [schema, *schema.get("anyOf", ())]
        pair = next((shape["properties"] for shape in shapes if "properties" in shape), None)
        return value if pair is None else {key: {"value": value, "quote": quote}[key] for key in pair}

    def reply(request: Any) -> dict[str, Any]:
        number = int(request.report_id)
        truth = _row(number)
        side = {"left": "right", "right": "left"}[truth["side"]] if number < wrong else truth["side"]
        said = {"side": (side, f"the {side} kidney"), "normal": (truth["normal"], "kidney")}
        return {name: member(schema, *said[name]) for name, schema in request.schema["properties"].items()}

    return ScriptedEngine(reply, model=model)


def _text(number: int) -> str:
    return f"Report {number}: the left kidney, the right kidney."


@pytest.fixture
def runs(epicrisis: Any) -> tuple[str, str]:
    """A run that has the side wrong in 20 of 30 reports, and one that has it wrong in 2 and lacks 3."""
    return _extract("small", 20, range(REPORTS)), _extract("large", 2, range(REPORTS - 3))


def _extract(model: str, wrong: int, numbers: range) -> str:
    reports = [(str(number), _text(number)) for number in numbers]
    return epicrisis.extract(reports, "codebook.yaml", _engine(model, wrong)).id


@pytest.fixture
def gold() -> str:
    rows = [_row(number) for number in range(REPORTS)]
    lines = [f"{number},{row['side']},{str(row['normal']).lower()}\n" for number, row in enumerate(rows)]
    Path("gold.csv").write_text("id,side,normal\n" + "".join(lines))
    return "gold.csv"


def test_compare(epicrisis: Any, runs: tuple[str, str], gold: str) -> None:
    result = epicrisis("compare", *runs, "--gold", gold)
    assert result.code == DONE, result.err
    assert "Compared on 27 reports and 2 variables" in result.out
    assert f"run {runs[1]} does not have them: 3 reports (27, 28, 29)" in result.out
    lines = [line.split() for line in result.out.splitlines()]
    side = next(words for words in lines if words[:2] == ["side", "accuracy"])
    assert side[2:6] == ["27", "0.259", "0.926", "+0.667"]
    assert side[-2:] == ["<0.001", "better"]
    plot = result.out[result.out.index("worse") :]
    assert "●" in next(line for line in plot.splitlines() if line.startswith("side"))
    assert "○" in next(line for line in plot.splitlines() if line.startswith("normal"))
    assert "the left kidney" not in result.out


def test_json_has_everything(epicrisis: Any, runs: tuple[str, str], gold: str) -> None:
    document = json.loads(epicrisis("compare", *runs, "--gold", gold, "--json").out)
    assert [run["run"] for run in document["runs"]] == list(runs)
    assert [run["model"] for run in document["runs"]] == ["small", "large"]
    assert document["left_out"]["missing"] == {runs[1]: ["27", "28", "29"]}
    side = document["variables"][0]["differences"][0]
    assert side["difference"]["value"] == pytest.approx(18 / 27)
    assert side["test"]["gained"] == 18


def test_pages_are_written(epicrisis: Any, runs: tuple[str, str], gold: str) -> None:
    result = epicrisis("compare", *runs, "--gold", gold, "--html", "c.html", "--markdown", "c.md")
    assert (result.code, Path("c.html").read_text()[:15]) == (DONE, "<!doctype html>")
    assert "| side | accuracy | better |" in Path("c.md").read_text()
    assert "c.html" in result.err
    refused = epicrisis("compare", *runs, "--gold", gold, "--html", "nowhere/c.html")
    assert refused.code == NOT_STARTED
    assert "does not exist" in refused.err


def test_a_run_can_be_gold_and_blanks_can_be_ignored(epicrisis: Any, runs: tuple[str, str]) -> None:
    third = _extract("third", 0, range(10))
    result = epicrisis("compare", *runs, "--gold", third)
    assert "Compared on 10 reports" in result.out
    Path("gold.csv").write_text("id,side,normal\n" + "".join(f"{n},,true\n" for n in range(10)))
    result = epicrisis("compare", *runs, "--gold", "gold.csv", "--blank", "ignore", "--json")
    document = json.loads(result.out)
    assert document["blank"] == "ignore"
    assert [variable["n"] for variable in document["variables"]] == [0, 10]


def test_what_makes_no_sense(epicrisis: Any, runs: tuple[str, str], gold: str) -> None:
    for names, words in (
        ((), "No run is named"),
        (runs[:1], "needs two runs"),
        ((runs[0], runs[0]), f"Run {runs[0]} is named twice"),
        ((runs[0], "nope"), "no run 'nope'"),
    ):
        result = epicrisis("compare", *names, "--gold", gold)
        assert result.code == NOT_STARTED
        assert words in result.err
    assert epicrisis("compare", *runs).code == NOT_STARTED
    assert "nope.csv" in epicrisis("compare", *runs, "--gold", "nope.csv").err


def test_runs_with_nothing_in_common(epicrisis: Any, runs: tuple[str, str], gold: str) -> None:
    apart = _extract("apart", 0, range(28, 30))
    result = epicrisis("compare", runs[1], apart, "--gold", gold)
    assert result.code == NOT_STARTED
    assert "no report in common" in result.err
