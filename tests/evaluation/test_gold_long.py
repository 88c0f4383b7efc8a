from __future__ import annotations

from pathlib import Path

import pytest

from epicrisis.codebook import loads
from epicrisis.errors import ReadingError
from epicrisis.evaluation.gold import Blank, Gold, GoldCell, read_gold
from epicrisis.extraction.answer import Status

CODEBOOK = loads(
    """
name: small
variables:
  - {name: size, kind: quantity, unit: mm, definition: Size.}
  - {name: infarct, kind: boolean, definition: Infarct.}
  - {name: drugs, kind: spans, definition: Drugs., options: [drug, dose]}
  - name: specimens
    kind: group
    definition: Specimens.
    variables:
      - {name: site, kind: text, definition: Site.}
      - {name: width, kind: quantity, unit: mm, definition: Width.}
"""
)
HEADER = "id,variable,item,part,type,value,unit,status,quote,start,end\n"


def gold(tmp_path: Path, rows: str, header: str = HEADER, **options: Blank) -> Gold:
    path = tmp_path / "gold.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_gold(path, CODEBOOK, **options)


def test_every_kind_of_row(tmp_path: Path) -> None:
    found = gold(
        tmp_path,
        "1,size,,,,3,cm,stated,3 cm groot,4,14\n"
        "1,infarct,,,,nee,,,geen infarct,,\n"
        "1,drugs,1,,drug,ascal,,stated,ascal,5,10\n"
        "1,drugs,2,,dose,80 mg,,stated,80 mg,11,16\n"
        "1,specimens,,,,,,uncertain,long,,\n"
        "1,specimens,1,site,,long,,stated,,,\n"
        "1,specimens,1,width,,5,,stated,,,\n"
        "1,specimens,2,width,,1,cm,,,,\n"
        "1,specimens,2,site,,,,not_mentioned,,,\n",
    )
    assert found.variables == ("size", "infarct", "drugs", "specimens")
    assert found.cells["1"] == {
        "size": GoldCell(Status.STATED, {"value": 30.0, "unit": "mm"}, "3 cm groot"),
        "infarct": GoldCell(Status.STATED, False, "geen infarct"),
        "drugs": GoldCell(
            Status.STATED,
            [
                {"text": "ascal", "type": "drug", "start": 5, "end": 10},
                {"text": "80 mg", "type": "dose", "start": 11, "end": 16},
            ],
            "ascal",
        ),
        "specimens": GoldCell(
            Status.UNCERTAIN,
            [
                {"site": "long", "width": {"value": 5.0, "unit": "mm"}},
                {"site": None, "width": {"value": 10.0, "unit": "mm"}},
            ],
            "long",
        ),
    }


def test_few_columns_are_enough(tmp_path: Path) -> None:
    found = gold(
        tmp_path,
        "007,size,5\n007,infarct,\n007,drugs,ascal [drug]\n8,drugs,ascal\n8,drugs,ascal\n",
        "verslag_id,variable,value\n",
    ).cells
    assert found["007"]["size"].value == {"value": 5.0, "unit": "mm"}
    assert found["007"]["infarct"] == GoldCell(Status.NOT_MENTIONED)
    assert [mention["type"] for mention in found["007"]["drugs"].value] == ["drug"]
    assert [mention["text"] for mention in found["8"]["drugs"].value] == ["ascal", "ascal"]


@pytest.mark.parametrize("blank", Blank)
def test_a_missing_row_is_a_blank_cell(tmp_path: Path, blank: Blank) -> None:
    found = gold(tmp_path, "1,size,,,,5,,,,,\n2,infarct,,,,ja,,,,,\n", blank=blank)
    silent = GoldCell(Status.NOT_MENTIONED) if blank is Blank.NOT_MENTIONED else None
    assert found.cells["1"].get("infarct") == silent
    assert found.cells["2"].get("size") == silent
    assert found.variables == ("size", "infarct")


def test_failed_answers_are_no_gold(tmp_path: Path) -> None:
    found = gold(tmp_path, "1,size,,,,,,failed,,,\n1,infarct,,,,ja,,,,,\n1,specimens,,,,,,failed,,,\n").cells
    assert set(found["1"]) == {"infarct"}


def test_other_variables_are_passed_over(tmp_path: Path) -> None:
    found = gold(tmp_path, "1,size,,,,5,,,,,\n1,scanner,,,,B,,,,,\n2,scanner,,,,C,,,,,\n")
    assert found.notes[0] == "1 name passed over: 'scanner'."
    assert set(found.cells) == {"1", "2"}


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        (
            "1,size,,,,5,,,,,\n1,sise,,,,5,,,,,\n",
            3,
            "'sise' is no variable of the codebook. Did you mean 'size'?",
        ),
        ("1,infart,,,,ja,,,,,\n", 2, "Did you mean 'infarct'?"),
        ("1,size,,,,5,,,,,\n1,size,,,,6,,,,,\n", 3, "'size' is here a second time; it is at 2 too."),
        ("1,size,,,,x,,,,,\n", 2, "'size' must be a number"),
        ("1,size,,,,5,,perhaps,,,\n", 2, "no known status, 'perhaps'"),
        ("1,drugs,1,,drug,a,,,,3,2\n", 2, "start and end do not fit"),
        ("1,drugs,1,,drug,a,,,,,\n1,drugs,2,,drog,b,,,,,\n", 3, "'drog' is not one of"),
        ("1,drugs,1,,drug,a,,not_mentioned,,,\n", 2, "is 'not_mentioned' and has a value"),
        ("1,specimens,1,sight,,a,,,,,\n", 2, "'sight' that is no sub-variable. Did you mean 'site'?"),
        ("1,specimens,1,site,,a,,,,,\n1,specimens,1,site,,b,,,,,\n", 3, "has 'site' a second time"),
        ("1,specimens,1,width,,a,,,,,\n", 2, "'width' must be a number"),
        (",size,,,,5,,,,,\n", 2, "The id column 'id' is empty"),
        ("1,scanner,,,,5,,,,,\n", None, "No row is about a variable of the codebook 'small'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, rows: str, line: int | None, words: str) -> None:
    with pytest.raises(ReadingError) as caught:
        gold(tmp_path, rows)
    assert words in str(caught.value)
    assert caught.value.line == line


def test_the_ids_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="No column is recognisable as the ids"):
        gold(tmp_path, "size,5\n", "variable,value\n")


def test_a_codebook_may_have_variables_of_those_names(tmp_path: Path) -> None:
    codebook = loads("name: x\nvariables:\n  - {name: value, kind: count, definition: d}\n")
    path = tmp_path / "gold.csv"
    path.write_text("id,variable,value\n1,x,3\n")
    assert read_gold(path, codebook).cells["1"]["value"].value == 3


def test_na_beside_a_status_is_the_value_of_a_part(tmp_path: Path) -> None:
    found = gold(
        tmp_path,
        "1,specimens,,,,,,stated,,,\n1,specimens,1,site,,NA,,stated,,,\n1,specimens,2,site,,NA,,,,,\n",
    ).cells["1"]["specimens"]
    assert [item["site"] for item in found.value] == ["NA", None]
