"""``epicrisis evaluate`` on the shipped reports: what it prints and writes, and what it refuses."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis import library
from epicrisis.cli import run
from epicrisis.cli.exits import NOT_STARTED
from epicrisis.codebook import load
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.evaluation.gold import read_gold

FOLDER = library.path("brain-mri")
GOLD_FILE = FOLDER / library.GOLD_FILE
CODEBOOK = load(FOLDER)
GOLD = read_gold(GOLD_FILE, CODEBOOK).cells
#: A stretch of BM-001 and no option or label of the codebook.
WORDS = "Asymmetrische mediotemporale atrofie"


def sheet(report_id: str, **changes: Any) -> str:
    """The answer that agrees with gold in every cell, but for ``changes``."""
    members = {}
    for name, cell in GOLD[report_id].items():
        value = changes.get(name, cell.value)
        members[name] = {"quote": cell.quote if value is not None else None, "value": value}
    return json.dumps(members, ensure_ascii=False)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of the 24 reports: four wrong grades, one invented, one conclusion missed."""
    folder = tmp_path_factory.mktemp("study")
    changes: dict[str, dict[str, Any]] = {
        **{name: {"fazekas": 3} for name in ("BM-001", "BM-002", "BM-003", "BM-007")},
        "BM-008": {"gca_occipital": 2},
        "BM-004": {"conclusion": None},
    }
    lines = [json.dumps({"report_id": name, "reply": sheet(name, **changes.get(name, {}))}) for name in GOLD]
    script = folder / "script.jsonl"
    script.write_text("\n".join(lines), encoding="utf-8")
    reports = str(FOLDER / library.REPORTS_FILE)
    store = str(folder / "store.sqlite")
    assert run(["extract", "brain-mri", reports, "--engine", f"scripted:{script}", "--store", store]) == 0
    return folder


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def evaluate(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Call the command in an empty folder; gives the exit code, stdout and stderr."""
    monkeypatch.setenv("EPICRISIS_STORE", str(study / "store.sqlite"))
    monkeypatch.setenv("COLUMNS", "130")
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()

    def call(*arguments: str, gold: str | Path = GOLD_FILE) -> tuple[int, str, str]:
        code = run(["evaluate", "latest", str(gold), "--draws", "200", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def gold_with(path: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> Path:
    with GOLD_FILE.open(encoding="utf-8-sig", newline="") as file:
        rows = change(list(csv.DictReader(file)))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_it_prints_what_was_measured(evaluate: Call) -> None:
    code, out, _ = evaluate()
    assert code == 0
    assert "24 reports and 30 variables were scored: 720 cells." in out
    assert "4 wrong, 1 missed." in out
    assert "1 invented." in out
    row = next(line.split() for line in out.splitlines() if line.strip().startswith("fazekas "))
    n, right, silent, wrong, missed, invented, failed = map(int, row[1:8])
    assert (n, wrong, missed, invented, failed) == (24, 4, 0, 0, 0)
    assert n == right + silent + wrong
    assert "fazekas: 1 taken for 3" in out
    assert "Per 1,000 reports:" in out


def test_everything_fits_a_narrow_terminal(evaluate: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = evaluate()
    assert code == 0
    assert max(map(len, out.splitlines()[1:])) <= 80


def test_it_writes_page_markdown_and_json_with_the_same_numbers(evaluate: Call) -> None:
    code, out, err = evaluate("--html", "report.html", "--markdown", "report.md", "--json")
    assert code == 0
    document = json.loads(out)
    assert document["outcomes"]["wrong"] == 4
    fazekas = next(one for one in document["variables"] if one["name"] == "fazekas")
    share = fazekas["metrics"]["accuracy"]
    assert share["value"] == pytest.approx(20 / 24)
    shown = f"{share['low']:.3f} to {share['high']:.3f}"
    page, text = Path("report.html").read_text("utf-8"), Path("report.md").read_text("utf-8")
    for written in (page, text):
        assert shown in written
        assert "Where gold has a value" in written
        assert "BM-001, fazekas" in written
    assert "Written: report.html" in err
    assert "Written: report.md" in err
    # Evidence is shown where it stands in the report.
    assert "<mark>Fazekas 1</mark>" in page


def test_without_text_nothing_of_the_reports_is_written(evaluate: Call) -> None:
    _, open_out, _ = evaluate("--html", "open.html", "--json")
    code, out, _ = evaluate("--html", "report.html", "--markdown", "report.md", "--json", "--no-text")
    assert code == 0
    files = [Path(name).read_text("utf-8") for name in ("report.html", "report.md")]
    quotes = [cell.quote for cells in GOLD.values() for cell in cells.values() if cell.quote]
    for written in (*files, out):
        assert [quote for quote in quotes if len(quote) > 20 and quote in written] == []
        assert "BM-001" in written
    assert any(quote in open_out for quote in quotes)
    assert WORDS not in "".join(files)


def test_the_same_seed_gives_the_same_intervals(evaluate: Call) -> None:
    first, again = (json.loads(evaluate("--json", "--seed", "5")[1]) for _ in range(2))
    other = json.loads(evaluate("--json", "--seed", "6")[1])
    assert first["variables"] == again["variables"]
    assert first["variables"] != other["variables"]


def test_what_does_not_match_is_counted_and_listed(evaluate: Call, tmp_path: Path) -> None:
    gold = gold_with(
        tmp_path / "gold.csv", lambda rows: [*rows[:20], {**rows[0], "id": "XX-1"}, {**rows[0], "id": "XX-2"}]
    )
    code, out, _ = evaluate("--html", "report.html", gold=gold)
    assert code == 0
    assert "Reports not scored: 4 in the run only and 2 in gold only." in out
    page = Path("report.html").read_text("utf-8")
    assert "XX-2" in page
    assert "BM-024" in page


def test_fewer_than_five_reports_have_no_intervals(evaluate: Call, tmp_path: Path) -> None:
    gold = gold_with(tmp_path / "gold.csv", lambda rows: rows[:3])
    code, out, _ = evaluate("--json", gold=gold)
    assert code == 0
    document = json.loads(out)
    for variable in document["variables"]:
        for metric in variable["metrics"].values():
            assert metric["low"] is None
            assert metric["value"] is not None or metric["note"]


def test_a_fixed_split_scores_only_its_test_rows(evaluate: Call, tmp_path: Path) -> None:
    split = tmp_path / "split.csv"
    rows = [f"{name},{'test' if number % 2 else 'train'}" for number, name in enumerate(GOLD)]
    split.write_text("\n".join(["id,split", *rows]), encoding="utf-8")
    code, out, _ = evaluate("--split", "split.csv", "--json")
    assert code == 0
    document = json.loads(out)
    assert len(document["matching"]["scored"]) == 12
    assert len(document["matching"]["excluded"]) == 12


def test_random_splits_humans_columns_and_costs(evaluate: Call) -> None:
    code, out, _ = evaluate(
        *("--splits", "3", "--train", "0.5", "--by", "scanner", "--cost-per-hour", "2.5"),
        *("--human", str(GOLD_FILE), str(GOLD_FILE), "--html", "report.html", "--json"),
    )
    assert code == 0
    document = json.loads(out)
    assert len(document["splits"]["held_out"]) == 3
    assert any(one["by"] == "scanner" for one in document["strata"])
    assert document["cost"]["cost_per_hour"] == 2.5
    assert document["ceiling"]
    page = Path("report.html").read_text("utf-8")
    for title in ("Repeated splits", "Beside the humans", "Error rate by scanner", "Cost"):
        assert title in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "98"], "--target is 98"),
        (["--half-width", "0"], "--half-width is 0"),
        (["--by", "scaner"], "scaner"),
        (["--html", "nowhere/report.html"], "does not exist"),
        (["--splits", "3", "--leave-one-out"], "at once"),
        (["--save-calibration"], "nothing to calibrate"),
    ],
)
def test_what_makes_no_sense_is_said(evaluate: Call, arguments: list[str], said: str) -> None:
    code, _, err = evaluate(*arguments)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_gold_of_other_reports_is_refused_with_ids_of_both(evaluate: Call, tmp_path: Path) -> None:
    gold = gold_with(tmp_path / "gold.csv", lambda rows: [{**row, "id": f"X{row['id']}"} for row in rows])
    code, _, err = evaluate(gold=gold)
    assert code == 2
    assert "'BM-001'" in err
    assert "'XBM-001'" in err


def test_a_run_is_gold_for_another(evaluate: Call) -> None:
    code, out, _ = evaluate(gold="latest")
    assert code == 0
    assert "0 wrong, 0 missed" in out


def test_another_tolerance_needs_no_second_run(epicrisis: Any) -> None:
    """The tolerance is for evaluation alone: a changed codebook can be named."""
    book = (
        "name: kidney\nvariables:\n- {name: size, kind: quantity, unit: mm, definition: d, tolerance: %s}\n"
    )
    Path("codebook.yaml").write_text(book % "0.01")
    Path("wider.yaml").write_text(book % "0.2")
    Path("other.yaml").write_text((book % "0.2").replace("unit: mm", "unit: cm"))
    Path("reports.csv").write_text("id,text\n" + "".join(f"{n},Size 11 mm.\n" for n in range(6)))
    Path("gold.csv").write_text("id,size\n" + "".join(f"{n},10 mm\n" for n in range(6)))
    epicrisis.engine = ScriptedEngine(default={"size": {"quote": "11 mm", "value": "11 mm"}})
    assert epicrisis.extract().code == 0

    def accuracy(*more: str) -> float:
        result = epicrisis("evaluate", "latest", "gold.csv", "--json", *more)
        assert result.code == 0, result.err
        (size,) = json.loads(result.out)["variables"]
        return float(size["metrics"]["exact"]["value"])

    assert (accuracy(), accuracy("--codebook", "wider.yaml")) == (0.0, 1.0)
    refused = epicrisis("evaluate", "latest", "gold.csv", "--codebook", "other.yaml")
    assert refused.code == NOT_STARTED
    assert "asks otherwise" in refused.err
