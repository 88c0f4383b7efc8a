import csv
import json
import sys
import tracemalloc
from itertools import islice

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.codebook.codebook import Codebook
from epicrisis.errors import MissingExtraError, OptionError, OutputError
from epicrisis.export import check_columns, format_of, frame, parquet_file, workbook, write_table
from epicrisis.extraction.answer import Answer, Extraction, Status
from epicrisis.extraction.record import Record
from epicrisis.reading import Columns, read

SPANS = [
    {"text": "ascal", "type": "drug", "start": 5, "end": 10},
    {"text": "80 mg", "type": None, "start": 11, "end": 16},
]
ITEMS = [{"site": "long", "width": 4.5, "width__unit": "mm"}, {"site": None, "width": None}]


def names(folder):
    return [path.name for path in folder.iterdir()]


def csv_rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_wide_csv(tmp_path, codebook, full, failed):
    path = tmp_path / "t.csv"
    assert write_table([full, failed], codebook, path) == 2
    one, two = csv_rows(path)
    assert one == {
        "id": "007",
        "patient": "p1",
        "date": "2020-01-02",
        "leeftijd": "71",
        "naam": "=A1",
        "gewicht": "70.5",
        "overleden": "false",
        "leeg": "",
        "infarct": "true",
        "side": "left",
        "mta": "2",
        "lesions": "3",
        "size": "12",
        "size__unit": "mm",
        "seen": "2020-01",
        "conclusion": '=1+1; "één",\r\ntwee',
        "drugs": "ascal [drug]; 80 mg",
        "specimens": json.dumps(ITEMS),
    }
    assert list(one) == list(two)
    assert two["id"] == "008"
    assert two["gewicht"] == "80"
    assert {two[name] for name in codebook.names} == {""}


def test_what_stands_beside_the_values(tmp_path, codebook, full, failed):
    path = tmp_path / "t.csv"
    extras = ("status", "evidence", "grade", "confidence", "votes", "notes")
    write_table([full, failed], codebook, path, include=set(extras))
    one, two = csv_rows(path)
    assert [one[f"mta__{extra}"] for extra in extras] == [
        "uncertain",
        "MTA 2?",
        "normalised",
        "",
        "",
        "",
    ]
    assert (one["lesions__confidence"], one["lesions__votes"]) == ("0.5", "0.6")
    assert list(one)[-7:] == ["specimens", *(f"specimens__{extra}" for extra in extras)]
    parts = json.loads(one["specimens"])
    assert (parts[0]["site__evidence"], parts[1]["width__notes"]) == ("long", "out of range")
    assert two["infarct__status"] == "failed"
    assert two["infarct__notes"] == "too long: 9000 tokens, 8192 fit"
    write_table([full], codebook, path, include={"status"})
    assert "mta__status" in csv_rows(path)[0]
    assert "mta__evidence" not in csv_rows(path)[0]


def test_identity_and_carried_columns_under_their_own_names(tmp_path, codebook, full):
    path = tmp_path / "t.csv"
    identity = {"id": "verslagnummer", "patient": "pid", "date": "pid"}
    write_table(iter([full]), codebook, path, identity=identity, carried=["leeg", "leeftijd"])
    (row,) = csv_rows(path)
    assert list(row)[:5] == ["verslagnummer", "pid", "leeg", "leeftijd", "infarct"]
    assert row["leeftijd"] == "71"
    write_table([full], codebook, path, carried=())
    assert "leeftijd" not in csv_rows(path)[0]


def test_json_lines_keep_types(tmp_path, codebook, full, failed):
    path = tmp_path / "t.jsonl"
    write_table([full, failed], codebook, path)
    one, two = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    assert (one["leeftijd"], one["gewicht"], one["overleden"], one["leeg"]) == (71, 70.5, False, None)
    assert (one["infarct"], one["mta"], one["size"]) == (True, 2, 12.0)
    assert (one["drugs"], one["specimens"]) == (SPANS, ITEMS)
    assert two["infarct"] is None
    assert "é" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", [1, 5000])
