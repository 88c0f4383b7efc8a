"""Files scored: the challenge's own values, what is missing, and what does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis.dragon.locate import to_score
from epicrisis.dragon.score import score_files
from epicrisis.dragon.tasks import Metric
from epicrisis.errors import OptionError, ReadingError

Write = Callable[[str, Any], Path]
BINARY = "single_label_binary_classification"
NUMBERS = "multi_label_regression"
SYNTHETIC = [
    "Task101_Example_sl_bin_clf",
    "Task102_Example_sl_mc_clf",
    "Task103_Example_mednli",
    "Task104_Example_ml_bin_clf",
    "Task105_Example_ml_mc_clf",
    "Task106_Example_sl_reg",
    "Task107_Example_ml_reg",
    "Task108_Example_sl_ner",
    "Task109_Example_ml_ner",
]


def cases(label: str, values: list[Any]) -> list[dict[str, Any]]:
    return [{"uid": f"case{place}", label: value} for place, value in enumerate(values)]


@pytest.mark.parametrize("task", SYNTHETIC)
def test_the_official_value_comes_out(dragon_folder: Path, task: str) -> None:
    folder = dragon_folder / "conformance"
    expected = json.loads((folder / "expected-fold0.json").read_text())["fold0"][task]
    (found,) = to_score(folder / task, folder / task)
    result = score_files(found.predictions, found.ground_truth, task=found.task, draws=50)
    assert found.job == found.task == task
    assert result.estimate.value == pytest.approx(expected, abs=1e-9)
    assert result.missing == 0
    assert result.notes == ()


def test_a_missing_case_and_a_null_are_wrong_and_counted(write: Write) -> None:
    truth = write("truth.json", cases(f"{BINARY}_target", [True, True, False, False, False]))
    full = write("full.json", cases(BINARY, [0.9, 0.8, 0.1, 0.2, 0.3]))
    assert score_files(full, truth, task="101").estimate.value == 1
    short = write("short.json", cases(BINARY, [0.9, None, 0.1, 0.2]))
    result = score_files(short, truth, task="101")
    assert result.missing == 2
    assert result.estimate.n == 5
    assert result.estimate.value == pytest.approx(2 / 6)


def test_nan_is_a_missing_prediction_and_no_target(write: Write) -> None:
    truth = write(
        "truth.json",
        f'[{{"uid": "a", "{NUMBERS}_target": [10.0, NaN]}}, {{"uid": "b", "{NUMBERS}_target": [null, 5]}}]',
    )
    given = write(
        "p.json", f'[{{"uid": "a", "{NUMBERS}": [10.0, 3]}}, {{"uid": "b", "{NUMBERS}": [2, NaN]}}]'
    )
    result = score_files(given, truth, task="107")
    assert (result.estimate.n, result.missing) == (2, 1)
    assert result.estimate.value == 0.5
    assert result.estimate.low is None
    assert "no interval" in (result.estimate.note or "")


def test_one_class_only_has_no_score_and_no_half(write: Write) -> None:
    truth = write("truth.json", cases(f"{BINARY}_target", [True] * 6))
    given = write("p.json", cases(BINARY, [0.5] * 6))
    result = score_files(given, truth, task="101")
    assert result.estimate.value is None
    assert result.estimate.note == "gold has one class only"


def test_the_task_decides_the_metric(write: Write) -> None:
    label = "single_label_multi_class_classification"
    truth = write("truth.json", cases(f"{label}_target", ["0", "1", "2", "3", "0"]))
    given = write("p.json", cases(label, ["0", "1", "3", "0", "0"]))
    metrics = {task: score_files(given, truth, task=task).metric for task in ("102", "105", "mine")}
    assert metrics == {"102": Metric.LINEAR_KAPPA, "105": Metric.KAPPA, "mine": Metric.KAPPA}
    assert "no task of the challenge" in score_files(given, truth, task="mine").notes[0]


def test_numbers_for_classes_are_the_same_classes(write: Write) -> None:
    label = "single_label_multi_class_classification"
    truth = write("truth.json", cases(f"{label}_target", ["0", "1", "2", "3", "0"]))
    assert (
        score_files(write("p.json", cases(label, [0, 1, 2.0, 3, 0])), truth, task="102").estimate.value == 1
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[", "Not JSON (column 2"),
        ({}, "Not a list of cases."),
        ([1], "Case 1 is not an object."),
        ([{"x": 1}], "Case 1 has no uid."),
        (
            [{"uid": "case0", BINARY: 1}, {"uid": "case0", BINARY: 1}],
            "Case 2 has the uid of another case: case0.",
        ),
        ([{"uid": "case0"}], f"Case case0 has no {BINARY}."),
        ([{"uid": "case0", BINARY: "yes"}], "Case case0: its prediction is a text, not a number."),
        ([{"uid": "other", BINARY: 0.5}], "None of its cases is in the ground truth."),
    ],
)
def test_what_is_wrong_with_predictions_is_said(write: Write, content: Any, message: str) -> None:
    truth = write("truth.json", cases(f"{BINARY}_target", [True, False]))
    given = write("p.json", content)
    with pytest.raises(ReadingError) as raised:
        score_files(given, truth, task="101")
    assert raised.value.path == str(given)
    assert raised.value.message.startswith(message)


def test_lists_of_another_length_are_refused(write: Write) -> None:
    truth = write("truth.json", cases(f"{NUMBERS}_target", [[1, 2], [3, 4]]))
    with pytest.raises(ReadingError, match="it has 1 predictions for 2 labels"):
        score_files(write("p.json", cases(NUMBERS, [[1], [2, 3]])), truth, task="107")
    label = "named_entity_recognition"
    truth = write("t2.json", cases(f"{label}_target", [["O", "B-A"]]))
    with pytest.raises(ReadingError, match="it has 1 tags for 2 tokens"):
        score_files(write("p2.json", cases(label, [["O"]])), truth, task="108")


def test_a_ground_truth_needs_labels(write: Write) -> None:
    given = write("p.json", cases(BINARY, [0.1]))
    with pytest.raises(ReadingError, match="no labels"):
        score_files(given, write("truth.json", [{"uid": "case0", "text": "a"}]), task="101")


def test_the_dataset_with_the_predicted_cases_is_taken(write: Write) -> None:
    write("Task101_x-fold0/nlp-test-dataset.json", [{"uid": "t1", "text": "a"}])
    write("Task101_x-fold0/nlp-training-dataset.json", [{"uid": "a", "text": "b", f"{BINARY}_target": True}])
    truth = write("Task101_x-fold0/nlp-validation-dataset.json", cases(f"{BINARY}_target", [True]))
    given = write("out/nlp-predictions-dataset.json", cases(BINARY, [0.9]))
    (found,) = to_score(given.parent, truth.parent)
    assert (found.ground_truth, found.task, found.job) == (truth, "Task101_x", "Task101_x-fold0")


def test_folders_of_folders_are_scored_task_by_task(write: Write, tmp_path: Path) -> None:
    for fold in (0, 1):
        write(f"out/Task101_x-fold{fold}/nlp-predictions-dataset.json", cases(BINARY, [0.9]))
    write("out/Task102_y-fold0/nlp-predictions-dataset.json", cases(BINARY, [0.9]))
    write("truth/Task101_x.json", cases(f"{BINARY}_target", [True]))
    with pytest.raises(ReadingError, match="nothing for Task102_y-fold0"):
        to_score(tmp_path / "out", tmp_path / "truth")
    write("truth/Task102_y/ground-truth.json", cases(f"{BINARY}_target", [True]))
    found = to_score(tmp_path / "out", tmp_path / "truth")
    assert [one.job for one in found] == ["Task101_x-fold0", "Task101_x-fold1", "Task102_y-fold0"]
    assert [one.task for one in found] == ["Task101_x", "Task101_x", "Task102_y"]


def test_without_a_task_it_is_asked_for(write: Write) -> None:
    given = write("out/p.json", cases(BINARY, [0.9]))
    truth = write("truth.json", cases(f"{BINARY}_target", [True]))
    with pytest.raises(OptionError, match="which task"):
        to_score(given, truth)
    assert to_score(given, truth, "101")[0].task == "101"
