"""``epicrisis diff``: the cells that changed between two real runs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import epicrisis
from epicrisis.cli.exits import DONE, NOT_STARTED
from epicrisis.engines.scripted import ScriptedEngine

TEXT = "The left kidney is normal; the right kidney shows a cyst."


def _extract(model: str, sides: Mapping[str, str | None]) -> str:
    def member(schema: Mapping[str, Any], value: Any, quote: str | None) -> Any:
        shapes = [schema, *schema.get("anyOf", ())]
        pair = next((shape["properties"] for shape in shapes if "properties" in shape), None)
        return value if pair is None else {key: {"value": value, "quote": quote}[key] for key in pair}

    def reply(request: Any) -> dict[str, Any]:
        side = sides[request.report_id]
        said = {"side": (side, side and f"{side} kidney"), "normal": (True, "kidney is normal")}
        return {name: member(schema, *said[name]) for name, schema in request.schema["properties"].items()}

    reports = [(name, f"Report {name}. {TEXT}") for name in sides]
    return epicrisis.extract(reports, "codebook.yaml", ScriptedEngine(reply, model=model)).id


@pytest.fixture
def runs(epicrisis: Any) -> tuple[str, str]:
    return (
        _extract("old", {"a": "left", "b": "left", "c": "left", "x": "left"}),
        _extract("new", {"a": "left", "b": "right", "c": "right", "y": "left"}),
    )


def test_the_cells_that_changed(epicrisis: Any, runs: tuple[str, str]) -> None:
    result = epicrisis("diff", *runs)
    assert result.code == DONE, result.err
    assert f"From {runs[0]} to {runs[1]}: 3 reports in both." in result.out
    assert f"Only in {runs[0]}: 1 report." in result.out
    assert f"Only in {runs[1]}: 1 report." in result.out
    assert "- left (stated)  “left kidney”" in result.out
    assert "+ right (stated)  “right kidney”" in result.out
    assert "Nothing changed in 1 variable." in result.out
    counts = next(line.split() for line in result.out.splitlines() if line.startswith("side "))
    assert counts == ["side", "3", "2", "0"]


def test_with_gold(epicrisis: Any, runs: tuple[str, str]) -> None:
    Path("gold.csv").write_text("id,side\nb,right\nc,left\n")
    result = epicrisis("diff", *runs, "--gold", "gold.csv")
    assert "b   gold: right, agrees with new" in result.out
    assert "c   gold: left, agrees with old" in result.out
    counts = next(line.split() for line in result.out.splitlines() if line.startswith("side "))
    assert counts == ["side", "3", "2", "0", "1", "1"]


def test_limits(epicrisis: Any, runs: tuple[str, str]) -> None:
    result = epicrisis("diff", *runs, "--limit", "1")
    assert "1 more changed cell" in result.out
    assert "\n  c" not in result.out
    assert "kidney" not in epicrisis("diff", *runs, "--limit", "0").out.replace(runs[0], "").replace(
        runs[1], ""
    )
    assert epicrisis("diff", *runs, "--limit", "-1").code == NOT_STARTED
    document = json.loads(epicrisis("diff", *runs, "--json", "--limit", "1").out)
    assert len(document["cells"]) == 1
    assert document["variables"][0]["values"] == 2


def test_json(epicrisis: Any, runs: tuple[str, str]) -> None:
    document = json.loads(epicrisis("diff", *runs, "--variable", "side", "--json").out)
    assert [one["variable"] for one in document["variables"]] == ["side"]
    assert document["cells"][0] == {
        "report": "b",
        "variable": "side",
        "change": "value",
        "old": {"value": "left", "status": "stated", "quote": "left kidney"},
        "new": {"value": "right", "status": "stated", "quote": "right kidney"},
        "gold": None,
        "agrees": None,
    }


def test_what_makes_no_sense(epicrisis: Any, runs: tuple[str, str]) -> None:
    for arguments, words in (
        ((runs[0], "nope"), "no run 'nope'"),
        ((runs[0], runs[0]), "named twice"),
        ((*runs, "--variable", "sied"), "no variable 'sied'"),
        ((*runs, "--gold", "nope.csv"), "nope.csv"),
    ):
        result = epicrisis("diff", *arguments)
        assert result.code == NOT_STARTED
        assert words in result.err
    assert epicrisis("diff", runs[0]).code == NOT_STARTED


def test_diff_needs_no_extra_and_compare_names_the_one_it_needs(runs: tuple[str, str]) -> None:
    Path("gold.csv").write_text("id,side\nb,right\n")
    program = (
        "import sys\n"
        "for name in ('numpy', 'scipy', 'jinja2', 'polars'): sys.modules[name] = None\n"
        "import epicrisis.cli\n"
        "epicrisis.cli.main(sys.argv[1:])"
    )

    def call(command: str) -> Any:
        arguments = [sys.executable, "-c", program, command, *runs, "--gold", "gold.csv"]
        return subprocess.run(arguments, capture_output=True, text=True, check=False)

    done = call("diff")
    assert (done.returncode, done.stderr) == (DONE, "")
    assert "agrees with new" in done.stdout
    refused = call("compare")
    assert refused.returncode == NOT_STARTED
    assert "pip install 'epicrisis[evaluation]'" in refused.stderr
