from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from epicrisis.codebook import Codebook, loads
from epicrisis.errors import ReadingError
from epicrisis.evaluation.gold import Blank, Gold, GoldCell, read_gold
from epicrisis.extraction.answer import Status

CODEBOOK = loads(
    """
name: small
languages: [nl]
variables:
  - {name: size, kind: quantity, unit: mm, definition: Size.}
  - {name: grade, kind: ordinal, definition: Grade., options: [1, 1.5, 2]}
  - {name: infarct, kind: boolean, definition: Infarct.}
  - name: side
    kind: category
    definition: Side.
    options:
      - {value: left, label: {nl: Links, de: Linke Seite}}
      - {value: right, label: Rechts}
      - both
  - {name: lesions, kind: count, definition: Lesions.}
  - {name: seen, kind: date, definition: Seen.}
  - {name: conclusion, kind: text, definition: Conclusion., max_length: 20}
  - {name: drugs, kind: spans, definition: Drugs., options: [drug, dose]}
  - name: specimens
    kind: group
    definition: Specimens.
    variables:
      - {name: site, kind: text, definition: Site.}
      - {name: width, kind: quantity, unit: mm, definition: Width.}
      - {name: malignant, kind: boolean, definition: Malignant.}
"""
)


def gold(tmp_path: Path, text: str, name: str = "gold.csv", **options: Any) -> Gold:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_gold(path, CODEBOOK, **options)


def problem(tmp_path: Path, text: str, name: str = "gold.csv", codebook: Codebook = CODEBOOK) -> ReadingError:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadingError) as caught:
        read_gold(path, codebook)
    return caught.value


def value(tmp_path: Path, variable: str, written: str) -> Any:
    """What is written in one cell of a line of JSON (text or JSON) as a value."""
    row = json.dumps({"id": "1", variable: written})
    return gold(tmp_path, row, "gold.jsonl").cells["1"][variable].value


def test_values_have_the_variables_own_types(tmp_path: Path) -> None:
    found = gold(tmp_path, "id,size,grade\n007,3 cm,1.5\n8,12,2\n").cells
    assert found["007"]["size"].value == {"value": 30.0, "unit": "mm"}
    assert found["007"]["grade"].value == 1.5
    assert found["8"]["size"].value == {"value": 12.0, "unit": "mm"}


@pytest.mark.parametrize(
    ("variable", "written", "expected"),
    [
        *(("infarct", word, True) for word in ("yes", "Ja", "TRUE", "1", "waar", "j", 1, 1.0, True)),
        *(("infarct", word, False) for word in ("no", "Nein", "nee", "False", "0", "FALSCH", 0, False)),
        ("size", "3,5", {"value": 3.5, "unit": "mm"}),
        ("size", "1,2 cm", {"value": 12.0, "unit": "mm"}),
        ("size", {"value": 2, "unit": "cm"}, {"value": 20.0, "unit": "mm"}),
        ("grade", "1,5", 1.5),
        ("grade", 2.0, 2),
        ("side", "LINKS", "left"),
        ("side", "linke seite", "left"),
        ("side", "Both", "both"),
        ("lesions", 3.0, 3),
        ("lesions", "3", 3),
        ("seen", "2020-01-31 00:00:00", "2020-01-31"),
        ("seen", "2020-01-31T14:05", "2020-01-31"),
        ("seen", 2020, "2020"),
        ("conclusion", "longer than the\n model may be", "longer than the model may be"),
        ("conclusion", 12, "12"),
        ("drugs", "ascal [Drug]; 80 mg [dose]", [("ascal", "drug"), ("80 mg", "dose")]),
        ("drugs", "a; b [drug]; c", [("a; b", "drug"), ("c", None)]),
        ("drugs", "iets [oud] [drug]", [("iets [oud]", "drug")]),
        ("drugs", ["ascal"], [("ascal", None)]),
        ("drugs", [], None),
        ("specimens", [], None),
        ("specimens", {"site": "long"}, [{"site": "long", "width": None, "malignant": None}]),
        (
            "specimens",
            [{"site": "NA", "width": 0.5, "width__unit": "cm", "malignant": "nee", "site__status": "failed"}],
            [{"site": None, "width": {"value": 5.0, "unit": "mm"}, "malignant": False}],
        ),
    ],
)
def test_what_people_write(tmp_path: Path, variable: str, written: Any, expected: Any) -> None:
    found = value(tmp_path, variable, written)
    if variable == "drugs" and expected is not None:
        assert all(mention["start"] is mention["end"] is None for mention in found)
        found = [(mention["text"], mention["type"]) for mention in found]
    assert found == expected
    assert type(found) is type(expected)


def test_mentions_keep_their_places(tmp_path: Path) -> None:
    mention = {"text": "ascal", "type": "drug", "start": 5, "end": 10}
    assert value(tmp_path, "drugs", [mention]) == [mention]  # type: ignore[arg-type]
    assert value(tmp_path, "drugs", json.dumps([mention])) == [mention]


def test_a_unit_column_goes_with_the_number(tmp_path: Path) -> None:
    found = gold(tmp_path, "id,size,size__unit\n1,3,cm\n2,4,\n").cells
    assert [found[report]["size"].value["value"] for report in "12"] == [30.0, 4.0]


