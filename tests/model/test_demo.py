"""The demo's path with the real default model, on two reports. Left out unless asked for (``-m model``):
it fetches 1.1 GB."""

from __future__ import annotations

from pathlib import Path

import pytest

from epicrisis.api import open_run
from epicrisis.cli import run
from epicrisis.extraction.answer import Status

pytestmark = pytest.mark.model


def test_two_reports_come_back_with_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(["demo", "--limit", "2", "--folder", "demo"]) == 0

    made = open_run("latest", store=tmp_path / "demo" / ".epicrisis" / "store.sqlite")
    extractions = list(made)
    assert len(extractions) == 2
    for extraction in extractions:
        text = made.text(extraction.report_id)
        assert text is not None
        stated = [answer for answer in extraction.answers.values() if answer.status is Status.STATED]
        assert stated, f"no variable of {extraction.report_id} is stated"
        for answer in stated:
            assert answer.evidence is not None
            assert text[answer.evidence.start : answer.evidence.end] == answer.evidence.quote
    printed = capsys.readouterr().out
    assert "Agreement with gold" in printed
    assert (tmp_path / "demo" / "table.csv").stat().st_size > 0
    assert "BM-001" in (tmp_path / "demo" / "report.html").read_text(encoding="utf-8")

    # A second call asks nothing: no report is answered again.
    asked = made.manifest.sessions[-1].asked
    assert asked == 2
    assert run(["demo", "--limit", "2", "--folder", "demo"]) == 0
    again = open_run("latest", store=tmp_path / "demo" / ".epicrisis" / "store.sqlite")
    assert again.id == made.id
    assert again.manifest.sessions[-1].asked == 0
