"""The challenge's files: a folder with a configuration and up to three datasets in, predictions out.

A folder holds ``nlp-task-configuration.json`` and ``nlp-training-dataset.json``,
``nlp-validation-dataset.json`` and ``nlp-test-dataset.json``, lists of ``{uid, text | text_parts, label}``;
the label is missing where it is to be found out. Predictions are ``{uid, label without _target}``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ..errors import ReadingError
from .json_file import read_json, read_objects, write_json
from .labels import TARGET, LabelError, LabelType, Shape, label

CONFIGURATION = "nlp-task-configuration.json"
PREDICTIONS = "nlp-predictions-dataset.json"
FAILURES = "nlp-predictions-failures.json"
_NUMBER = re.compile(r"task[ _-]?(\d{3})(?!\d)", re.I)
_TEXT, _PARTS = "text", "text_parts"


class Dataset(StrEnum):
    TRAINING = "training"
    VALIDATION = "validation"
    TEST = "test"

    @property
    def file(self) -> str:
        return f"nlp-{self}-dataset.json"


@dataclass(frozen=True, slots=True)
class Case:
    """One report of a task: its ``text``, or its ``parts`` (sentences, or tokens); ``label`` as
    ``labels.label`` gives it, ``None`` where it is to be found out (a missing number is ``None`` too)."""

    uid: str
    text: str | None = None
    parts: tuple[str, ...] | None = None
    label: Any = None
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A task's folder: its configuration, and where its datasets are."""

    folder: Path
    task_name: str
    label_type: LabelType
    input_name: str

    @property
    def number(self) -> int | None:
        return task_number(self.task_name)

    def has(self, dataset: Dataset) -> bool:
        return (self.folder / dataset.file).is_file()

    def cases(self, dataset: Dataset) -> list[Case]:
        """The cases of one dataset. Raises ``ReadingError`` with the file and what is wrong in it."""
        return read_cases(self.folder / dataset.file, self.label_type, self.input_name)


def task_number(name: str) -> int | None:
    """101 of ``Task101_Example_sl_bin_clf-fold0``."""
    found = _NUMBER.search(name)
    return int(found[1]) if found else None


def read_job(folder: Path) -> Job:
    """The task of a folder. Raises ``ReadingError`` if it has no configuration, or one that means nothing."""
    path = folder / CONFIGURATION
    if not folder.is_dir():
        raise ReadingError("There is no such folder.", path=folder)
    if not path.is_file():
        raise ReadingError(
            f"This folder has no {CONFIGURATION}.", path=folder, hint="Give the folder of one task and fold."
        )
    found = read_json(path)
    if not isinstance(found, dict):
        raise ReadingError("Not an object.", path=path)
    for name in ("task_name", "input_name", "label_name"):
        if not isinstance(found.get(name), str):
            raise ReadingError(f"It has no {name}.", path=path)
    label_type = LabelType.of(found["label_name"])
    if label_type is None:
        known = ", ".join(one.target for one in LabelType)
        raise ReadingError("Its label_name is none of the challenge's.", path=path, hint=f"They are {known}.")
    if found["input_name"] not in (_TEXT, _PARTS):
        raise ReadingError(f"Its input_name must be {_TEXT} or {_PARTS}.", path=path)
    return Job(folder, found["task_name"], label_type, found["input_name"])


def read_cases(path: Path, label_type: LabelType, input_name: str | None) -> list[Case]:
    """The cases in a dataset's file; ``input_name`` ``None``: the texts are not needed.

    Either all cases have a label or none has; several labels are as many in every case. Raises
    ``ReadingError`` naming the case by its uid.
    """
    rows = read_objects(path)
    cases: list[Case] = []
    labelled = any(label_type.target in row for row in rows)
    width: int | None = None
    for row in rows:
        uid = row["uid"]
        text, parts = _input(row, input_name, path)
        if not labelled:
            cases.append(Case(uid, text, parts))
            continue
        if label_type.target not in row:
            raise ReadingError(f"Case {uid} has no {label_type.target}, and others have.", path=path)
        tokens = parts if input_name is not None else None
        try:
            value = label(label_type, row[label_type.target], tokens)
        except LabelError as error:
            raise ReadingError(f"Case {uid}: {error}.", path=path) from None
        if label_type.several and label_type.shape is not Shape.ENTITIES:
            if width is not None and len(value) != width:
                raise ReadingError(f"Case {uid} has {len(value)} labels, others have {width}.", path=path)
            width = len(value)
        cases.append(Case(uid, text, parts, value, labelled=True))
    return cases


def write_predictions(path: Path, label_type: LabelType, predictions: Sequence[tuple[str, Any]]) -> None:
    """Predictions, each with its uid, as the challenge takes them. Raises ``OutputError``."""
    write_json(path, [{"uid": uid, str(label_type): value} for uid, value in predictions])


def label_type_of(path: Path) -> LabelType | None:
    """The type of the labels in a file of cases, from their name; ``None`` if they have none."""
    for row in read_objects(path):
        for name in row:
            found = LabelType.of(name) if name.endswith(TARGET) else None
            if found is not None:
                return found
    return None


def _input(
    row: dict[str, Any], input_name: str | None, path: Path
) -> tuple[str | None, tuple[str, ...] | None]:
    if input_name is None:
        return None, None
    value = row.get(input_name)
    if input_name == _TEXT:
        if not isinstance(value, str):
            raise ReadingError(f"Case {row['uid']} has no {_TEXT}.", path=path)
        return value, None
    if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
        raise ReadingError(f"Case {row['uid']} has no {_PARTS}: a list of texts.", path=path)
    return None, tuple(value)
