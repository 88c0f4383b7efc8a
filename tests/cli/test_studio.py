"""``epicrisis studio``: accounts, refusing to start, and serving until a signal."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from epicrisis.cli import run

PASSWORD = "correct horse battery"


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(PASSWORD + "\n"))


def test_accounts_are_added_listed_changed_and_removed(
    tmp_path: Path, says: None, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--project", str(tmp_path / "study")]
    assert run(["studio", "user", "add", "anna", "--role", "admin", *place]) == 0
    capsys.readouterr()

    assert run(["studio", "user", "list", "--json", *place]) == 0

    (anna,) = json.loads(capsys.readouterr().out)
    assert (anna["name"], anna["role"]) == ("anna", "admin")
    assert run(["studio", "user", "role", "anna", "viewer", *place]) == 2
    assert "only admin" in capsys.readouterr().err
    assert run(["studio", "user", "remove", "bo", *place]) == 2


def test_it_does_not_open_to_others_without_accounts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["studio", "--host", "0.0.0.0", "--project", str(tmp_path)]) == 2
    assert "no accounts" in capsys.readouterr().err


def test_a_run_that_is_not_there_is_said_before_serving(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["studio", "--run", "latest", "--project", str(tmp_path), "--port", "0"]) == 2
    assert "run store" in capsys.readouterr().err


def test_it_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "epicrisis", "studio", "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [*command, "--project", str(tmp_path / "study")], stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            address = process.stderr.readline().split(": ", 1)[1].strip()
            process.stderr.readline()
            with urllib.request.urlopen(f"{address}healthz", timeout=60) as answer:
                healthy = json.load(answer)
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert healthy["status"] == "ok"
    assert process.returncode == 130, rest
    assert "Traceback" not in rest