def test_parquet_keeps_types(tmp_path, codebook, full, failed, monkeypatch, part):
    monkeypatch.setattr(parquet_file, "_PART", part)
    path = tmp_path / "t.parquet"
    assert write_table([full, failed], codebook, path, include={"confidence"}) == 2
    table = pl.read_parquet(path)
    assert table.equals(frame([full, failed], codebook, include={"confidence"}))
    assert table.schema["leeftijd"] == pl.Int64
    assert table.schema["gewicht"] == pl.Float64
    assert table.schema["overleden"] == pl.Boolean
    assert table.schema["infarct"] == pl.Boolean
    assert table.schema["mta"] == pl.Int64
    assert table.schema["size"] == pl.Float64
    assert table.schema["size__confidence"] == pl.Float64
    assert table["id"].to_list() == ["007", "008"]
    assert table["gewicht"].to_list() == [70.5, 80.0]
    assert json.loads(table["drugs"][0]) == SPANS
    assert json.loads(table["specimens"][0])[1]["site"] is None
    assert names(tmp_path) == ["t.parquet"]


def test_carried_columns_of_mixed_types_become_text(codebook):
    def record(number, value):
        return Record(report_id=str(number), metadata={"x": value}, extraction=Extraction(str(number), {}))

    for values, kind, expected in (
        ([7, "007", True, 1.0], pl.String, ["7", "007", "true", "1.0"]),
        ([7, 2**60], pl.Int64, [7, 2**60]),
        ([0.5, 2**60], pl.String, ["0.5", str(2**60)]),
        ([1, 2**70], pl.String, ["1", str(2**70)]),
        ([True, 1], pl.String, ["true", "1"]),
        ([None, None], pl.String, [None, None]),
        ([0.1, 1e300, -5e-324], pl.Float64, [0.1, 1e300, -5e-324]),
    ):
        table = frame([record(n, value) for n, value in enumerate(values)], codebook)
        assert table.schema["x"] == kind
        assert table["x"].to_list() == expected


def test_tables_without_rows(tmp_path, codebook):
    for name in ("t.csv", "t.jsonl", "t.parquet", "t.xlsx"):
        assert write_table([], codebook, tmp_path / name) == 0
    assert pl.read_parquet(tmp_path / "t.parquet").columns[:2] == ["id", "infarct"]
    assert (tmp_path / "t.csv").read_text().startswith("id,infarct,")


def test_excel(tmp_path, codebook, full, failed):
    path = tmp_path / "t.xlsx"
    write_table([full, failed], codebook, path)
    sheet = openpyxl.load_workbook(path).active
    head, one, two = sheet.iter_rows()
    cells = {name.value: cell for name, cell in zip(head, one, strict=True)}
    assert cells["id"].value == "007"
    assert (cells["leeftijd"].value, cells["gewicht"].value, cells["overleden"].value) == (71, 70.5, False)
    assert (cells["naam"].value, cells["naam"].data_type) == ("=A1", "s")
    assert cells["conclusion"].data_type == "s"
    assert cells["size"].value == 12
    assert cells["drugs"].value == "ascal [drug]; 80 mg"
    assert sheet.freeze_panes == "A2"
    assert two[0].value == "008"
    assert next(iter(read(path, Columns(text="conclusion")))).text == '=1+1; "één",\r\ntwee'


