"""From files to what is trained on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import OptionError, ReadingError
from epicrisis.tuning.gather import gather


def test_reports_with_gold_are_shared_out_by_patient(
    toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path]
) -> None:
    found = gather(toy_codebook(), *liver_files)
    ids = [{one.report.id for one in some} for _, some in found.parts.named()]
    assert sum(map(len, ids)) == 24
    assert all(ids)
    patients = [{one.report.patient for one in some} for _, some in found.parts.named()]
    assert not patients[0] & (patients[1] | patients[2])
    assert found.gold == "gold.csv"
    assert not any("patient" in note for note in found.notes)


def test_quotes_that_are_not_there_are_said(
    toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path], tmp_path: Path
) -> None:
    rows = ["id,variable,value,quote"]
    for number in range(24):
        quote = f"{number % 4} haarden" if number % 2 else "words of another report"
        rows += [f"r{number:02},lesions,{number % 4},{quote}", f"r{number:02},enlarged,,"]
    gold = tmp_path / "gold.csv"
    gold.write_text("\n".join(rows))
    found = gather(toy_codebook(), liver_files[0], gold)
    assert any(
        note.startswith("12 of 24 quotes in the gold are not in their reports") for note in found.notes
    )


def test_a_split_file_is_read(
    toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path], tmp_path: Path
) -> None:
    split = tmp_path / "split.csv"
    parts = {number: ("train", "validation", "test")[number % 20 % 3] for number in range(24)}
    split.write_text("id,split\n" + "".join(f"r{number:02},{part}\n" for number, part in parts.items()))
    found = gather(toy_codebook(), *liver_files, split_file=split)
    assert [one.report.id for one in found.parts.test] == [
        f"r{n:02}" for n, part in parts.items() if part == "test"
    ]
    with pytest.raises(ReadingError):
        gather(toy_codebook(), *liver_files, split_file=tmp_path / "none.csv")


def test_what_a_split_file_leaves_open_is_said(
    toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path], tmp_path: Path
) -> None:
    split = tmp_path / "split.csv"
    lines = (f"r{number:02},{'test' if number % 20 in (3, 4) else 'train'}\n" for number in range(22))
    split.write_text("id,split\n" + "".join(lines))
    found = gather(toy_codebook(), *liver_files, split_file=split)
    chosen = len(found.parts.validation)
    assert chosen > 0
    assert f"The split file names no validation part: {chosen} of its training reports are it." in found.notes
    assert "2 annotated reports are left out: not in the split file." in found.notes


def test_a_split_file_needs_no_test_part(
    toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path], tmp_path: Path
) -> None:
    """Where it is tested elsewhere."""
    split = tmp_path / "split.csv"
    lines = (f"r{number:02},{'validation' if number % 4 == 0 else 'train'}\n" for number in range(24))
    split.write_text("id,split\n" + "".join(lines))
    found = gather(toy_codebook(), *liver_files, split_file=split).parts
    assert [len(part) for _, part in found.named()] == [18, 6, 0]


def test_silver_trains_and_never_tests(
    toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path], tmp_path: Path
) -> None:
    reports, silver = ["id,patient,text"], ["id,lesions,enlarged"]
    gold_lines = liver_files[0].read_text().splitlines()[1:]
    for number in range(6):
        reports.append(f"s{number},q{number},Andere lever {number}{number}: {number % 4} haarden gezien.")
        silver.append(f"s{number},{number % 4},false")
    # Of a patient who is in every part's reach, and a copy of a report that has gold.
    reports += gold_lines
    silver += [f"{line.split(',')[0]},1,true" for line in gold_lines]
    both, file = tmp_path / "both.csv", tmp_path / "silver.csv"
    both.write_text("\n".join(reports))
    file.write_text("\n".join(silver))
    found = gather(toy_codebook(), both, liver_files[1], silver=file)
    assert sorted(one.id for one in found.silver) == [f"s{number}" for number in range(6)]
    assert found.record is not None
    assert found.record["trained_on"] == 6
    assert json.dumps(found.record)
    assert any("left out" in note for note in found.notes)


def test_gold_without_reports_is_refused(
    toy_codebook: Callable[..., Any], liver_files: tuple[Path, Path]
) -> None:
    with pytest.raises(OptionError, match="no text"):
        gather(toy_codebook(), ["Een ander verslag."], liver_files[1])
