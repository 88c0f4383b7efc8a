"""The command line in an empty folder, with an engine whose every answer is written by the test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli import run
from epicrisis.engines.engine import Reply, Request
from epicrisis.engines.scripted import ScriptedEngine

CODEBOOK = """\
name: kidney
variables:
  - name: side
    kind: category
    definition: The side the report is about.
    options: [left, right]
  - name: normal
    kind: boolean
    definition: Whether the kidney is called normal.
"""
REPORTS = """\
id,patient,text,ward
007,p1,"The left kidney is normal.",A
008,p2,"The right kidney shows a cyst, the left one does not.",B
009,p3,"Both kidneys: see the previous report.",C
"""


class WatchedEngine(ScriptedEngine):
    """Valid answers to every schema; remembers the ids asked, and can be told to misbehave."""

    def __init__(self, parallel: int = 1) -> None:
        base = ScriptedEngine.from_schema(parallel=parallel)
        super().__init__(base._replies, parallel=parallel, model="watched")
        self.asked: list[str | None] = []
        self.before: Callable[[Request, threading.Event | None], None] | None = None

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        self.asked.append(request.report_id)
        if self.before is not None:
            self.before(request, cancel)
        return super().complete(request, cancel)


@dataclass
class Result:
    code: int
    out: str
    err: str


@dataclass
class Workplace:
    """A folder with a codebook, reports and an engine; ``openings`` counts how often it was opened."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    engine: WatchedEngine = field(default_factory=WatchedEngine)
    openings: int = 0
    open_error: Exception | None = None

    def __call__(self, *arguments: str) -> Result:
        """Run ``epicrisis`` with these arguments."""
        self.capsys.readouterr()
        code = run(arguments)
        captured = self.capsys.readouterr()
        return Result(code, captured.out, captured.err)

    def extract(
        self, *arguments: str, codebook: str = "codebook.yaml", reports: str = "reports.csv"
    ) -> Result:
        return self("extract", codebook, reports, "--engine", "scripted:engine.jsonl", *arguments)

    def open(self, *_: Any, **__: Any) -> WatchedEngine:
        self.openings += 1
        if self.open_error is not None:
            raise self.open_error
        return self.engine


@pytest.fixture
def epicrisis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Workplace:
    for name in ("EPICRISIS_STORE", "EPICRISIS_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path.parent / "home"))
    monkeypatch.setenv("COLUMNS", "120")
    folder = tmp_path / "study"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    (folder / "reports.csv").write_text(REPORTS, encoding="utf-8")
    (folder / "engine.jsonl").write_text("")
    place = Workplace(folder, capsys)
    monkeypatch.setattr("epicrisis.engines.address.open_engine", place.open)
    return place