def test_what_excel_cannot_hold_is_an_error_not_a_cut(tmp_path, codebook, monkeypatch):
    path = tmp_path / "t.xlsx"
    path.write_bytes(b"old")
    long = Record(report_id="9", metadata={"x": "é" * 32_768}, extraction=Extraction("9", {}))
    with pytest.raises(OutputError, match="32,768 characters") as caught:
        write_table([long], codebook, path)
    assert "'x' for '9'" in caught.value.message
    assert "Parquet" in caught.value.hint
    fits = Record(report_id="9", metadata={"x": "é" * 32_767}, extraction=Extraction("9", {}))
    wide = Record(report_id="9", metadata={"x": "\U0001f600" * 20_000}, extraction=Extraction("9", {}))
    with pytest.raises(OutputError, match="characters"):
        write_table([wide], codebook, path)
    monkeypatch.setattr(workbook, "MAX_ROWS", 3)
    with pytest.raises(OutputError, match="rows that an Excel sheet holds"):
        write_table([fits] * 3, codebook, path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["t.xlsx"]
    assert write_table([fits] * 2, codebook, path) == 2


def test_large_numbers_stay_whole_in_excel(tmp_path, codebook):
    path = tmp_path / "t.xlsx"
    record = Record(
        report_id="1",
        metadata={"x": 12345678901234567, "y": "#N/A", "z": "a\x07b_x0041_"},
        extraction=Extraction("1", {}),
    )
    write_table([record], codebook, path)
    (report,) = read(path, Columns(text="y"))
    assert report.text == "#N/A"
    assert report.metadata["x"] == "12345678901234567"
    assert report.metadata["z"] == "a\x07b_x0041_"


def test_long(tmp_path, codebook, full, failed):
    path = tmp_path / "t.csv"
    count = write_table(
        iter([full, failed]), codebook, path, form="long", identity={"id": "nr", "patient": "pid"}
    )
    rows = csv_rows(path)
    assert count == len(rows) == 7 + 2 + 5 + 9
    by = {(row["nr"], row["variable"], row["item"], row["part"]): row for row in rows}
    size = by["007", "size", "", ""]
    assert size == {
        "nr": "007", "pid": "p1", "variable": "size", "item": "", "part": "", "type": "", "value": "12",
        "unit": "mm", "status": "stated", "quote": "12mm", "start": "40", "end": "44", "grade": "exact",
        "confidence": "0.75", "votes": "", "notes": "",
    }  # fmt: skip
    assert by["007", "infarct", "", ""]["value"] == "true"
    first, second = by["007", "drugs", "1", ""], by["007", "drugs", "2", ""]
    assert (first["type"], first["value"], first["start"], first["end"]) == ("drug", "ascal", "5", "10")
    assert (second["type"], second["quote"], second["grade"]) == ("", "80 mg", "exact")
    assert by["007", "specimens", "", ""]["status"] == "stated"
    assert by["007", "specimens", "1", "width"]["value"] == "4.5"
    assert by["007", "specimens", "2", "width"]["notes"] == "out of range"
    assert {row["status"] for row in rows if row["nr"] == "008"} == {"failed"}


def test_long_in_other_formats(tmp_path, codebook, full):
    write_table([full], codebook, tmp_path / "t.jsonl", form="long")
    rows = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["value"] for row in rows[:5]] == [True, "left", 2, 3, 12]
    assert rows[0]["date"] == "2020-01-02"
    table = frame([full], codebook, form="long")
    assert table["value"].to_list()[:5] == ["true", "left", "2", "3", "12"]
    assert table.schema["start"] == pl.Int64
    write_table([full], codebook, tmp_path / "t.xlsx", form="long")


@pytest.mark.parametrize(
    ("identity", "carried", "form", "name"),
    [
        ({"id": "id"}, ["mta"], "wide", "mta"),
        ({"id": "id"}, ["size__unit"], "wide", "size__unit"),
        ({"id": "mta"}, [], "wide", "mta"),
        ({"id": "nr"}, ["nr"], "wide", "nr"),
        ({"id": "value"}, [], "long", "value"),
    ],
)
def test_columns_that_collide_are_an_error_up_front(codebook, identity, carried, form, name):
    with pytest.raises(OutputError, match=repr(name)) as caught:
        check_columns(codebook, identity=identity, carried=carried, form=form)
    assert "Rename" in caught.value.hint


def test_extras_can_collide_with_a_variable():
    codebook = Codebook.model_validate(
        {"name": "x", "variables": [{"name": "a", "kind": "text"}, {"name": "a__status", "kind": "text"}]}
    )
    check_columns(codebook)
    with pytest.raises(OutputError, match="a__status"):
        check_columns(codebook, include={"status"})


