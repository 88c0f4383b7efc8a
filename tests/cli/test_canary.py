"""Report text stays in the run store and the table: it is in nothing else the program writes."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli.exits import INTERRUPTED, NOT_STARTED, SOME_FAILED
from epicrisis.engines.engine import Request
from epicrisis.errors import EngineProtocolError

CANARY = "Zwaluwstaartje"


@pytest.fixture
def study(epicrisis: Any) -> Any:
    rows = "".join(f'{n},"Mevrouw {CANARY} {n} heeft niets."\n' for n in range(40))
    Path("reports.csv").write_text(f'id,text\n{rows}40,""\n', encoding="utf-8")
    return epicrisis


def everything_said(study: Any, *results: Any) -> str:
    """Output, and every file but the store's own, the table and the reports."""
    files = [
        path
        for path in Path().rglob("*")
        if path.is_file()
        and path.name not in ("reports.csv", "table.csv", "copy.csv")
        and not path.name.startswith("store.sqlite")
    ]
    said = "".join(result.out + result.err for result in results)
    named = "".join(str(path) for path in Path().rglob("*"))
    return said + named + "".join(path.read_text("utf-8", errors="replace") for path in files)


@pytest.mark.parametrize("debug", ["0", "1"])
def test_failures_and_errors_do_not_quote_the_report(
    study: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, debug: str
) -> None:
    monkeypatch.setenv("EPICRISIS_DEBUG", debug)
    caplog.set_level(logging.DEBUG)

    def misbehave(request: Request, cancel: threading.Event | None) -> None:
        text = " ".join(message.content for message in request.messages)
        if request.report_id in ("3", "13", "23"):
            raise ValueError(text)
        if request.report_id in ("5", "15"):
            raise EngineProtocolError("The server answered HTML.")
        if request.report_id in ("6", "16"):
            raise ExceptionGroup(text, [KeyError(text)])

    study.engine.before = misbehave
    first = study.extract("--out", "table.csv")
    assert first.code == SOME_FAILED
    assert "internal error (ValueError)" in first.out
    study.engine.before = lambda request, cancel: (_ for _ in ()).throw(RuntimeError(str(request.messages)))
    second = study.extract("--fresh")
    assert "Too many reports failed in a row" in second.err
    shown = study("runs", "show", "--json"), study("runs", "list"), study("runs", "show")
    said = everything_said(study, first, second, *shown)
    manifest = json.loads(shown[0].out)
    assert CANARY not in said + caplog.text + json.dumps(manifest)
    assert CANARY not in "".join(str(record.__dict__) for record in caplog.records)


@pytest.mark.parametrize("debug", ["0", "1"])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError(CANARY), NOT_STARTED),
        (MemoryError(CANARY), NOT_STARTED),
        (KeyboardInterrupt(CANARY), INTERRUPTED),
    ],
)
def test_what_stops_a_run_does_not_quote_it(
    study: Any, monkeypatch: pytest.MonkeyPatch, debug: str, error: BaseException, code: int
) -> None:
    monkeypatch.setenv("EPICRISIS_DEBUG", debug)
    study.open_error = error
    result = study.extract()
    assert result.code == code
    assert CANARY not in everything_said(study, result)


@pytest.mark.parametrize(
    "content",
    [
        f"{CANARY} heeft niets\n{CANARY} heeft iets\n",
        f"id,text\n1,{CANARY}\n1,{CANARY}\n",
        f'id,text\n1,"{CANARY}\n2,{CANARY}',
        f"id,text\n1,{CANARY},{CANARY},{CANARY}\n",
        f'{{"id": 1, "text": "{CANARY}"',
    ],
)
@pytest.mark.parametrize("ending", ["csv", "jsonl", "json", "parquet", "xlsx"])
def test_a_broken_file_is_not_quoted(study: Any, content: str, ending: str) -> None:
    name = f"copy.{ending}"
    Path(name).write_text(content, encoding="utf-8")
    result = study.extract(reports=name)
    Path(name).unlink()
    assert CANARY not in everything_said(study, result)


def test_texts_can_be_kept_out_of_the_store_too(study: Any) -> None:
    study.extract("--no-text", "--quiet")
    written = b"".join(path.read_bytes() for path in Path(".epicrisis").iterdir())
    assert f"Mevrouw {CANARY}".encode() not in written
