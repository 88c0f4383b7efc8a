"""What silence in gold means: scored, or left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli import run as command
from epicrisis.codebook import loads
from epicrisis.evaluation.evaluate import evaluate
from epicrisis.evaluation.gold import Gold, GoldCell
from epicrisis.evaluation.protocol import Protocol, by_protocol
from epicrisis.extraction.answer import Answer, Status

BOOK = loads(
    """
name: two
variables:
  - {name: drugs, kind: spans, definition: Drugs.}
  - {name: side, kind: category, definition: Side., options: [left, right]}
"""
)


def mention(text: str, start: int) -> dict[str, Any]:
    return {"text": text, "type": None, "start": start, "end": start + len(text)}


def said(value: Any) -> Answer:
    return Answer(Status.NOT_MENTIONED) if value is None else Answer(Status.STATED, value)


def gold_of(value: Any) -> GoldCell:
    return GoldCell(Status.NOT_MENTIONED if value is None else Status.STATED, value)


#: Gold's drugs and side, then the answer's. By hand, drugs: 2 of 3 answered are right where gold has some
#: (4 in gold), and one more is answered where gold is silent. Side: 2 right, 1 missed, 2 invented, 1 silent.
ASPIRIN, IRON, ZINC, NO = mention("aspirin", 0), mention("iron", 10), mention("zinc", 20), None
CASES = [
    ([ASPIRIN, IRON], "left", [ASPIRIN, ZINC], "left"),
    ([IRON, ZINC], "right", [IRON], "right"),
    (NO, "left", [ZINC], NO),
    (NO, NO, NO, "left"),
    ([], NO, NO, "right"),
    (NO, NO, NO, NO),
]
GOLD = Gold(
    "by hand",
    {f"r{n}": {"drugs": gold_of(case[0]), "side": gold_of(case[1])} for n, case in enumerate(CASES)},
    ("drugs", "side"),
)


@pytest.fixture
def run(shelf: Any) -> Any:
    answers = {f"r{n}": {"drugs": said(case[2]), "side": said(case[3])} for n, case in enumerate(CASES)}
    return shelf.run(BOOK, answers)


def test_the_strict_protocol_leaves_gold_as_it_is() -> None:
    assert by_protocol(GOLD, Protocol.STRICT) is GOLD


def test_the_lenient_one_keeps_what_has_a_value() -> None:
    found = by_protocol(GOLD, Protocol.LENIENT)
    assert {name: [*cells] for name, cells in found.cells.items()} == {
        "r0": ["drugs", "side"],
        "r1": ["drugs", "side"],
        "r2": ["side"],
        "r3": [],
        "r4": [],
        "r5": [],
    }
    assert found.notes == (
        "Lenient: 7 cells of by hand that say nothing are not scored; what is invented there costs nothing.",
    )
    assert by_protocol(found, Protocol.LENIENT).cells == found.cells


def test_what_a_hedge_says_is_scored() -> None:
    hedged = Gold("x", {"a": {"side": GoldCell(Status.UNCERTAIN, "left")}}, ("side",))
    assert by_protocol(hedged, Protocol.LENIENT).cells == hedged.cells


def test_invented_answers_cost_in_one_protocol_only(run: Any) -> None:
    strict, lenient = (evaluate(run, GOLD, draws=20, lenient=flag) for flag in (False, True))
    drugs, side = strict.variables
    assert drugs.metrics["strict_precision"].value == pytest.approx(2 / 4)
    assert drugs.metrics["strict_recall"].value == pytest.approx(2 / 4)
    assert side.metrics["value_precision"].value == pytest.approx(2 / 4)
    assert side.metrics["accuracy"].value == pytest.approx(3 / 6)
    assert strict.outcomes["invented"] == 3
    drugs, side = lenient.variables
    assert drugs.metrics["strict_precision"].value == pytest.approx(2 / 3)
    assert drugs.metrics["strict_recall"].value == pytest.approx(2 / 4)
    assert side.metrics["value_precision"].value == pytest.approx(1)
    assert side.metrics["accuracy"].value == pytest.approx(2 / 3)
    assert lenient.outcomes["invented"] == 0 == lenient.outcomes["silent"]
    assert lenient.overall["invented_rate"].value is None
    assert set(lenient.matching.excluded) == {"r3", "r4", "r5"}
    assert (strict.settings["lenient"], lenient.settings["lenient"]) == (False, True)
    assert any(note.startswith("Lenient: 7 cells") for note in lenient.notes)


def test_it_is_an_option_of_the_command(run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["id,variable,value,status,start,end"]
    for name, cells in GOLD.cells.items():
        for variable, cell in cells.items():
            if variable == "drugs" and cell.value:
                rows += [f"{name},drugs,{one['text']},,{one['start']},{one['end']}" for one in cell.value]
            else:
                rows.append(f"{name},{variable},{cell.value or ''},{'' if cell.value else 'not_mentioned'},,")
    path = tmp_path / "gold.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    arguments = ["evaluate", run.id, str(path), "--store", str(run.store_path), "--draws", "20", "--json"]
    # Cells in which somebody saw that there is nothing are not blank: --blank cannot leave them out.
    found = {}
    for name, more in {"ours": [], "blank": ["--blank", "ignore"], "lenient": ["--lenient"]}.items():
        assert command([*arguments, *more]) == 0
        found[name] = json.loads(capsys.readouterr().out)["outcomes"]["invented"]
    assert found == {"ours": 3, "blank": 3, "lenient": 0}
