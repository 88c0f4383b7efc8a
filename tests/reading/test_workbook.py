import datetime
import re
import zipfile

import pytest
from openpyxl import Workbook

from epicrisis.errors import ReadingError
from epicrisis.reading import Columns, read

#: Stands in report texts; must never be in a message.
CANARY = "KANARIE7731"


@pytest.fixture
def save(tmp_path):
    def to(*rows, name="r.xlsx", more=()):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        for title, others in more:
            sheet = book.create_sheet(title)
            for row in others:
                sheet.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return to


def test_cells_become_plain_values(save):
    path = save(
        ["id", "text", "seen", "at", "age", "weight", "dead", "note"],
        [
            "007",
            "één\ntwee",
            datetime.date(2020, 1, 2),
            datetime.datetime(2020, 1, 2, 3, 4),
            71,
            70.5,
            True,
            None,
        ],
        [7, 2019, None, None, 7.0, None, False, "=1+1"],
    )
    first, second = read(path)
    assert (first.id, second.id) == ("007", "7")
    assert (first.text, second.text) == ("één\ntwee", "2019")
    assert first.metadata == {
        "seen": "2020-01-02",
        "at": "2020-01-02T03:04:00",
        "age": 71,
        "weight": 70.5,
        "dead": True,
        "note": None,
    }
    assert second.metadata["age"] == 7
    assert type(second.metadata["age"]) is int
    assert second.source.line == 3


def test_blank_rows_and_columns_are_passed_over(save):
    reports = list(
        read(save([], ["id", "text", None], ["1", "a", None], [None, None, None], ["2", "b"], [None, ""]))
    )
    assert [(report.id, report.text, report.source.line) for report in reports] == [
        ("1", "a", 3),
        ("2", "b", 5),
    ]


def test_sheets(save):
    path = save(["id", "text"], ["1", "a"], more=[("Verslagen", [["id", "verslag"], ["9", "z"]])])
    reports = read(path)
    assert [report.id for report in reports] == ["1"]
    assert "1 more" in reports.notes[0]
    assert [report.id for report in read(path, sheet="Verslagen")] == ["9"]
    with pytest.raises(ReadingError, match="Did you mean 'Verslagen'") as caught:
        read(path, sheet="verslag")
    assert "'Sheet', 'Verslagen'" in caught.value.hint


def test_a_wrong_size_in_the_file_cuts_nothing_off(save, tmp_path):
    source = save(["id", "text"], ["1", "a"], ["2", "b"])
    target = tmp_path / "wrong.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                data = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data)
                assert b'"A1"' in data
            new.writestr(item, data)
    assert [(report.id, report.text) for report in read(target)] == [("1", "a"), ("2", "b")]


def test_escaped_control_characters(save):
    assert next(iter(read(save(["id", "text"], ["1", "a_x000D_\nb _xyz_"])))).text == "a\r\nb _xyz_"


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "is empty"),
        ([["id", "text", "text"]], "occurs 2 times"),
        ([["id", "text"], ["1", "a", CANARY]], "column 3, beyond the 2"),
        ([["id", "text"], [None, CANARY]], "id column 'id' is empty"),
    ],
)
def test_bad_sheets(save, rows, words):
    with pytest.raises(ReadingError) as caught:
        list(read(save(*rows)))
    assert words in caught.value.message
    assert CANARY not in str(caught.value)


def test_a_text_column_of_numbers(save):
    with pytest.raises(ReadingError, match="holds numbers, not text"):
        read(save(["id", "text"], ["1", 5], ["2", 6]), Columns(text="text"))


def test_other_files(write, save):
    for content, words in (
        (b"id,text\n1,a", "not an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
    ):
        with pytest.raises(ReadingError, match=words):
            read(write("o.xlsx", content))
    path = save(["id", "text"])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ReadingError, match=r"cut-short|damaged"):
        read(path)
