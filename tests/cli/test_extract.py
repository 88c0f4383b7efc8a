"""``epicrisis extract``: exit codes, what is asked, what is said, and what bad input gets."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli.exits import DONE, INTERRUPTED, NOT_STARTED, SOME_FAILED
from epicrisis.engines.engine import Request
from epicrisis.errors import EngineTimeoutError, EngineUnreachableError, ModelError


def test_a_table_in_one_command(epicrisis: Any) -> None:
    result = epicrisis.extract("--out", "table.csv")
    assert result.code == DONE
    with Path("table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["007", "008", "009"]
    assert [row["ward"] for row in rows] == ["A", "B", "C"]
    assert set(rows[0]) == {"id", "patient", "ward", "side", "normal"}
    assert "3 of 3 reports done" in result.out
    assert "table.csv" in result.out


def test_the_same_command_again_loads_nothing(epicrisis: Any) -> None:
    epicrisis.extract()
    asked = len(epicrisis.engine.asked)
    epicrisis.openings = 0
    result = epicrisis.extract("--out", "table.csv")
    assert (result.code, epicrisis.openings, len(epicrisis.engine.asked)) == (DONE, 0, asked)
    assert "3 known before" in result.out
    assert Path("table.csv").exists()


def test_fresh_asks_again(epicrisis: Any) -> None:
    epicrisis.extract()
    asked = len(epicrisis.engine.asked)
    assert epicrisis.extract("--fresh").code == DONE
    assert len(epicrisis.engine.asked) == 2 * asked


def test_some_reports_only(epicrisis: Any) -> None:
    epicrisis.extract("--limit", "1")
    assert set(epicrisis.engine.asked) == {"007"}
    epicrisis.extract("--ids", "009, 008")
    assert set(epicrisis.engine.asked) == {"007", "008", "009"}
    Path("ids.txt").write_text("﻿007\n\n009\n", encoding="utf-8")
    result = epicrisis.extract("--ids", "ids.txt", "--json", "--quiet")
    assert json.loads(result.out)["reports"]["known_before"] == 2


def test_columns_under_other_names(epicrisis: Any) -> None:
    Path("r.csv").write_text("text,nr,wie,wanneer\nA note,1,p9,2026-01-02\n")
    args = ("--text", "text", "--id", "nr", "--patient", "wie", "--date", "wanneer", "--out", "t.jsonl")
    assert epicrisis.extract(*args, reports="r.csv").code == DONE
    (row,) = [json.loads(line) for line in Path("t.jsonl").read_text().splitlines()]
    assert (row["nr"], row["wie"], row["wanneer"]) == ("1", "p9", "2026-01-02")


def test_some_failed(epicrisis: Any) -> None:
    def fail(request: Request, cancel: threading.Event | None) -> None:
        if request.report_id == "008":
            raise EngineTimeoutError("No answer within 5 s.")

    epicrisis.engine.before = fail
    result = epicrisis.extract("--out", "table.csv")
    assert result.code == SOME_FAILED
    assert "1 report failed" in result.out
    assert "engine-timeout: No answer within 5 s." in result.out
    assert len(Path("table.csv").read_text().splitlines()) == 4
    epicrisis.engine.before = None
    assert epicrisis.extract().code == DONE


def test_an_empty_report_fails_and_the_others_go_on(epicrisis: Any) -> None:
    Path("reports.csv").write_text('id,text\n1,"one"\n2,""\n3,"three"\n')
    result = epicrisis.extract("--json")
    assert result.code == SOME_FAILED
    document = json.loads(result.out)
    assert document["reports"]["failed"] == 1
    assert document["status"] == "finished"
    assert set(epicrisis.engine.asked) == {"1", "3"}


def test_an_engine_that_dies_stops_the_run_which_can_go_on(epicrisis: Any) -> None:
    lines = "".join(f'{n},"report number {n}"\n' for n in range(30))
    Path("reports.csv").write_text("id,text\n" + lines)

    def die(request: Request, cancel: threading.Event | None) -> None:
        if int(request.report_id or "0") >= 3:
            raise EngineUnreachableError("Connection refused.")

    epicrisis.engine.before = die
    result = epicrisis.extract("--out", "table.csv")
    assert result.code == SOME_FAILED
    assert "error: Too many reports failed in a row" in result.err
    assert "Connection refused" in result.err
    assert not Path("table.csv").exists()
    assert "epicrisis export" in result.out
    epicrisis.engine.before = None
    again = epicrisis.extract("--out", "table.csv")
    assert again.code == DONE
    assert "3 known before" in again.out
    assert len(Path("table.csv").read_text().splitlines()) == 31


def test_quiet_says_nothing_when_all_is_well(epicrisis: Any) -> None:
    result = epicrisis.extract("--quiet")
    assert (result.code, result.out, result.err) == (DONE, "", "")


def test_progress_goes_to_stderr(epicrisis: Any) -> None:
    result = epicrisis.extract("--json")
    json.loads(result.out)
    assert "3/3" in result.err


def test_the_store_can_be_elsewhere(epicrisis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    epicrisis.extract("--store", "elsewhere/runs.sqlite")
    assert Path("elsewhere/runs.sqlite").exists()
    assert not Path(".epicrisis").exists()
    monkeypatch.setenv("EPICRISIS_STORE", "elsewhere/runs.sqlite")
    assert "3 known before" in epicrisis.extract().out


BAD_INPUT: dict[str, tuple[list[str], str, str]] = {
    "no codebook": (["extract", "missing.yaml", "reports.csv"], "missing.yaml", "codebook"),
    "no shipped codebook": (["extract", "brain-mr", "reports.csv"], "brain-mr", "brain-mri"),
    "a typo in the codebook": (["extract", "typo.yaml", "reports.csv"], "typo.yaml:4", "definition"),
    "no reports": (["extract", "codebook.yaml", "missing.csv"], "missing.csv", ""),
    "an empty file": (["extract", "codebook.yaml", "empty.csv"], "empty.csv", ""),
    "no text column": (["extract", "codebook.yaml", "columns.csv"], "text", "--text"),
    "a column that is not there": (
        ["extract", "codebook.yaml", "reports.csv", "--text", "tekst"],
        "tekst",
        "text",
    ),
    "an id twice": (["extract", "codebook.yaml", "twice.csv"], "more than once", "--id"),
    "a binary file": (["extract", "codebook.yaml", "binary.csv"], "binary.csv", ""),
    "no engine": (
        ["extract", "codebook.yaml", "reports.csv", "--engine", "gpt-9"],
        "gpt-9",
        "epicrisis models",
    ),
    "no model file": (["extract", "codebook.yaml", "reports.csv", "--engine", "no.gguf"], "no.gguf", ""),
    "no folder for the table": (
        ["extract", "codebook.yaml", "reports.csv", "--out", "no/t.csv"],
        "no",
        "Make it",
    ),
    "the input as the table": (
        ["extract", "codebook.yaml", "reports.csv", "--out", "../study/reports.csv"],
        "input",
        "another name",
    ),
    "an unknown kind of table": (
        ["extract", "codebook.yaml", "reports.csv", "--out", "t.docx"],
        "docx",
        "csv",
    ),
    "a store that is no store": (
        ["extract", "codebook.yaml", "reports.csv", "--store", "reports.csv"],
        "store",
        "",
    ),
    "ids that are not there": (["extract", "codebook.yaml", "reports.csv", "--ids", "7"], "id 7", "007"),
    "no limit": (["extract", "codebook.yaml", "reports.csv", "--limit", "0"], "limit", ""),
    "a name twice": (["extract", "codebook.yaml", "clash.csv", "--out", "t.csv"], "side", "Rename"),
    "an unknown option": (["extract", "codebook.yaml", "reports.csv", "--limt", "1"], "--limt", "--limit"),
    "an unknown command": (["extrct"], "extrct", "extract"),
    "too few words": (["extract", "codebook.yaml"], "REPORTS", "--help"),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_stops_before_anything_is_begun(epicrisis: Any, name: str) -> None:
    arguments, named, hint = BAD_INPUT[name]
    Path("typo.yaml").write_text(
        "name: x\nvariables:\n  - {name: a, kind: text}\n  - {name: b, kind: text, definiton: c}\n"
    )
    Path("empty.csv").write_text("")
    Path("columns.csv").write_text("a,b,c\n1,2,3\n4,5,6\n")
    Path("twice.csv").write_text("id,text\n1,one\n1,two\n")
    Path("clash.csv").write_text("id,text,side\n1,one,x\n")
    Path("binary.csv").write_bytes(b"PK\x03\x04" + bytes(range(256)) * 8)
    before = sorted(Path().rglob("*"))
    if arguments[0] == "extract" and "--engine" not in arguments:
        arguments = [*arguments, "--engine", "scripted:engine.jsonl"]
    result = epicrisis(*arguments)
    assert result.code == NOT_STARTED
    assert result.out == ""
    assert result.err.startswith("error: ")
    assert named in result.err
    assert hint in result.err
    assert "Traceback" not in result.err
    assert sorted(Path().rglob("*")) == before, "nothing was written"
    assert epicrisis.openings == 0, "no model was loaded"


def test_an_engine_that_cannot_be_opened_leaves_no_run(epicrisis: Any) -> None:
    epicrisis.open_error = ModelError("The model is cut short.", hint="Fetch it again.")
    result = epicrisis.extract()
    assert result.code == NOT_STARTED
    assert "error: The model is cut short.\nFetch it again.\n" in result.err
    assert json.loads(epicrisis("runs", "list", "--json").out) == []


def test_an_unforeseen_error_is_told_without_its_message(
    epicrisis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    epicrisis.open_error = RuntimeError("canary words")
    result = epicrisis.extract()
    assert result.code == NOT_STARTED
    assert "RuntimeError" in result.err
    assert "EPICRISIS_DEBUG=1" in result.err
    monkeypatch.setenv("EPICRISIS_DEBUG", "1")
    debugged = epicrisis.extract()
    assert "builtins.RuntimeError" in debugged.err
    assert "conftest.py" in debugged.err
    assert "canary" not in result.err + debugged.err


def test_ctrl_c_while_the_model_loads(epicrisis: Any) -> None:
    epicrisis.open_error = KeyboardInterrupt()  # type: ignore[assignment]
    result = epicrisis.extract()
    assert result.code == INTERRUPTED
    assert "give the same command again" in result.err