def test_a_column_that_comes_late(tmp_path, codebook, full):
    late = Record(report_id="9", metadata={"late": 1}, extraction=Extraction("9", {}))
    path = tmp_path / "t.csv"
    assert write_table([full, late], codebook, path) == 2
    assert csv_rows(path)[1]["late"] == "1"
    for first in (full, Record(report_id="1", extraction=Extraction("1", {}))):
        with pytest.raises(OutputError, match="'late'"):
            write_table(iter([first, late]), codebook, path)
    assert csv_rows(path)[1]["late"] == "1"


def test_options_that_make_no_sense(tmp_path, codebook):
    for options in (
        {"include": {"statuses"}},
        {"form": "long", "include": {"status"}},
        {"form": "tall"},
        {"format": "sav"},
        {"format": "jsonl", "bom": True},
    ):
        with pytest.raises(OptionError):
            write_table([], codebook, tmp_path / "t.csv", **options)
    assert not names(tmp_path)
    with pytest.raises(OptionError, match=r"'t\.sav'") as caught:
        format_of("t.sav")
    assert "parquet" in caught.value.hint
    assert format_of("t.out", "XLSX") == "xlsx"


def test_a_mark_for_excel(tmp_path, codebook, full):
    path = tmp_path / "t.csv"
    write_table([full], codebook, path, bom=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_without_polars_the_extra_is_named(tmp_path, codebook, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(MissingExtraError, match=r"epicrisis\[tables\]"):
        write_table([], codebook, tmp_path / "t.parquet")
    with pytest.raises(MissingExtraError):
        frame([], codebook)
    assert not names(tmp_path)


def test_half_characters_and_odd_numbers(tmp_path, codebook):
    answers = {
        "conclusion": Answer(Status.INFERRED, "a\ud800b"),
        "size": Answer(Status.INFERRED, {"value": float("inf"), "unit": "mm"}),
    }
    record = Record(report_id="1", metadata={"x": float("inf")}, extraction=Extraction("1", answers))
    for name in ("t.csv", "t.jsonl", "t.parquet", "t.xlsx"):
        write_table([record], codebook, tmp_path / name)
    assert csv_rows(tmp_path / "t.csv")[0]["conclusion"] == "a\ufffdb"
    assert json.loads((tmp_path / "t.jsonl").read_text())["x"] == "inf"


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_memory_does_not_grow_with_the_table(tmp_path, codebook, full, monkeypatch, name):
    monkeypatch.setattr(parquet_file, "_PART", 200)

    def records():
        for number in range(2000):
            yield Record(report_id=str(number), metadata={"x": "lang " * 400}, extraction=full.extraction)

    write_table(islice(records(), 10), codebook, tmp_path / name)
    tracemalloc.start()
    try:
        write_table(records(), codebook, tmp_path / name)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_500_000


plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
cells = (
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | plain
)
identifiers = plain.filter(lambda text: text.strip())


@given(
    rows=st.lists(st.tuples(identifiers, cells, plain), min_size=1, max_size=6, unique_by=lambda row: row[0]),
    name=st.sampled_from(["t.csv", "t.jsonl", "t.parquet", "t.xlsx"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
def test_what_is_written_is_read_back(tmp_path, codebook, rows, name):
    records = [
        Record(
            report_id=id_,
            metadata={"x": value, "note": note},
            extraction=Extraction(id_, {"conclusion": Answer(Status.INFERRED, note)}),
        )
        for id_, value, note in rows
    ]
    write_table(records, codebook, tmp_path / name, identity={"id": "verslagnummer"})
    found = list(read(tmp_path / name, Columns(text="conclusion", id="verslagnummer")))
    assert [report.id for report in found] == [id_ for id_, _, _ in rows]
    assert [report.text for report in found] == [note for _, _, note in rows]
    assert [report.metadata["note"] or "" for report in found] == [note for _, _, note in rows]
    if name == "t.jsonl":
        assert [report.metadata["x"] for report in found] == [value for _, value, _ in rows]
