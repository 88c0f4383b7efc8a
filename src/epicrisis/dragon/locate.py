"""Which file of predictions belongs to which ground truth, and of what task they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import OptionError, ReadingError
from .contract import CONFIGURATION, PREDICTIONS, Dataset, label_type_of, task_number
from .json_file import read_json, read_objects

_PREDICTIONS = (PREDICTIONS, "predictions.json")
_TRUTHS = ("ground-truth.json", Dataset.TEST.file, Dataset.VALIDATION.file, Dataset.TRAINING.file)
_FOLD = re.compile(r"-fold\d+\Z")


@dataclass(frozen=True, slots=True)
class ToScore:
    """``job``: the task's name, with its fold where the predictions' folder says it."""

    job: str
    task: str
    predictions: Path
    ground_truth: Path


def to_score(predictions: Path, ground_truth: Path, task: str | None = None) -> list[ToScore]:
    """What there is to score: one pair of files, or one for every folder of predictions in a folder.

    Of a ground truth that is a folder, the dataset with labels is taken that has the predicted cases.
    Raises ``ReadingError`` for what cannot be found, ``OptionError`` where nothing tells the task.
    """
    one = _file_in(predictions, _PREDICTIONS)
    if one is not None:
        return [_pair(one, ground_truth, task)]
    if not predictions.is_dir():
        raise ReadingError("There is no such file or folder.", path=predictions)
    folders = [folder for folder in sorted(predictions.iterdir()) if folder.is_dir()]
    jobs = [(folder, file) for folder in folders if (file := _file_in(folder, _PREDICTIONS))]
    if not jobs:
        raise ReadingError(
            f"There is no {PREDICTIONS} in this folder, nor in the folders in it.", path=predictions
        )
    return [_pair(file, _truth_of_job(ground_truth, folder.name), task) for folder, file in jobs]


def _truth_of_job(ground_truth: Path, job: str) -> Path:
    if not ground_truth.is_dir():
        raise ReadingError(
            "There are predictions for several tasks, and this is no folder.", path=ground_truth
        )
    names = [job, _FOLD.sub("", job)]
    for name in (*names, *(f"{name}.json" for name in names)):
        if (ground_truth / name).exists():
            return ground_truth / name
    raise ReadingError(f"The ground truth has nothing for {job}.", path=ground_truth)


def _pair(predictions: Path, ground_truth: Path, task: str | None) -> ToScore:
    truth = _file_in(ground_truth, ())
    if truth is None:
        if not ground_truth.is_dir():
            raise ReadingError("There is no such file or folder.", path=ground_truth)
        truth = _with_labels(ground_truth, predictions)
    task = task or _task_of(predictions, truth)
    named = [name for name in (predictions.parent.name, truth.parent.name) if task_number(name)]
    return ToScore(named[0] if named else task, task, predictions, truth)


def _with_labels(folder: Path, predictions: Path) -> Path:
    predicted = {row["uid"] for row in read_objects(predictions)}
    labelled = [
        path for name in _TRUTHS if (path := folder / name).is_file() and label_type_of(path) is not None
    ]
    if not labelled:
        raise ReadingError(
            "No file in this folder has labels.",
            path=folder,
            hint=f"A ground truth is called {' or '.join(_TRUTHS[:3])}; or name the file itself.",
        )
    return next((path for path in labelled if predicted & _uids(path)), labelled[0])


def _uids(path: Path) -> set[str]:
    return {row["uid"] for row in read_objects(path)}


def _task_of(predictions: Path, truth: Path) -> str:
    for folder in (truth.parent, predictions.parent):
        if (folder / CONFIGURATION).is_file():
            found = read_json(folder / CONFIGURATION)
            if isinstance(found, dict) and isinstance(found.get("task_name"), str):
                return str(found["task_name"])
    for name in (truth.stem, truth.parent.name, predictions.parent.name, predictions.stem):
        if task_number(name) is not None:
            return _FOLD.sub("", name)
    raise OptionError(
        "It is not to be seen which task this is.",
        path=truth,
        hint="Say it: --task 101. The task decides the metric.",
    )


def _file_in(path: Path, names: tuple[str, ...]) -> Path | None:
    if path.is_file():
        return path
    return next((path / name for name in names if (path / name).is_file()), None)
