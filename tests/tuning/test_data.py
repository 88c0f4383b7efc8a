"""Reports shared out by patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError
from epicrisis.evaluation.gold_cell import GoldCell
from epicrisis.evaluation.split_file import SplitFile
from epicrisis.examples.example import Example, same_text
from epicrisis.extraction.answer import Status
from epicrisis.prompting.worked import Cell, WorkedExample
from epicrisis.report import Report
from epicrisis.tuning.data import Annotated, Parts, check_learnable, lost_quotes, split


def made(
    number: int, *, patient: str | None = None, text: str | None = None, quote: str | None = None
) -> Annotated:
    text = text or f"Report {number}: {number % 4} lesions."
    value = number % 4
    return Annotated(
        Report(f"r{number:03}", text, patient=patient),
        {"lesions": GoldCell(Status.STATED, value, quote)},
        Example(WorkedExample(text, {"lesions": Cell(value, None)}, f"r{number:03}"), patient),
    )


def ids(reports: Sequence[Annotated]) -> set[str]:
    return {one.report.id for one in reports}


def everything(parts: Parts) -> list[Annotated]:
    return [one for _, some in parts.named() for one in some]


@given(
    patients=st.lists(st.integers(0, 30), min_size=40, max_size=80),
    seed=st.integers(0, 5),
    twins=st.sets(st.integers(0, 39), max_size=6),
)
def test_no_patient_and_no_text_is_in_two_parts(patients: list[int], seed: int, twins: set[int]) -> None:
    reports = [
        made(number, patient=f"p{patient}", text="The same words." if number in twins else None)
        for number, patient in enumerate(patients)
    ]
    try:
        parts = split(reports, seed=seed)
    except OptionError:
        assert len({one.patient for one in reports}) < 17  # joined by twins there can be fewer families
        return
    assert sorted(one.report.id for one in everything(parts)) == sorted(one.report.id for one in reports)
    for key in (lambda one: one.patient, lambda one: same_text(one.report.text)):
        places = [{key(one) for one in some} for _, some in parts.named()]
        assert not places[0] & places[1] | places[0] & places[2] | places[1] & places[2]


def test_the_shares_are_about_those_asked_for() -> None:
    parts = split([made(number) for number in range(100)])
    assert [len(some) for _, some in parts.named()] == [70, 15, 15]


def test_parts_depend_on_the_seed_and_not_on_the_order() -> None:
    reports = [made(number) for number in range(40)]
    assert ids(split(reports).test) == ids(split(reports[::-1]).test)
    assert ids(split(reports, seed=1).test) != ids(split(reports).test)


def test_too_few_patients_are_refused() -> None:
    reports = [made(number, patient=f"p{number % 9}") for number in range(50)]
    with pytest.raises(OptionError, match="50 annotated reports of 9 patients are too few"):
        split(reports)


def test_a_split_file_decides() -> None:
    reports = [made(number) for number in range(12)]
    parts = {f"r{number:03}": ("test", "validation", "train")[number % 3] for number in range(11)}
    found = split(reports, given=SplitFile("split.csv", parts, {}))
    assert ids(found.test) == {"r000", "r003", "r006", "r009"}
    assert ids(found.validation) == {"r001", "r004", "r007", "r010"}
    assert found.dropped == {"not in the split file": 1}


def test_a_split_file_that_tears_a_patient_apart_is_refused() -> None:
    reports = [made(number, patient="one" if number < 2 else None) for number in range(12)]
    parts = {f"r{number:03}": "test" if number == 0 else "train" for number in range(12)}
    with pytest.raises(OptionError, match="reports of one patient in test and train: r000, r001"):
        split(reports, given=SplitFile("split.csv", parts, {}))


def test_without_a_validation_part_some_training_patients_are_it() -> None:
    reports = [made(number, patient=f"p{number // 2}") for number in range(40)]
    parts = {f"r{number:03}": "test" if number < 10 else "train" for number in range(40)}
    found = split(reports, given=SplitFile("split.csv", parts, {}))
    assert len(found.validation) >= 4
    assert not {one.patient for one in found.validation} & {one.patient for one in found.train}
    assert ids(found.test) == {f"r{number:03}" for number in range(10)}


def test_a_text_of_two_patients_is_in_one_of_training_and_validation() -> None:
    # Each text twice, as reports of different patients.
    reports = [made(number, text=f"Text number {number // 2}.") for number in range(40)]
    found = split(reports, given=SplitFile("split.csv", {one.report.id: "train" for one in reports}, {}))
    assert found.validation
    assert not {one.report.text for one in found.validation} & {one.report.text for one in found.train}


def test_one_class_only_is_refused_and_a_constant_variable_is_said(
    toy_codebook: Callable[..., object],
) -> None:
    codebook = toy_codebook()
    alike = [made(4), made(8)]
    with pytest.raises(OptionError, match="one class only"):
        check_learnable(codebook.subset(["lesions"]), alike)  # type: ignore[attr-defined]
    notes = check_learnable(codebook, [made(1), made(2)])  # type: ignore[arg-type]
    assert len(notes) == 1
    assert "'enlarged'" in notes[0]


def test_quotes_that_are_not_in_the_text_are_counted() -> None:
    reports = [made(1, quote="1 lesions"), made(2, quote="of another report"), made(3)]
    assert lost_quotes(reports) == (1, 2)
