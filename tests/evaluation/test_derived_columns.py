"""Derived columns: in the table, in gold, and evaluated like any other."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook import loads
from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.evaluate import evaluate
from epicrisis.evaluation.gold import gold_of_run, read_gold
from epicrisis.evaluation.pairing import pair
from epicrisis.extraction.answer import Answer, Status
from epicrisis.extraction.deriving import derive

CODEBOOK = loads("""\
name: prostate
variables:
  - {name: psa, kind: quantity, unit: ng/ml}
  - {name: volume, kind: quantity, unit: ml}
derive:
  - {name: density, kind: quantity, unit: ng/ml/cm3, formula: psa / volume}
  - name: risk
    kind: ordinal
    options: [low, high]
    cases: [{when: density > 0.15, value: high}, {value: low}]
""")


def answers(psa: float, volume: float | None) -> dict[str, Answer]:
    asked = {
        "psa": Answer(Status.STATED, {"value": psa, "unit": "ng/ml", "written": f"{psa} ug/l"}, None, 0.9),
        "volume": Answer(Status.NOT_MENTIONED)
        if volume is None
        else Answer(Status.STATED, {"value": volume, "unit": "ml"}, None, 0.8),
    }
    return asked | derive(CODEBOOK, asked)


@pytest.fixture
def run(shelf: Any) -> Any:
    return shelf.run(CODEBOOK, {"a": answers(6, 30), "b": answers(3, 60), "c": answers(3, None)})


def gold(folder: Path, *rows: str) -> Path:
    path = folder / "gold.csv"
    path.write_text("\n".join(("id,psa,volume,density,risk", *rows)), encoding="utf-8")
    return path


def test_they_stand_after_the_columns_that_are_asked(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    run.write(path, include=["status", "notes"])
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    names = [name for name in rows[0] if "__" not in name]
    assert names == ["id", "psa", "volume", "density", "risk"]
    first = rows[0]
    assert (first["density"], first["density__unit"], first["density__status"], first["density__notes"]) == (
        "0.2",
        "ng/ml/cm3",
        "inferred",
        "derived: psa / volume",
    )
    assert [row["risk"] for row in rows] == ["high", "low", ""]
    assert rows[2]["risk__status"] == "not_mentioned"
    long = tmp_path / "long.csv"
    run.write(long, form="long")
    again = read_gold(long, CODEBOOK)
    assert again.variables == ("psa", "volume", "density", "risk")


def test_gold_may_have_them(run: Any, tmp_path: Path) -> None:
    human = read_gold(gold(tmp_path, "a,6,30,0.2,high", "b,3,60,0.05,high", "c,3,,,"), CODEBOOK)
    assert human.variables == ("psa", "volume", "density", "risk")
    paired = pair(run, human, exclude={})
    outcomes = {name: [one.outcome for one in paired.column(name) if one] for name in CODEBOOK.names}
    assert outcomes["psa"] == [Outcome.RIGHT] * 3
    assert outcomes["density"] == [Outcome.RIGHT, Outcome.RIGHT, Outcome.SILENT]
    assert outcomes["risk"] == [Outcome.RIGHT, Outcome.WRONG, Outcome.SILENT]


def test_they_are_evaluated(run: Any, tmp_path: Path) -> None:
    path = gold(tmp_path, "a,6,30,0.2,high", "b,3,60,0.05,high", "c,3,,,")
    found = evaluate(run, path, draws=100)
    by_name = {variable.name: variable for variable in found.variables}
    assert list(by_name) == ["psa", "volume", "density", "risk"]
    assert by_name["density"].metrics["accuracy"].value == 1
    assert by_name["risk"].metrics["accuracy"].value == pytest.approx(2 / 3)


def test_a_run_is_gold_for_itself_with_them(run: Any) -> None:
    own = gold_of_run(run)
    assert own.variables == ("psa", "volume", "density", "risk")
    paired = pair(run, own, exclude={})
    assert all(one.outcome.agrees for name in CODEBOOK.names for one in paired.column(name) if one)