@pytest.mark.parametrize(
    ("written", "blank", "expected"),
    [
        ("", Blank.NOT_MENTIONED, GoldCell(Status.NOT_MENTIONED)),
        ("NA", Blank.NOT_MENTIONED, GoldCell(Status.NOT_MENTIONED)),
        ("", Blank.IGNORE, None),
        ("NA", Blank.IGNORE, None),
        ("not_mentioned", Blank.IGNORE, GoldCell(Status.NOT_MENTIONED)),
        ("Not applicable", Blank.IGNORE, GoldCell(Status.NOT_APPLICABLE)),
        ("failed", Blank.NOT_MENTIONED, None),
    ],
)
def test_what_a_blank_cell_says(
    tmp_path: Path, written: str, blank: Blank, expected: GoldCell | None
) -> None:
    for variable in CODEBOOK.names:
        found = gold(tmp_path, f"id,{variable},{variable}__status\n1,{written},\n2,,\n", blank=blank)
        assert found.cells["1"].get(variable) == expected
        assert found.variables == (variable,)
        assert found.blank is blank


def test_na_can_be_an_option(tmp_path: Path) -> None:
    codebook = Codebook.model_validate(
        {"name": "x", "variables": [{"name": "v", "kind": "category", "options": ["NA", "not mentioned"]}]}
    )
    path = tmp_path / "gold.csv"
    path.write_text("id,v\n1,NA\n2,not mentioned\n")
    assert [cells["v"].value for cells in read_gold(path, codebook).cells.values()] == ["NA", "not mentioned"]


def test_a_status_stands_beside_the_value(tmp_path: Path) -> None:
    found = gold(
        tmp_path,
        "id,size,size__status,grade,grade__status,size__evidence\n"
        "1,5,Uncertain,,not_applicable,5 mm groot\n2,,,,,\n3,4,,,failed,\n",
    ).cells
    assert found["1"]["grade"] == GoldCell(Status.NOT_APPLICABLE)
    assert found["1"]["size"] == GoldCell(Status.UNCERTAIN, {"value": 5.0, "unit": "mm"}, "5 mm groot")
    assert found["2"]["size"] == GoldCell(Status.NOT_MENTIONED)
    assert found["3"]["size"].status is Status.STATED
    assert "grade" not in found["3"]


def test_workbooks_have_types(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "size", "infarct", "seen", "lesions"])
    sheet.append([7, 3.5, True, datetime.datetime(2020, 1, 31), 2.0])
    sheet.append(["007", "3 cm", "nee", "2020-02", None])
    book.save(tmp_path / "gold.xlsx")
    found = read_gold(tmp_path / "gold.xlsx", CODEBOOK).cells
    assert {name: cell.value for name, cell in found["7"].items()} == {
        "size": {"value": 3.5, "unit": "mm"},
        "infarct": True,
        "seen": "2020-01-31",
        "lesions": 2,
    }
    assert found["007"]["lesions"] == GoldCell(Status.NOT_MENTIONED)


def test_the_notes_say_what_was_passed_over(tmp_path: Path) -> None:
    found = gold(tmp_path, "id,age,scanner,size,size__notes\n1,71,B,5,x\n")
    assert found.notes == (
        "2 columns passed over: 'age', 'scanner'.",
        "8 variables without gold: 'grade', 'infarct', 'side', 'lesions', 'seen' and 3 more.",
    )


def test_late_columns_of_json_lines_count(tmp_path: Path) -> None:
    lines = [json.dumps({"id": str(number), "size": 1}) for number in range(300)]
    lines.append(json.dumps({"id": "x", "grade": 2}))
    found = gold(tmp_path, "\n".join(lines), "gold.jsonl")
    assert found.variables == ("size", "grade")
    assert found.cells["x"]["grade"].value == 2
    assert found.cells["0"]["grade"] == GoldCell(Status.NOT_MENTIONED)


