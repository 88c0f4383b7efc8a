import csv
import gzip
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.errors import OptionError, ReadingError
from epicrisis.reading import Columns, read, survey
from epicrisis.reading.delimited import DELIMITERS, sniff

#: Stands in report texts; must never be in a message.
CANARY = "KANARIE7731"


def test_ids_stay_text_and_other_columns_are_carried(write):
    path = write("r.csv", "report_id,patient,date,text,age,note\n007,p1,2020-01-02,MRI normaal,071,\n")
    (report,) = reports = list(read(path))
    assert (report.id, report.patient, report.date, report.text) == ("007", "p1", "2020-01-02", "MRI normaal")
    assert report.metadata == {"age": "071", "note": ""}
    assert (report.source.path, report.source.line) == (str(path), 2)
    assert len(reports) == 1


def test_a_report_set_can_be_read_again_and_again(write):
    reports = read(write("r.csv", "id,text\n1,a\n2,b\n"))
    assert [report.id for report in reports] == [report.id for report in reports] == ["1", "2"]
    half = iter(reports)
    next(half)
    assert [report.id for report in reports] == ["1", "2"]


def test_reports_without_an_id_column_are_numbered(write):
    reports = read(write("r.csv", "text\nfoo\n\nbar, with a comma\n"))
    assert reports.columns.id is None
    assert [(report.id, report.text, report.source.line) for report in reports] == [
        ("1", "foo", 2),
        ("2", "bar, with a comma", 4),
    ]


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends(write, delimiter, end):
    rows = ["id|text|mta", '1|"a, b; c\td | ""e"""|2', "2|plain|3,5" if delimiter != "," else "2|plain|3.5"]
    content = end.join(row.replace("|", delimiter) for row in rows)
    first = content.splitlines()[1]
    assert first
    path = write("r.csv", content)
    found = read(path)
    assert found.delimiter == delimiter
    one, two = found
    assert one.text == 'a, b; c\td | "e"'.replace(" | ", f" {delimiter} ")
    assert two.text == "plain"


def test_a_short_file_with_commas_in_unquoted_texts(write):
    found = read(write("r.csv", "id;text\n1;links, rechts, boven\n2;onder, voor, achter\n"))
    assert found.delimiter == ";"
    assert next(iter(found)).text == "links, rechts, boven"


def test_excels_separator_line(write):
    found = read(write("r.csv", "sep=;\nid;text\n1;a,b\n"))
    assert [(report.id, report.text, report.source.line) for report in found] == [("1", "a,b", 3)]


def test_quoted_line_ends_are_kept_as_they_are(write):
    text = 'Eerste regel\r\nTweede "regel"\n\nDerde, regel'
    quoted = text.replace('"', '""')
    found = list(read(write("r.csv", f'id,text\n1,"{quoted}"\n2,b\n')))
    assert found[0].text == text
    assert found[1].source.line == 6


def test_spaces_before_quotes(write):
    found = list(read(write("r.csv", 'id, text\n1, "a, b"\n2, "c"\n')))
    assert [report.text for report in found] == ["a, b", "c"]


def test_empty_fields_too_many_and_blank_rows_are_passed_over(write):
    found = list(read(write("r.csv", "id;text\n1;a;;\n;\n2;b\n;;\n")))
    assert [(report.id, report.text) for report in found] == [("1", "a"), ("2", "b")]


def test_unnamed_columns_get_a_number(write):
    found = read(write("r.csv", ",text,id\n0,a,1\n"))
    assert next(iter(found)).metadata == {"column_1": "0"}


