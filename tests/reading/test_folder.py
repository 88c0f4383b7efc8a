import pytest

from epicrisis.errors import ReadingError
from epicrisis.reading import Columns, read, survey

#: Stands in report texts; must never be in a message.
CANARY = "KANARIE7731"


def test_every_text_file_is_a_report(write, tmp_path):
    write("in/b.txt", "\ufefftwee\r\nregels")
    write("in/a.txt", "patiënt".encode("cp1252"))
    write("in/sub/c.TXT", "")
    write("in/.hidden.txt", "no")
    write("in/scan.pdf", b"%PDF")
    reports = read(tmp_path / "in")
    assert [(report.id, report.text) for report in reports] == [
        ("a", "patiënt"),
        ("b", "twee\r\nregels"),
        ("sub/c", ""),
    ]
    assert next(iter(reports)).source.path == str(tmp_path / "in" / "a.txt")
    assert "Left out 1 files" in reports.notes[0]
    assert reports.columns.identity == {"id": "id"}
    assert survey(reports).empty_ids == ("sub/c",)


def test_one_text_file_is_one_report(write):
    assert [(report.id, report.text) for report in read(write("x.txt", "a,b\nc"))] == [("x", "a,b\nc")]


def test_a_table_that_ends_in_txt(write):
    assert [r.id for r in read(write("x.txt", "nr\tverslag\n7\ta\n"), Columns(text="verslag", id="nr"))] == [
        "7"
    ]


def test_a_dotted_name_keeps_its_dots(write, tmp_path):
    write("in/mri.2020.txt", "a")
    assert next(iter(read(tmp_path / "in"))).id == "mri.2020"


def test_ids_that_clash(write, tmp_path):
    write("in/a.txt", CANARY)
    write("in/a.TXT", "y")
    with pytest.raises(ReadingError, match="'a'") as caught:
        survey(read(tmp_path / "in"))
    assert "a.TXT" in caught.value.message
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("names", "words"), [((), "no files"), (("a.pdf", "b.docx"), "not supported yet"), (("a.xml",), "1 .xml")]
)
def test_folders_without_text_files(write, tmp_path, names, words):
    (tmp_path / "in").mkdir()
    for name in names:
        write(f"in/{name}", "x")
    with pytest.raises(ReadingError, match=r"no \.txt files") as caught:
        read(tmp_path / "in")
    assert words in caught.value.hint


@pytest.mark.parametrize(("content", "words"), [(b"%PDF-1", "PDF"), (b"a\0b", "NUL")])
def test_a_file_that_is_no_text(write, tmp_path, content, words):
    path = write("in/a.txt", content)
    with pytest.raises(ReadingError, match=words) as caught:
        list(read(tmp_path / "in"))
    assert caught.value.path == str(path)