@pytest.mark.parametrize("ids", ["id", "Accession Number", "verslagnummer", "my_number"])
def test_the_id_column_is_found_or_named(tmp_path: Path, ids: str) -> None:
    found = gold(tmp_path, f"lesions\t{ids}\n3\t007\n", "gold.tsv", id_name="my_number")
    assert found.cells["007"]["lesions"].value == 3


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("id,size\n1,5\n2,huge\n", 3, ["'size' must be a number and a unit"]),
        ("id,grade\n1,9\n", 2, ["'9' is not one of: 1, 1.5, 2. The nearest is 2."]),
        ("id,side\n1,lefft\n", 2, ["'lefft' is not one of: left, right, both. Did you mean 'left'?"]),
        ("id,side\n1,linkss\n", 2, ["Did you mean 'left'?"]),
        ("id,grade,grade__status\n1,1,sure\n", 2, ["'grade' has no known status, 'sure'", "not_mentioned"]),
        ("id,grade,grade__status\n1,1,not_mentioned\n", 2, ["is 'not_mentioned' and has a value", "Empty"]),
        ("id,grade,grade__status\n1,,stated\n", 2, ["is 'stated' and has no value"]),
        (
            "name,colour\n1,red\n",
            None,
            ["No column is recognisable", "'name', 'colour'", "No column is a var"],
        ),
        ("id,colour\n1,red\n", None, ["No column is a variable of the codebook 'small'", "'size'"]),
        ("name,size\n1,2\n", None, ["No column is recognisable as the ids"]),
        ("id,sise\n1,2\n", None, ["The column 'sise' is no variable", "Did you mean 'size'?"]),
        ("id,grade,infart__status,Size\n1,2,,3\n", None, ["'infart__status'", "'infarct'", "'Size'"]),
        ("id,size\n1,2\n1,3\n", 3, ["The id '1' is here a second time; it is at 2 too."]),
        ("id,size\n ,2\n", 2, ["The id column 'id' is empty"]),
        ("id,size\n", None, ["no rows"]),
        ("", None, ["no rows"]),
        (" \n\n", None, ["no rows"]),
        ("id,lesions\n1,-3\n", 2, ["-3 is out of range"]),
        ("id,seen\n1,31-12-2020\n", 2, ["must be a date: YYYY-MM-DD"]),
        ("id,drugs\n1,ascal [drugg]\n", 2, ["type 'drugg' is not one of: drug, dose. Did you mean 'drug'?"]),
        ("id,specimens\n1,long\n", 2, ["'specimens' is not valid JSON (Expecting value, at character 1)"]),
        ('id,specimens\n1,"[{""sight"": 1}]"\n', 2, ["has a key 'sight' that is no sub-variable", "'site'"]),
        ('id,specimens\n1,"[{""width"": ""x""}]"\n', 2, ["'specimens' 'width' must be a number"]),
        ("id,specimens\n1,[1]\n", 2, ["must be a JSON list of objects"]),
        ('id,drugs\n1,"[{""text"": ""a"", ""start"": 3}]"\n', 2, ["start and end do not fit"]),
        ('id,drugs\n1,"[{""text"": ""a"""\n', 2, ["'drugs' is not valid JSON"]),
        ("id,drugs\n1,[{}]\n", 2, ["has a mention without text"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, line: int | None, words: list[str]) -> None:
    found = problem(tmp_path, text)
    for word in words:
        assert word in str(found)
    assert found.line == line
    assert found.hint is None or found.hint.strip()


def test_all_that_is_wrong_is_listed_at_once(tmp_path: Path) -> None:
    found = problem(tmp_path, "id,size,grde,infarct\n1,huge,1,maybe\n2,1,2,yes\n2,1,2,yes\n,1,1,1\n")
    assert found.message.splitlines() == [
        "5 things are wrong:",
        "  The column 'grde' is no variable of the codebook. Did you mean 'grade'?",
        "  line 2: 'size' must be a number and a unit, as in 12.5 mm.",
        "  line 2: 'infarct' must be true or false (or yes or no, 1 or 0).",
        "  line 4: The id '2' is here a second time; it is at 3 too.",
        "  line 5: The id column 'id' is empty here.",
    ]


def test_twenty_problems_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    found = problem(tmp_path, "id,grade\n" + "".join(f"{number},7\n" for number in range(33)))
    lines = found.message.splitlines()
    assert lines[0] == "33 things are wrong:"
    assert len(lines) == 22
    assert lines[-1] == "  and 13 more"


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    (tmp_path / "gold.csv").write_text("id,size\n1,2\n")
    for name, words in (("gold.xlsx", "no such file"), (".", "not a file"), ("gold.doc", "no such file")):
        with pytest.raises(ReadingError, match=words):
            read_gold(tmp_path / name, CODEBOOK)
    (tmp_path / "gold.doc").write_text("x")
    with pytest.raises(ReadingError, match="cannot be told"):
        read_gold(tmp_path / "gold.doc", CODEBOOK)


SECRET = "Mevrouw Jansen heeft een groot infarct rechts frontaal"


@pytest.mark.parametrize("variable", CODEBOOK.names)
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_no_error_repeats_free_text(tmp_path: Path, variable: str, ending: str) -> None:
    """A column that was shifted by one holds a report where an option should be."""
    row = {"id": "1", variable: SECRET, f"{variable}__status": SECRET, f"{variable}__unit": "x"}
    text = json.dumps(row) if ending == "jsonl" else f"{','.join(row)}\n{','.join(row.values())}\n"
    for written in (text, text.replace("__status", "__other")):
        path = tmp_path / f"gold.{ending}"
        path.write_text(written)
        error = refused(path)
        assert error is None or "Jansen" not in str(error)


def refused(path: Path) -> ReadingError | None:
    try:
        read_gold(path, CODEBOOK)
    except ReadingError as error:
        return error
    return None


@given(st.text(max_size=30), st.sampled_from(CODEBOOK.names))
def test_any_cell_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, written: str, variable: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_text(json.dumps({"id": "1", variable: written}) + "\n", encoding="utf-8")
    error = refused(path)
    if error is not None:
        assert error.line == 1
        return
    cell = read_gold(path, CODEBOOK).cells["1"].get(variable)
    assert cell is None or (cell.value is not None) == cell.status.has_value
