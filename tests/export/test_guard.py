"""Texts that a spreadsheet would take for formulas."""

import csv

import pytest

from epicrisis.errors import OptionError
from epicrisis.export import write_table
from epicrisis.export.cells import guarded


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1+1",
        "-1-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠x",
        "-",
        "=",
        "- none",
    ],
)
def test_formulas_begin_with_an_apostrophe(text) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", None, "-4", "+4", "-4.5", "-4,5", "-1e-5", "a=1", " text", "2020-01-02", "'x"]
)
def test_other_texts_and_numbers_stay(text) -> None:
    assert guarded(text) == text


def test_names_ids_and_carried_columns_are_guarded_too(tmp_path, codebook, full) -> None:
    path = tmp_path / "t.csv"
    record = full
    write_table([record], codebook, path, guard=True, identity={"id": "@id"})
    with path.open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["'@id"] == "007"
    assert row["naam"] == "'=A1"
    assert row["conclusion"] == "'" + '=1+1; "één",\r\ntwee'
    assert row["lesions"] == "3"


def test_only_text_files_are_guarded(tmp_path, codebook, full) -> None:
    with pytest.raises(OptionError, match="CSV"):
        write_table([full], codebook, tmp_path / "t.xlsx", guard=True)