def test_the_delimiter_can_be_given(write):
    path = write("r.csv", "id^text\n1^a,b\n")
    assert next(iter(read(path, delimiter="^"))).text == "a,b"
    assert next(iter(read(write("t.csv", "id\ttext\n1\tb\n"), delimiter="\\t"))).text == "b"
    with pytest.raises(OptionError):
        read(path, delimiter="ab")


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (f"id,text\n1,a\n2,{CANARY},c\n", 3, "3 fields and the header has 2"),
        (f'id,text\n1,"a\nb"\n2,{CANARY},c\n', 4, "3 fields"),
        (f'id,text\n1,a\n2,"{CANARY}\n3,b\n', 3, "never closed"),
        (f'id,text\n1,a\n2,"{CANARY}"x\n3,b\n', 3, "quotes"),
        (f"id,text\n1,a\n,{CANARY}\n", 3, "id column 'id' is empty"),
        (f"id,text\n1,a\n  ,{CANARY}\n", 3, "id column 'id' is empty"),
    ],
)
def test_bad_rows_are_named_by_line_without_their_text(write, content, line, words):
    path = write("r.csv", content)
    with pytest.raises(ReadingError) as caught:
        list(read(path))
    assert caught.value.line == line
    assert caught.value.path == str(path)
    assert words in caught.value.message
    assert caught.value.hint
    assert CANARY not in str(caught.value)


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(write, monkeypatch):
    previous = csv.field_size_limit(1000)
    monkeypatch.setattr("epicrisis.reading.delimited.FIELD_LIMIT", 1000)
    try:
        content = 'id,text\n1,a\n2,"open\n' + "3,b\n" * 1000
        with pytest.raises(ReadingError, match="never closed") as caught:
            list(read(write("r.csv", content)))
        assert caught.value.line == 3
    finally:
        csv.field_size_limit(previous)


def test_fields_longer_than_the_usual_limit(write):
    text = "lang " * 60_000
    assert next(iter(read(write("r.csv", f"id,text\n1,{text}\n")))).text == text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n\n  \n", "empty"),
        (b"id,text\n1,\0\0\1\n", "binary"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PAR1....", "Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "password-protected"),
        (b"PK\x03\x04....", "zip"),
        (b"\x1f\x8b\x08....", "gzip"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"id,text,text\n1,a,b\n", "'text' occurs 2 times (columns 2, 3)"),
    ],
)
def test_files_that_are_no_csv(write, content, words):
    with pytest.raises(ReadingError) as caught:
        read(write("r.csv", content))
    assert words in caught.value.message
    assert caught.value.hint


def test_an_excel_file_posing_as_csv(tmp_path):
    from openpyxl import Workbook

    path = tmp_path / "r.csv"
    Workbook().save(path)
    with pytest.raises(ReadingError, match="an Excel workbook") as caught:
        read(path)
    assert ".xlsx" in caught.value.hint


def test_a_header_only_file_has_no_reports(write):
    with pytest.raises(ReadingError, match="only column names"):
        survey(read(write("r.csv", "id,text\n")))


def test_compressed_files(tmp_path, write):
    path = tmp_path / "r.csv.gz"
    data = gzip.compress(b"id,text\n" + b"".join(b"%d,geen afwijkingen\n" % number for number in range(9000)))
    path.write_bytes(data)
    assert sum(1 for _ in read(path)) == 9000
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ReadingError, match="cut short"):
        read(path)
    with pytest.raises(ReadingError, match="not a gzip file"):
        read(write("s.csv.gz", "id,text\n1,a\n"))


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "r.csv"
    with path.open("w") as out:
        out.write("id,text,age\n")
        for number in range(10_000):
            out.write(f'{number},"{"geen afwijkingen, " * 100}",7\n')
    assert path.stat().st_size > 17_000_000
    tracemalloc.start()
    try:
        counted = survey(read(path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counted.reports == 10_000
    assert peak < 6_000_000


cell_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)


@given(
    rows=st.lists(st.tuples(cell_text, cell_text), min_size=1, max_size=8),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_whatever_a_csv_writer_writes_is_read_back(tmp_path_factory, rows, delimiter, encoding):
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["id", "verslag", "extra"])
    for number, (text, extra) in enumerate(rows):
        writer.writerow([f"0{number}", text, extra])
    path = tmp_path_factory.mktemp("csv") / "r.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    found = [(report.id, report.text, report.metadata["extra"]) for report in read(path)]
    assert found == [(f"0{number}", text, extra) for number, (text, extra) in enumerate(rows)]


@given(st.text(max_size=60))
def test_sniffing_never_fails(sample):
    assert sniff(sample, wanted=Columns(text="text")).delimiter
