import datetime
import sys
from decimal import Decimal

import polars as pl
import pytest

from epicrisis.errors import MissingExtraError, ReadingError
from epicrisis.reading import Columns, parquet, read

#: Stands in report texts; must never be in a message.
CANARY = "KANARIE7731"


def test_types_are_kept(tmp_path):
    path = tmp_path / "r.parquet"
    pl.DataFrame(
        {
            "report_id": ["007", "008"],
            "text": ["één", None],
            "age": [71, None],
            "weight": [70.5, float("nan")],
            "dead": [True, None],
            "seen": [datetime.date(2020, 1, 2), None],
            "at": [datetime.datetime(2020, 1, 2, 3, 4), datetime.datetime(2020, 1, 2)],
            "parts": [["a", "é"], None],
            "sum": [Decimal("1.10"), None],
            "kind": pl.Series(["x", "y"], dtype=pl.Categorical),
        }
    ).write_parquet(path)
    first, second = reports = list(read(path))
    assert [report.id for report in reports] == ["007", "008"]
    assert second.text == ""
    assert first.metadata == {
        "age": 71,
        "weight": 70.5,
        "dead": True,
        "seen": "2020-01-02",
        "at": "2020-01-02T03:04:00",
        "parts": '["a", "é"]',
        "sum": "1.10",
        "kind": "x",
    }
    assert second.metadata["at"] == "2020-01-02"
    assert second.metadata["weight"] is None
    assert (first.source.line, second.source.line) == (1, 2)


@pytest.mark.parametrize(("ids", "expected"), [([7, 8], ["7", "8"]), ([7.0, 8.5], ["7", "8.5"])])
def test_numeric_ids(tmp_path, ids, expected):
    path = tmp_path / "r.parquet"
    pl.DataFrame({"id": ids, "text": ["a", "b"]}).write_parquet(path)
    assert [report.id for report in read(path)] == expected


@pytest.mark.parametrize("rows", [0, 3, 4, 9])
def test_read_in_slices(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(parquet, "_SLICE", 4)
    path = tmp_path / "r [1].parquet"
    frame = pl.DataFrame(
        {"id": [str(n) for n in range(rows)], "text": ["a"] * rows}, schema={"id": str, "text": str}
    )
    frame.write_parquet(path, row_group_size=3)
    reports = read(path)
    assert [report.id for report in reports] == [str(n) for n in range(rows)]
    assert [report.source.line for report in reports] == list(range(1, rows + 1))


def test_a_text_column_that_is_none(tmp_path):
    path = tmp_path / "r.parquet"
    pl.DataFrame({"id": ["1"], "text": [5]}).write_parquet(path)
    with pytest.raises(ReadingError, match="Int64 values, not text"):
        read(path, Columns(text="text"))


def test_damaged_and_foreign_files(tmp_path, write):
    path = tmp_path / "r.parquet"
    pl.DataFrame({"id": ["1"], "text": [CANARY]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ReadingError, match="damaged or cut short"):
        read(path)
    with pytest.raises(ReadingError, match="not a Parquet file"):
        read(write("s.parquet", f"id,text\n1,{CANARY}\n"))


def test_without_polars_the_extra_is_named(tmp_path, monkeypatch, write):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtraError, match=r"epicrisis\[tables\]"):
        read(write("r.parquet", b"PAR1"))
