"""The demo with answers written by the test: what it prints, and that a second call asks nothing."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from epicrisis import demo, library
from epicrisis.cli import run
from epicrisis.codebook import load
from epicrisis.evaluation import Outcome
from epicrisis.evaluation.gold import read_gold
from epicrisis.prompting import Form

CODEBOOK = load(library.path("brain-mri"))
GOLD = read_gold(library.path("brain-mri") / library.GOLD_FILE, CODEBOOK).cells


def sheet(report_id: str, **changes: Any) -> str:
    """The model's answer that agrees with gold in every cell, but for ``changes``."""
    members = {}
    for name, cell in GOLD[report_id].items():
        value = changes.get(name, cell.value)
        members[name] = {"quote": cell.quote if value is not None else None, "value": value}
    return json.dumps(members, ensure_ascii=False)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "script.jsonl"
    answers = {"BM-001": sheet("BM-001", fazekas=3, gca_frontal=2), "BM-002": sheet("BM-002")}
    lines = [json.dumps({"report_id": name, "reply": answer}) for name, answer in answers.items()]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_demo_shows_answers_beside_gold(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--engine", f"scripted:{script}", "--limit", "2"]) == 0
    printed = capsys.readouterr().out

    assert "BM-001" in printed
    assert "fazekas" in printed
    assert "1 wrong" in printed
    assert "1 invented" in printed
    assert "0 missed" in printed
    assert "2 of 2 reports asked now" in printed
    with Path("demo/table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["BM-001", "BM-002"]
    assert rows[0]["fazekas"] == "3"
    assert rows[0]["mta_left__status"] == "stated"
    assert rows[0]["mta_left__evidence"] == GOLD["BM-001"]["mta_left"].quote
    assert rows[0]["scanner"] == "MR1 3T"


def test_a_second_call_asks_nothing(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--engine", f"scripted:{script}", "--limit", "2"]) == 0
    assert run(["demo", "--engine", f"scripted:{script}", "--limit", "2"]) == 0
    assert "0 of 2 reports asked now" in capsys.readouterr().out


def test_the_six_reports_hold_every_kind_of_answer() -> None:
    statuses = {cell.status.value for name in demo.REPORT_IDS for cell in GOLD[name].values()}
    assert statuses == {"stated", "uncertain", "not_mentioned", "not_applicable"}


def test_perfect_answers_agree_wholly(script: Path) -> None:
    lines = [json.dumps({"report_id": name, "reply": sheet(name)}) for name in demo.REPORT_IDS]
    script.write_text("\n".join(lines), encoding="utf-8")
    assert run(["demo", "--engine", f"scripted:{script}"]) == 0

    from epicrisis.api import open_run

    paired = demo.compared(open_run("latest", store="demo/.epicrisis/store.sqlite"))
    counts = demo.tally(paired)
    assert counts.total == len(demo.REPORT_IDS) * len(CODEBOOK.variables)
    assert counts[Outcome.RIGHT] + counts[Outcome.SILENT] == counts.total
    # Gold's own quotes are located, and its hedges recognised, but for a few: the lexicon is not a reader.
    pairs = [one for report in paired.reports for one in report.pairs.values()]
    assert sum(one.answer.status is one.gold.status for one in pairs) / len(pairs) > 0.95


def test_the_demo_ends_with_a_report_to_open(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--engine", f"scripted:{script}", "--limit", "2"]) == 0

    page = Path("demo/report.html").read_text(encoding="utf-8")
    assert f"Open in a browser: {Path('demo/report.html').resolve()}" in capsys.readouterr().out
    assert "BM-001, fazekas" in page
    # Only the reports of the demo are spoken of, not all that gold has.
    assert "BM-024" not in page


def test_without_the_extra_the_demo_says_how_to_get_the_report(script: Path) -> None:
    program = (
        "import sys\n"
        "for name in ('numpy', 'scipy', 'jinja2'):\n"
        "    sys.modules[name] = None\n"
        "from epicrisis.cli import run\n"
        f"sys.exit(run(['demo', '--engine', 'scripted:{script}', '--limit', '2']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr
    assert "pip install 'epicrisis[evaluation]'" in done.stdout
    assert "Agreement with gold" in done.stdout
    assert not Path("demo/report.html").exists()


def test_the_forms_on_offer_are_those_there_are() -> None:
    assert {form.value for form in Form} >= {"value", "quote_value", "value_quote"}
