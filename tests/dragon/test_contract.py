"""The challenge's files, whole and broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.dragon.contract import CONFIGURATION, Dataset, read_job, task_number, write_predictions
from epicrisis.dragon.labels import LabelError, LabelType, Shape, label
from epicrisis.errors import ReadingError

Job = Callable[..., Path]
Write = Callable[[str, Any], Path]
#: A label of each type as the files have it, and as it is read.
LABELS: list[tuple[LabelType, Any, Any]] = [
    (LabelType.SINGLE_BINARY, True, True),
    (LabelType.MULTI_BINARY, [True, 0], [True, False]),
    (LabelType.SINGLE_CLASS, "PDAC", "PDAC"),
    (LabelType.MULTI_CLASS, ["0", 1, 2.0], ["0", "1", "2"]),
    (LabelType.SINGLE_NUMBER, 4, 4.0),
    (LabelType.MULTI_NUMBER, [1.5, None], [1.5, None]),
    (LabelType.SINGLE_ENTITIES, ["O", "B-<A>"], ["O", "B-<A>"]),
    (LabelType.MULTI_ENTITIES, [["B-0-x", "B-1-x"], []], [["B-0-x", "B-1-x"], ["O"]]),
]


@pytest.mark.parametrize(("kind", "raw", "expected"), LABELS)
def test_all_eight_types_are_read(job: Job, kind: LabelType, raw: Any, expected: Any) -> None:
    case = {"uid": "a", kind.target: raw}
    entities = kind.shape is Shape.ENTITIES
    if entities:
        case["text_parts"] = ["one", "two"]
    else:
        case["text"] = "One two."
    folder = job("Task101_x", str(kind), input_name="text_parts" if entities else "text", training=[case])
    found = read_job(folder)
    assert found.label_type is kind
    assert (found.number, found.task_name) == (101, "Task101_x")
    (read,) = found.cases(Dataset.TRAINING)
    assert read.label == expected
    assert read.labelled
    assert (read.text, read.parts) == ((None, ("one", "two")) if entities else ("One two.", None))


def test_the_eight_types_are_the_challenges() -> None:
    assert len(LabelType) == 8
    for kind in LabelType:
        assert LabelType.of(kind.target) is kind
    assert LabelType.of("single_label_regression") is None
    assert LabelType.of("something_target") is None


def test_the_challenges_own_folders_are_read(dragon_folder: Path) -> None:
    for folder in dragon_folder.glob("Task1*-fold0"):
        found = read_job(folder)
        assert all(case.labelled for case in found.cases(Dataset.TRAINING))
        assert not any(case.labelled for case in found.cases(Dataset.TEST))
        assert found.number in range(101, 110)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Task101_Example-fold0", 101), ("task 024", 24), ("Task1013", None), ("mytask", None), ("101", None)],
)
def test_the_number_is_in_the_name(name: str, expected: int | None) -> None:
    assert task_number(name) == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"task_name": None}, "It has no task_name."),
        ({"label_name": "other_target"}, "Its label_name is none of the challenge's."),
        ({"input_name": "pdf"}, "Its input_name must be text or text_parts."),
    ],
)
def test_a_configuration_that_means_nothing_is_refused(
    job: Job, changes: dict[str, Any], message: str
) -> None:
    folder = job("Task101_x", "single_label_regression")
    content = json.loads((folder / CONFIGURATION).read_text()) | changes
    (folder / CONFIGURATION).write_text(json.dumps(content))
    with pytest.raises(ReadingError) as raised:
        read_job(folder)
    assert raised.value.message == message
    assert raised.value.path == str(folder / CONFIGURATION)


def test_a_folder_without_its_files_is_refused(job: Job, tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="no such folder"):
        read_job(tmp_path / "nowhere")
    with pytest.raises(ReadingError, match=f"no {CONFIGURATION}"):
        read_job(tmp_path)
    folder = job("Task101_x", "single_label_regression")
    with pytest.raises(ReadingError) as raised:
        read_job(folder).cases(Dataset.TEST)
    assert raised.value.path == str(folder / "nlp-test-dataset.json")
    (folder / CONFIGURATION).write_text('{"task_name": "x",\n oops}')
    with pytest.raises(ReadingError) as raised:
        read_job(folder)
    assert (raised.value.line, raised.value.message[:18]) == (2, "Not JSON (column 2")
    (folder / CONFIGURATION).write_bytes(b"\xff\xfe")
    with pytest.raises(ReadingError, match="Not UTF-8"):
        read_job(folder)


BINARY, NUMBERS = "single_label_binary_classification_target", "multi_label_regression_target"
TAGS = "named_entity_recognition_target"


@pytest.mark.parametrize(
    ("kind", "cases", "message"),
    [
        (BINARY, [{"uid": "a"}], "Case a has no text."),
        (BINARY, [{"uid": "a", "text": 3}], "Case a has no text."),
        (BINARY, [{"text": "x"}], "Case 1 has no uid."),
        (
            BINARY,
            [{"uid": "a", "text": "x"}, {"uid": "a", "text": "y"}],
            "Case 2 has the uid of another case: a.",
        ),
        (
            BINARY,
            [{"uid": "a", "text": "secret", BINARY: "secret"}],
            "Case a: its label is a text, not true or false.",
        ),
        (
            BINARY,
            [{"uid": "a", "text": "x", BINARY: True}, {"uid": "b", "text": "y"}],
            f"Case b has no {BINARY}, and others have.",
        ),
        (
            NUMBERS,
            [{"uid": "a", "text": "x", NUMBERS: [1]}, {"uid": "b", "text": "y", NUMBERS: [1, 2]}],
            "Case b has 2 labels, others have 1.",
        ),
        (NUMBERS, [{"uid": "a", "text": "x", NUMBERS: 1}], "Case a: its label is a number, not a list."),
        (
            NUMBERS,
            [{"uid": "a", "text": "x", NUMBERS: [True]}],
            "Case a: its label is a boolean, not a number.",
        ),
        (TAGS, [{"uid": "a", "text_parts": ["x", "y"], TAGS: ["O"]}], "Case a: it has 1 tags for 2 tokens."),
        (
            TAGS,
            [{"uid": "a", "text_parts": ["x"], TAGS: ["X"]}],
            "Case a: token 1 has a text, not a tag (O, B-... or I-...).",
        ),
        (
            TAGS,
            [{"uid": "a", "text_parts": ["x"], TAGS: [["O"]]}],
            "Case a: token 1 has a list, not a tag (O, B-... or I-...).",
        ),
        (TAGS, [{"uid": "a", "text_parts": "x", TAGS: ["O"]}], "Case a has no text_parts: a list of texts."),
    ],
)
def test_a_dataset_that_does_not_fit_is_refused_without_its_text(
    job: Job, kind: str, cases: list[dict[str, Any]], message: str
) -> None:
    name = "text_parts" if kind == TAGS else "text"
    folder = job("Task101_x", kind.removesuffix("_target"), input_name=name, training=cases)
    with pytest.raises(ReadingError) as raised:
        read_job(folder).cases(Dataset.TRAINING)
    assert raised.value.message == message
    assert raised.value.path == str(folder / "nlp-training-dataset.json")
    assert "secret" not in str(raised.value)


def test_predictions_are_written_as_the_challenge_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "nlp-predictions-dataset.json"
    write_predictions(path, LabelType.MULTI_NUMBER, [("a", [1.0, None]), ("b", None)])
    assert json.loads(path.read_text()) == [
        {"uid": "a", "multi_label_regression": [1.0, None]},
        {"uid": "b", "multi_label_regression": None},
    ]
    with pytest.raises(ValueError, match="JSON compliant"):
        write_predictions(path, LabelType.SINGLE_NUMBER, [("a", float("nan"))])
    assert "multi_label_regression" in path.read_text()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)


@given(st.sampled_from(LabelType), json_values)
def test_any_value_is_a_label_or_is_not(kind: LabelType, raw: Any) -> None:
    try:
        found = label(kind, raw, ["x", "y"])
    except LabelError:
        return
    assert isinstance(found, list) == (kind.several or kind.shape is Shape.ENTITIES)
