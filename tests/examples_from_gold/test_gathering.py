"""Pools from files, reports and runs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import epicrisis
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import OptionError
from epicrisis.evaluation.gold import Blank, read_gold
from epicrisis.examples_from_gold import pool, pool_of
from epicrisis.report import Report

REPORTS = [("001", "Laesie links. Geen infarct."), ("002", "Laesie rechts."), ("003", "Oud infarct.")]
GOLD = [("001", "left", "no"), ("002", "right", ""), ("003", "", "yes")]


@pytest.fixture
def small(codebook: Codebook) -> Codebook:
    return codebook.subset({"side", "infarct"})


def write(path: Path, header: str, rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)
    return path


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write(tmp_path / "gold.csv", "id,side,infarct", GOLD)


def cells_of(found: Any) -> dict[str, dict[str, Any]]:
    return {one.id: {name: cell.value for name, cell in one.worked.cells.items()} for one in found.examples}


RIGHT = {"001": {"infarct": False, "side": "left"}, "002": {"side": "right"}, "003": {"infarct": True}}


def test_texts_come_from_the_reports(gold: Path, small: Codebook, tmp_path: Path) -> None:
    reports = write(
        tmp_path / "reports.csv",
        "id,text,patient",
        [(*one, f"p{one[0]}") for one in [*REPORTS, ("004", "Iets anders.")]],
    )
    found = pool(gold, small, reports)
    assert cells_of(found) == RIGHT
    assert [one.patient for one in found.examples] == ["p001", "p002", "p003"]
    assert found.notes == ()
    assert cells_of(pool(str(gold), small, REPORTS)) == RIGHT
    assert cells_of(pool(read_gold(gold, small), small, REPORTS)) == RIGHT


def test_texts_come_from_the_gold_itself(small: Codebook, tmp_path: Path) -> None:
    rows = [(*one[:1], REPORTS[place][1], *one[1:]) for place, one in enumerate(GOLD)]
    gold = write(tmp_path / "gold.csv", "id,report,side,infarct", rows)
    assert cells_of(pool(gold, small)) == RIGHT
    # Reports of the same ids that are others do not take their place; the same ones tell whose they are.
    others = [Report("001", "Een ander verslag.", "p9"), Report("002", "Laesie rechts.", "p2")]
    found = pool(gold, small, others)
    assert cells_of(found) == RIGHT
    assert [one.patient for one in found.examples] == [None, "p2", None]


def test_a_variable_is_not_taken_for_the_text(tmp_path: Path, codebook_of: Any) -> None:
    codebook = codebook_of({"name": "conclusion", "kind": "text"})
    gold = write(tmp_path / "gold.csv", "id,conclusion", [("001", "geen infarct")])
    with pytest.raises(OptionError, match="no text"):
        pool(gold, codebook)
    assert cells_of(pool(gold, codebook, REPORTS)) == {"001": {"conclusion": "geen infarct"}}


def test_texts_come_from_the_run(small: Codebook, tmp_path: Path) -> None:
    engine = ScriptedEngine(
        default={"infarct": {"quote": "Laesie", "value": True}, "side": {"quote": None, "value": None}}
    )
    run = epicrisis.extract(REPORTS[:2], small, engine, store=tmp_path / "store.sqlite")
    found = pool(run.id, small, store=tmp_path / "store.sqlite")
    assert cells_of(found) == {"001": {"infarct": True}, "002": {"infarct": True}}
    assert found.examples[0].worked.text == REPORTS[0][1]


def test_a_name_that_is_nothing(small: Codebook, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no file 'nothing'"):
        pool("nothing", small, REPORTS, store=tmp_path / "none.sqlite")


def test_reports_that_are_no_examples_are_counted(gold: Path, small: Codebook) -> None:
    found = pool(gold, small, [*REPORTS[:1], ("003", "  ")])
    assert cells_of(found) == {"001": RIGHT["001"]}
    assert found.notes == ("2 reports of the gold are no examples: they have no text.",)


def test_blanks_that_nobody_looked_at_are_not_shown_as_silence(gold: Path, small: Codebook) -> None:
    found = pool(gold, small, REPORTS, blank=Blank.IGNORE)
    assert set(cells_of(found)) == {"001"}
    assert len(found.notes) == 2
    assert "'infarct'" in " ".join(found.notes)


def test_a_variable_without_gold_leaves_none(gold: Path, codebook: Codebook) -> None:
    with pytest.raises(OptionError, match="can be an example") as raised:
        pool(gold, codebook.subset({"side", "infarct", "mta"}), REPORTS)
    assert "'mta'" in (raised.value.hint or "")


def test_values_without_a_quote_are_told(gold: Path, small: Codebook) -> None:
    found = pool(gold, small, [(name, "Niets.") if name == "003" else (name, text) for name, text in REPORTS])
    assert found.notes == ("1 of 3 examples have values without a quote that could be found.",)


def test_plain_data_will_do(small: Codebook, human: Any) -> None:
    cells = {"a": {"side": human("left"), "infarct": human()}}
    found = pool_of(cells, [Report("a", "links"), Report("b", "rechts"), Report("a", "again")], small)
    assert cells_of(found) == {"a": {"side": "left"}}


def test_no_message_holds_a_report(gold: Path, small: Codebook) -> None:
    with pytest.raises(OptionError) as raised:
        pool(gold, small, [("9", "geheim")])
    assert "geheim" not in str(raised.value)
