"""``epicrisis dragon`` from end to end: a task predicted, resumed, scored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

LABEL = "single_label_regression"
CASES = {
    "a": ("A lesion of 1.2 cm.", 12.0),
    "b": ("A lesion of 7 mm.", 7.0),
    "c": ("A lesion of 20 mm.", 20.0),
    "d": ("No lesion.", 0.0),
    "e": ("A lesion of 3 mm.", 3.0),
}


@pytest.fixture
def task(tmp_path: Path) -> Path:
    folder = tmp_path / "Task106_sizes-fold0"
    folder.mkdir()
    write(
        folder / "nlp-task-configuration.json",
        {"task_name": "Task106_sizes", "input_name": "text", "label_name": f"{LABEL}_target"},
    )
    cases = [{"uid": uid, "text": text, f"{LABEL}_target": size} for uid, (text, size) in CASES.items()]
    write(folder / "nlp-training-dataset.json", cases)
    write(folder / "nlp-validation-dataset.json", cases)
    write(folder / "nlp-test-dataset.json", [{"uid": one["uid"], "text": one["text"]} for one in cases])
    return folder


def write(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def script(path: Path, answers: dict[str, Any]) -> str:
    lines = [{"report_id": uid, "reply": reply} for uid, reply in answers.items()]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return f"scripted:{path}"


def answers(**changes: Any) -> dict[str, Any]:
    return {uid: {"largest_lesion": f"{size:g} mm"} for uid, (_, size) in CASES.items()} | changes


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    from epicrisis.cli import run as run_it

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")

    def run_command(*arguments: object) -> tuple[int, str, str]:
        code = run_it([str(one) for one in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_command


def test_a_task_is_predicted_and_scored(run: Any, task: Path, tmp_path: Path) -> None:
    engine = script(tmp_path / "engine.jsonl", answers(b={"largest_lesion": "9 mm"}))
    out = tmp_path / "out" / task.name
    code, said, _ = run("dragon", "predict", task, out, "--dataset", "validation", "--engine", engine)
    assert code == 0
    assert "5 predictions" in said
    found = json.loads((out / "nlp-predictions-dataset.json").read_text())
    assert found[0] == {"uid": "a", LABEL: 12.0}
    code, said, _ = run("dragon", "score", out, task)
    assert code == 0
    expected = 1 - 2 / (7 + 9 + 4) / 5
    assert f"Task106_sizes-fold0: R-SMAPE {expected:.3f} (" in said
    code, said, _ = run("dragon", "score", out, task, "--json", "--draws", "0")
    document = json.loads(said)
    assert document["mean"] == pytest.approx(expected)
    assert document["scores"]["Task106_sizes-fold0"]["estimate"]["value"] == pytest.approx(expected)
    assert document["scores"]["Task106_sizes-fold0"]["metric"] == "R-SMAPE"


def test_failures_are_named_and_the_exit_code_tells(run: Any, task: Path, tmp_path: Path) -> None:
    engine = script(tmp_path / "engine.jsonl", answers(b="nonsense", c="nonsense"))
    code, said, _ = run("dragon", "predict", task, tmp_path / "out", "--engine", engine)
    assert code == 1
    assert "2 labels without an answer, null:" in said
    assert "  2 × the answer is not JSON" in said
    code, said, _ = run("dragon", "predict", task, tmp_path / "out", "--engine", engine, "--fill", "prior")
    assert "2 labels without an answer, filled from the training cases:" in said
    found = json.loads((tmp_path / "out" / "nlp-predictions-dataset.json").read_text())
    assert found[1] == {"uid": "b", LABEL: 7.0}


def test_it_is_quiet_when_told(run: Any, task: Path, tmp_path: Path) -> None:
    engine = script(tmp_path / "engine.jsonl", answers())
    assert run("dragon", "predict", task, tmp_path / "out", "--engine", engine, "-q", "--limit", "1") == (
        0,
        "",
        "",
    )


def test_a_missing_prediction_is_told(run: Any, task: Path, tmp_path: Path) -> None:
    given = write(tmp_path / "p.json", [{"uid": "a", LABEL: 12.0}, {"uid": "x", LABEL: 1}])
    code, said, _ = run("dragon", "score", given, task)
    assert code == 0
    assert "R-SMAPE 0.200" in said
    assert "4 without a prediction, counted wrong; 1 predictions for other cases, left out" in said


def test_several_tasks_have_a_mean(run: Any, task: Path, tmp_path: Path) -> None:
    for fold, value in ((0, 12.0), (1, None)):
        folder = tmp_path / "out" / f"Task106_sizes-fold{fold}"
        folder.mkdir(parents=True)
        write(folder / "nlp-predictions-dataset.json", [{"uid": "a", LABEL: value}])
    truth = tmp_path / "truth"
    truth.mkdir()
    write(truth / "Task106_sizes.json", [{"uid": "a", f"{LABEL}_target": 12.0}])
    code, said, _ = run("dragon", "score", tmp_path / "out", truth)
    assert code == 0
    assert said.splitlines()[-1] == "Mean: 0.500"


def test_bad_input_begins_nothing(run: Any, task: Path, tmp_path: Path) -> None:
    (task / "nlp-test-dataset.json").write_text("[\n{]")
    code, said, err = run("dragon", "predict", task, tmp_path / "out", "--engine", "scripted:x")
    assert (code, said) == (2, "")
    assert f"{task / 'nlp-test-dataset.json'}:2: Not JSON (column 2" in err
    assert not (tmp_path / "out").exists()
    assert run("dragon", "score", tmp_path / "none.json", task)[0] == 2
    assert run("dragon", "score", task, task, "--draws", "-1")[0] == 2


def test_an_engine_without_probabilities_is_told_once(run: Any, tmp_path: Path, task: Path) -> None:
    label = "single_label_binary_classification"
    write(
        task / "nlp-task-configuration.json",
        {"task_name": "Task101_x", "input_name": "text", "label_name": f"{label}_target"},
    )
    write(task / "nlp-training-dataset.json", [])
    write(task / "nlp-test-dataset.json", [{"uid": uid, "text": text} for uid, (text, _) in CASES.items()])
    engine = script(tmp_path / "engine.jsonl", {uid: {"lesion_in_cm": uid == "a"} for uid in CASES})
    code, _, err = run("dragon", "predict", task, tmp_path / "out", "--engine", engine)
    assert code == 0
    assert err.count("gives no probabilities") == 1
