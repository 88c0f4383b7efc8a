import os
from pathlib import Path

import pytest

from epicrisis.errors import OptionError, ReadingError
from epicrisis.reading import read


def test_a_missing_file_names_its_sibling(write, tmp_path):
    write("verslagen.csv", "id,text\n1,a\n")
    for wrong in ("verslagn.csv", "verslagen.xlsx", "Verslagen.CSV.gz"):
        with pytest.raises(ReadingError, match="no such file") as caught:
            read(tmp_path / wrong)
        assert "verslagen.csv" in caught.value.hint
    with pytest.raises(ReadingError, match="There is no folder"):
        read(tmp_path / "nowhere" / "r.csv")


@pytest.mark.parametrize("text", ["MRI hersenen\nGeen KANARIE", "KANARIE " * 100])
def test_a_text_given_for_a_path_is_not_repeated(text):
    with pytest.raises(ReadingError) as caught:
        read(text)
    assert "KANARIE" not in str(caught.value)


@pytest.mark.parametrize("name", ["r.pdf", "r.docx", "r.doc"])
def test_documents_are_not_supported_yet(write, name):
    with pytest.raises(ReadingError, match="not supported yet") as caught:
        read(write(name, b"x"))
    assert "Convert them to text" in caught.value.hint


@pytest.mark.parametrize("name", ["r.sav", "r", "r.csv.zip", "r.parquet.gz"])
def test_other_endings(write, name):
    with pytest.raises(ReadingError) as caught:
        read(write(name, b"x"))
    assert caught.value.hint


def test_the_format_can_be_given(write, tmp_path):
    path = write("export", "id,text\n1,a\n")
    assert read(path, format="csv").format == "csv"
    assert read(path, format=".TSV").format == "csv"
    with pytest.raises(OptionError):
        read(path, format="word")
    with pytest.raises(ReadingError, match="folder"):
        read(tmp_path, format="csv")


def test_a_pipe_cannot_be_read_twice(tmp_path):
    os.mkfifo(tmp_path / "r.csv")
    with pytest.raises(ReadingError, match="not an ordinary file"):
        read(tmp_path / "r.csv")


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl", "r.json", "r.parquet", "r.xlsx"])
def test_no_permission(write, monkeypatch, name):
    path = write(name, "id,text\n1,a\n")

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ReadingError, match="No permission") as caught:
        read(path)
    assert caught.value.path == str(path)
