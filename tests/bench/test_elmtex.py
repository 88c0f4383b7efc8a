"""The measurement of the 15 categories, with an engine that says what gold says, or more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from epicrisis import library
from epicrisis.codebook import load
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.evaluation.gold import read_gold

Bench = Callable[[str], ModuleType]
FOLDER = library.path("elmtex")
CODEBOOK = load(FOLDER)
GOLD = read_gold(FOLDER / library.GOLD_FILE, CODEBOOK).cells


def sheet(report_id: str, **changes: Any) -> dict[str, Any]:
    """What the engine writes for gold's answers, but for ``changes``."""
    written: dict[str, Any] = {}
    for name, cell in GOLD[report_id].items():
        if CODEBOOK[name].kind == "spans":
            written[name] = [{"text": one["text"]} for one in cell.value or []]
        elif cell.value is None:
            written[name] = {"quote": None, "value": None}
        else:
            value = cell.value
            said = f"{value['value']:g} {value['unit']}" if isinstance(value, dict) else value
            written[name] = {"quote": cell.quote, "value": said}
    return written | changes


@pytest.fixture
def measured(bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Measures an engine on the first summaries; gives what is kept and what is printed."""

    def measure(engine: ScriptedEngine, *arguments: str) -> tuple[dict[str, Any], str]:
        out = tmp_path / "elmtex.json"
        bench("elmtex").main(["--out", str(out), "--draws", "20", *arguments], engine)
        return json.loads(out.read_text(encoding="utf-8")), capsys.readouterr().out

    return measure


def value(found: dict[str, Any], protocol: str, category: str, measure: str) -> float | None:
    number: float | None = found["scores"][protocol][category][measure]["value"]
    return number


def test_gold_s_own_answers_are_right_in_every_measure(measured: Callable[..., Any]) -> None:
    """So every mention of gold is found at gold's place, and every age and gender is one that is allowed."""
    engine = ScriptedEngine({name: sheet(name) for name in GOLD})
    kept, printed = measured(engine)
    (found,) = kept.values()
    assert (found["reports"], found["failed"], found["adapter"]) == (24, 0, None)
    for protocol in ("ours", "lenient"):
        assert set(found["scores"][protocol]) == {*CODEBOOK.names, "(all)", "(lists)"}
        for category, measures in found["scores"][protocol].items():
            wrong = {name: one["value"] for name, one in measures.items() if one["value"] not in (1, None)}
            assert wrong == {}, f"{category}, {protocol}"
    lines = [line.split() for line in printed.splitlines()]
    assert lines[1][:5] == ["category", "protocol", "in", "gold", "P"]
    mentions = sum(len(own["pathology"].value or []) for own in GOLD.values())
    assert ["pathology", "ours", str(mentions)] in [line[:3] for line in lines]
    assert ["(all)", "lenient", "655"] in [line[:3] for line in lines]


def test_what_is_invented_costs_in_ours_only(measured: Callable[..., Any]) -> None:
    """In the first summary of each language, of which gold has 29 + 20 + 30 entities, pathology is silent."""
    words = {"EL-001": "syncope", "EL-009": "diarree", "EL-017": "Ödeme"}
    engine = ScriptedEngine({name: sheet(name, pathology=[{"text": word}]) for name, word in words.items()})
    kept, _ = measured(engine, "--limit", "1")
    (found,) = kept.values()
    assert found["reports"] == 3
    assert value(found, "ours", "(all)", "exact_precision") == pytest.approx(79 / 82)
    assert value(found, "ours", "(all)", "exact_recall") == 1
    # Age and gender are two of the entities of each summary.
    assert value(found, "ours", "(lists)", "exact_precision") == pytest.approx(73 / 76)
    assert value(found, "ours", "pathology", "rouge_1") == 0
    assert value(found, "lenient", "(all)", "exact_precision") == 1
    assert "pathology" not in found["scores"]["lenient"]


def test_a_mention_that_is_too_long_is_relaxed_right(measured: Callable[..., Any]) -> None:
    changed = sheet("EL-001", diagnosis=[{"text": "Diagnosis: anterior STEMI"}], life_style=[])
    kept, _ = measured(ScriptedEngine({"EL-001": changed}), "--limit", "1", "--languages", "en")
    (found,) = kept.values()
    assert value(found, "ours", "diagnosis", "exact_f1") == 0
    assert value(found, "ours", "diagnosis", "relaxed_f1") == 1
    assert value(found, "ours", "diagnosis", "rouge_l") == pytest.approx(2 * 2 / 5)
    assert value(found, "lenient", "life_style", "exact_recall") == 0
    assert value(found, "lenient", "life_style", "rouge_1") == 0


def test_what_was_measured_before_stays(measured: Callable[..., Any], tmp_path: Path) -> None:
    engine = ScriptedEngine({"EL-001": sheet("EL-001")}, model="one")
    first = ["--limit", "1", "--languages", "en"]
    measured(engine, *first)
    asked = len(engine.requests)
    kept, printed = measured(engine, *first, "--name", "the same again")
    assert len(engine.requests) == asked, "what was answered is asked again"
    assert [*kept] == ["one, first 1, en", "the same again"]
    assert "  one, first 1, en: 1.000, 1.000" in printed
    run = kept["the same again"]["run"]
    kept, _ = measured(engine, "--run", run, "--store", str(tmp_path / "elmtex" / "store.sqlite"))
    assert kept["one"]["scores"] == kept["the same again"]["scores"]


def test_examples_are_those_to_train_on(measured: Callable[..., Any]) -> None:
    engine = ScriptedEngine({"EL-009": sheet("EL-009")}, model="m")
    kept, _ = measured(engine, "--limit", "1", "--languages", "nl", "--shots", "2")
    assert [*kept] == ["m, 2 shots, first 1, nl"]
    roles = [message.role for message in engine.requests[0].messages]
    assert roles.count("assistant") == 2
