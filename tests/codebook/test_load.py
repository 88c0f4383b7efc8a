from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from epicrisis.codebook import Codebook, check, dump, load, loads
from epicrisis.errors import CodebookError


@pytest.fixture
def file(tmp_path: Path, good: str) -> Path:
    path = tmp_path / "codebook.yaml"
    path.write_text(good, encoding="utf-8")
    return path


def test_a_file_and_its_folder_give_the_same_codebook(file: Path) -> None:
    codebook = load(file)
    assert codebook.name == "brain"
    assert codebook.version == "2"
    assert codebook.languages == ["nl", "en"]
    assert load(file.parent) == load(str(file)) == codebook


def test_a_byte_order_mark_and_windows_lines_do_no_harm(file: Path, good: str) -> None:
    codebook = load(file)
    file.write_bytes(good.replace("\n", "\r\n").encode("utf-8-sig"))
    assert load(file) == codebook


def test_json_is_a_codebook_too(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "codebook.json"
    path.write_text(load(file).model_dump_json(exclude_none=True))
    assert load(path) == load(file)


def test_one_error_is_the_message_with_file_line_and_hint(file: Path, good: str) -> None:
    file.write_text(good.replace("title:", "titel:"))
    with pytest.raises(CodebookError) as caught:
        load(file)
    assert caught.value.location == f"{file}:3"
    assert caught.value.message == "'titel' is not a key of a codebook."
    assert caught.value.hint == "Did you mean 'title'?"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_many_errors_are_listed_with_lines_up_to_ten() -> None:
    text = "name: x\nvariables:\n" + "\n".join(f"  - {{name: v{n}, kind: wrong{n}}}" for n in range(12))
    with pytest.raises(CodebookError) as caught:
        loads(text)
    assert "12 errors" in caught.value.message
    assert "line 3: 'wrong0' is not a kind" in caught.value.message
    assert "line 12:" in caught.value.message
    assert "line 13:" not in caught.value.message
    assert "and 2 more" in caught.value.message
    assert "has no definition" not in caught.value.message
    assert caught.value.line == 3


@pytest.mark.parametrize("name", ["nothing.yaml", "a\0b", "x" * 5000])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(CodebookError, match="no such codebook"):
        load(tmp_path / name)


def test_a_folder_without_a_codebook(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"holds no codebook\.yaml"):
        load(tmp_path)


def test_a_file_that_is_not_utf_8_names_the_line(file: Path, good: str) -> None:
    file.write_bytes(good.replace("Brain MRI", "Hersenonderzoek één").encode("latin-1"))
    with pytest.raises(CodebookError, match="Not UTF-8") as caught:
        load(file)
    assert caught.value.line == 3


def test_a_file_of_reports_is_too_large_to_be_a_codebook(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(b"x" * 5_000_001)
    with pytest.raises(CodebookError, match="Larger than 5 MB"):
        load(path)


def test_a_codebook_made_in_python_can_be_checked(file: Path) -> None:
    check(load(file))
    bad = Codebook.model_validate({"name": "x", "variables": [{"name": "a__b", "kind": "boolean"}]})
    with pytest.raises(CodebookError, match="two underscores") as caught:
        check(bad)
    assert caught.value.line is None


def test_what_dump_writes_load_reads(file: Path) -> None:
    codebook = load(file)
    file.write_text(dump(codebook), encoding="utf-8")
    assert load(file) == codebook
