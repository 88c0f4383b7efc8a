"""``epicrisis runs`` and ``epicrisis export``: what was done, looked at afterwards."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli.exits import DONE, NOT_STARTED


@pytest.fixture
def done(epicrisis: Any) -> Any:
    epicrisis.extract("--quiet")
    epicrisis.openings = 0
    return epicrisis


def test_list(done: Any) -> None:
    done.extract("--limit", "1", "--quiet")
    rows = json.loads(done("runs", "list", "--json").out)
    assert [row["total"] for row in rows] == [1, 3]
    assert {row["status"] for row in rows} == {"finished"}
    table = done("runs", "list").out
    assert rows[0]["run"] in table
    assert "3/3" in table


def test_list_of_nothing(epicrisis: Any) -> None:
    result = epicrisis("runs", "list")
    assert result.code == NOT_STARTED
    assert "no run store" in result.err


def test_show(done: Any) -> None:
    shown = done("runs", "show").out
    assert "3 of 3 done, 0 failed" in shown
    assert "kidney" in shown
    assert "text: text, id: id, patient: patient" in shown
    document = json.loads(done("runs", "show", "latest", "--json").out)
    assert document["codebook"]["text"] == Path("codebook.yaml").read_text()
    assert document["source"]["columns"]["carried"] == ["ward"]
    assert document["counts"] == {"total": 3, "done": 3, "failed": 0, "failed_answers": 0}


def test_show_of_a_run_that_is_not_there(done: Any) -> None:
    result = done("runs", "show", "nope")
    assert result.code == NOT_STARTED
    assert "epicrisis runs list" in result.err


def test_remove(done: Any) -> None:
    run = json.loads(done("runs", "list", "--json").out)[0]["run"]
    refused = done("runs", "rm", run)
    assert refused.code == NOT_STARTED
    assert "--yes" in refused.err
    assert done("runs", "rm").code == NOT_STARTED
    assert done("runs", "rm", run, "--yes").code == DONE
    assert json.loads(done("runs", "list", "--json").out) == []
    written = b"".join(path.read_bytes() for path in Path(".epicrisis").iterdir())
    assert b"left kidney" not in written


def test_export_to_stdout(done: Any) -> None:
    result = done("export")
    assert result.code == DONE
    rows = list(csv.DictReader(io.StringIO(result.out)))
    assert [row["id"] for row in rows] == ["007", "008", "009"]
    assert done.openings == 0


def test_export_with_more_columns(done: Any) -> None:
    header = done("export", "--with", "status,evidence, confidence").out.splitlines()[0]
    assert header.startswith("id,patient,ward,side,side__status,side__evidence,side__confidence,normal")
    wrong = done("export", "--with", "colour")
    assert wrong.code == NOT_STARTED
    assert "colour" in wrong.err


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "xlsx"])
def test_export_to_a_file(done: Any, ending: str) -> None:
    result = done("export", "latest", "--out", f"t.{ending}")
    assert (result.code, result.out) == (DONE, ""), result.err
    assert "3 rows" in result.err
    assert Path(f"t.{ending}").stat().st_size > 0


def test_export_long(done: Any) -> None:
    rows = [json.loads(line) for line in done("export", "--long", "--to", "jsonl").out.splitlines()]
    assert {row["variable"] for row in rows} == {"side", "normal"}
    assert {row["id"] for row in rows} == {"007", "008", "009"}


def test_what_cannot_be_exported(done: Any) -> None:
    assert "--out" in done("export", "--to", "parquet").err
    assert done("export", "nope").code == NOT_STARTED
    missing = done("export", "--out", "no/such/folder/t.csv")
    assert missing.code == NOT_STARTED
    assert "does not exist" in missing.err
