from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError, ReadingError
from epicrisis.evaluation import splits as module
from epicrisis.evaluation.learned import Learned, learned_by
from epicrisis.evaluation.overall import overall
from epicrisis.evaluation.pairing import Paired
from epicrisis.evaluation.resampling import Resampler
from epicrisis.evaluation.split_file import read_split
from epicrisis.evaluation.splits import folds_of, leave_one_out, random_splits, used_ids
from epicrisis.extraction.answer import Answer, Status


def paired(make: Any, right: list[bool], patients: list[str | None] | None = None) -> Paired:
    """A boolean variable: right where ``right`` says so."""
    reports = [{"v": (True, answer)} for answer in right]
    about = [{"patient": patient} for patient in patients or [None] * len(right)]
    made: Paired = make.paired([make.variable("boolean")], reports, about)
    return made


@pytest.fixture
def held_out(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The ids of every part that is scored."""
    seen: list[list[str]] = []

    def noted(part: Paired, points: Any) -> Any:
        seen.append([report.id for report in part.reports])
        return overall(part, points)

    monkeypatch.setattr(module, "overall", noted)
    return seen


def test_the_held_out_part_is_scored(make: Any, held_out: list[list[str]]) -> None:
    everything = paired(make, [True] * 6 + [False] * 4)
    found = random_splits(everything, 20, train=0.7, seed=3)
    assert found.kind == "random"
    assert found.train == 0.7
    assert found.held_out == (3,) * 20
    scores = found.scores["micro_accuracy"]
    assert list(scores) == [
        pytest.approx(sum(int(report[1:]) < 6 for report in part) / 3) for part in held_out
    ]
    assert found.mean["micro_accuracy"] == pytest.approx(statistics.fmean(scores))  # type: ignore[type-var]
    assert found.spread["micro_accuracy"] == pytest.approx(statistics.stdev(scores))  # type: ignore[type-var]
    assert found.scores["v: accuracy"] == scores
    assert "no examples" in found.note


def test_the_seed_decides(make: Any, held_out: list[list[str]]) -> None:
    everything = paired(make, [True] * 12)
    random_splits(everything, 5, seed=1)
    random_splits(everything, 5, seed=1)
    random_splits(everything, 5, seed=2)
    assert held_out[:5] == held_out[5:10] != held_out[10:]
    assert len({tuple(part) for part in held_out[:5]}) > 1


def test_a_patient_is_never_on_both_sides(make: Any, held_out: list[list[str]]) -> None:
    patients = ["a", "a", "b", None, "b", "c", "c", "c", None, "d"]
    everything = paired(make, [True] * 10, patients)
    random_splits(everything, 30)
    for part in held_out:
        inside = {int(report[1:]) for report in part}
        for patient in "abcd":
            of_patient = {place for place, one in enumerate(patients) if one == patient}
            assert of_patient <= inside or not of_patient & inside


def test_patients_of_examples_are_never_held_out(make: Any, held_out: list[list[str]]) -> None:
    everything = paired(make, [True] * 6, ["a", "a", "b", "c", "d", None])
    learned = Learned({"x": "an example in the prompt"}, frozenset({"a"}), anything=True)
    found = random_splits(everything, 10, learned=learned)
    assert not {"r0", "r1"} & {report for part in held_out for report in part}
    assert "training part of every split" in found.note
    assert sum(leave_one_out(everything, learned=learned).held_out) == 4


@given(st.integers(2, 30), st.floats(0.01, 0.99), st.integers(0, 5))
def test_neither_part_is_empty(make: Any, reports: int, train: float, seed: int) -> None:
    found = random_splits(paired(make, [True] * reports), 2, train=train, seed=seed)
    for size in found.held_out:
        assert 1 <= size <= reports - 1
        assert abs(size - (1 - train) * reports) <= 1


@pytest.mark.parametrize(
    ("times", "train", "reports", "words"),
    [
        (0, 0.5, 9, "number of splits"),
        (3, 1.0, 9, "share is 1"),
        (3, 0.0, 9, "share is 0"),
        (3, 0.5, 1, "few"),
    ],
)
def test_splits_that_make_no_sense(make: Any, times: int, train: float, reports: int, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        random_splits(paired(make, [True] * reports), times, train=train)


def test_what_is_not_defined_in_a_part_is_none(make: Any) -> None:
    variable = make.variable("boolean")
    everything = make.paired([variable], [{"v": (None, None)}] * 4)
    found = random_splits(everything, 3)
    assert found.scores["missed_rate"] == (None, None, None)
    assert found.mean["missed_rate"] is None
    assert found.spread["missed_rate"] is None


def test_leave_one_out(make: Any) -> None:
    found = leave_one_out(paired(make, [True, False, True, True, False], ["a", "a", "b", None, None]))
    assert found.kind == "leave-one-out"
    assert found.scores == {"accuracy": (0.5, 1.0, 1.0, 0.0)}
    assert found.held_out == (2, 1, 1, 1)
    assert found.mean["accuracy"] == pytest.approx(0.625)


def test_the_spread_of_one_split_is_not_defined(make: Any) -> None:
    found = random_splits(paired(make, [True, False]), 1)
    assert found.spread["micro_accuracy"] is None


def test_points_are_those_of_the_whole(make: Any) -> None:
    part = paired(make, [True, True, False, True, False, True])
    fine = {name: one.value for name, one in overall(part, Resampler(6, draws=50)).items()}
    assert {name: one.value for name, one in overall(part, module._Points(6)).items()} == fine


def test_what_a_run_learned_from(shelf: Any, make: Any) -> None:
    from epicrisis.codebook import Codebook

    book = Codebook(name="study", variables=[make.variable("boolean")])
    answers = {name: {"v": Answer(Status.STATED, True)} for name in "abc"}
    about = {"a": {"patient": "p"}, "b": {"patient": "q"}}
    plain = shelf.run(book, answers, options={"shots": None, "form": "value"})
    assert used_ids(plain.manifest) == {}
    assert learned_by(plain) == Learned({}, frozenset(), anything=False)
    taught = shelf.run(
        book,
        answers,
        about=about,
        options={"shots": {"ids": ["a", 7], "count": 2}, "adapter": {"ids": ["b", "elsewhere"]}},
    )
    assert used_ids(taught.manifest) == {
        "a": "an example in the prompt",
        "7": "an example in the prompt",
        "b": "training data of the adapter",
        "elsewhere": "training data of the adapter",
    }
    assert learned_by(taught).patients == {"p", "q"}
    assert learned_by(shelf.run(book, answers, options={"shots": {"count": 2}})).anything


def split(tmp_path: Path, text: str, name: str = "split.csv") -> Any:
    path = tmp_path / name
    path.write_text(text)
    return read_split(path)


def test_a_split_file(tmp_path: Path) -> None:
    found = split(tmp_path, "Report ID;Split\n007;Test\n8;training\n9;dev\n")
    assert found.parts == {"007": "test", "8": "train", "9": "validation"}
    assert found.test == {"007"}
    assert found.reason("007") is None
    assert found.reason("8") == "in the train part of the split"
    assert found.reason("x") == "not in the split file"
    assert found.folds == {}


def test_a_split_file_with_folds(tmp_path: Path, make: Any) -> None:
    rows = [(fold, place) for fold in (1, 2) for place in range(4)]
    text = ", ".join(
        f'{{"id": "r{place}", "fold": {fold}, "split": "{"test" if place % 2 == fold % 2 else "train"}"}}'
        for fold, place in rows
    )
    found = split(tmp_path, f"[{text}]", "split.json")
    assert found.folds == {"1": frozenset({"r1", "r3"}), "2": frozenset({"r0", "r2"})}
    assert found.test == {"r0", "r1", "r2", "r3"}
    summary = folds_of(paired(make, [True, False, True, True]), found)
    assert summary is not None
    assert summary.kind == "file"
    assert summary.scores["micro_accuracy"] == (0.5, 1.0)
    assert folds_of(paired(make, [True]), split(tmp_path, "id,split\nr0,test\n")) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,part\n1,test\n", "no column 'split'"),
        ("split,name\ntest,x\n", "no column of report ids"),
        ("id,split\n1,maybe\n,test\n", "2 things are wrong"),
        ("id,split\n1,test\n1,train\n", "a second time; it is at 2 too"),
        ("id,split\n1,train\n", "No report is in the test part"),
    ],
)
def test_a_split_file_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ReadingError, match=words):
        split(tmp_path, text)
