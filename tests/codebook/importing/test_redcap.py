from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from epicrisis.codebook import Codebook, dump, loads
from epicrisis.codebook.importing import from_redcap
from epicrisis.codebook.lint import lint_codebook
from epicrisis.errors import CodebookError

HEADINGS = [
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
]
SHORT = {
    "name": 0,
    "form": 1,
    "section": 2,
    "kind": 3,
    "label": 4,
    "choices": 5,
    "note": 6,
    "check": 7,
    "min": 8,
    "max": 9,
    "identifier": 10,
    "logic": 11,
    "annotation": 17,
}


def write(path: Path, *fields: dict[str, str], headings: list[str] = HEADINGS, **options: Any) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, **options)
        writer.writerow(headings)
        for field in fields:
            row = [""] * len(HEADINGS)
            for key, value in {"form": "mri", "kind": "text", "label": "Label", **field}.items():
                row[SHORT[key]] = value
            writer.writerow(row)
    return path


@pytest.fixture
def make(tmp_path: Path) -> Any:
    def imported(*fields: dict[str, str], **options: Any) -> tuple[Codebook, list[str]]:
        return from_redcap(write(tmp_path / "Study_DataDictionary_2024-05-01.csv", *fields, **options))

    return imported


YES = {"name": "a", "kind": "yesno"}
SIDE = {"name": "side", "kind": "radio", "choices": "1, Left | 2, Right, or so | -9, Unknown"}
SITES = {"name": "site", "kind": "checkbox", "label": "Site", "choices": "1, Lobar | 2, Deep | -1, None"}
COUNT = {"name": "n", "check": "integer", "min": "0", "max": "20"}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (YES, {"kind": "boolean"}),
        ({"name": "a", "kind": "truefalse"}, {"kind": "boolean"}),
        ({"name": "a", "kind": "notes"}, {"kind": "text", "max_length": 2000}),
        ({"name": "a"}, {"kind": "text"}),
        ({"name": "a", "check": "date_dmy"}, {"kind": "date"}),
        ({"name": "a", "check": "datetime_seconds_ymd"}, {"kind": "date"}),
        ({"name": "a", "check": "integer", "min": "0"}, {"kind": "count", "range": {"min": 0.0}}),
        (
            {"name": "a", "check": "integer", "min": "-5", "max": "5"},
            {"kind": "quantity", "unit": "1", "range": {"min": -5.0, "max": 5.0}},
        ),
        (
            {"name": "a", "check": "number_1dp_comma_decimal", "max": "9,5", "label": "Size (mm):"},
            {"kind": "quantity", "unit": "mm", "range": {"max": 9.5}},
        ),
        ({"name": "a", "check": "number", "note": "kg/m2"}, {"kind": "quantity", "unit": "kg/m2"}),
        ({"name": "a", "check": "number", "label": "Age (years)"}, {"kind": "quantity", "unit": "years"}),
        ({"name": "a", "check": "number", "label": "Size (see manual)"}, {"kind": "quantity", "unit": "1"}),
        ({"name": "a", "check": "alpha_only"}, {"kind": "text"}),
    ],
)
def test_field_types(make: Any, field: dict[str, str], expected: dict[str, Any]) -> None:
    codebook, _ = make(field)
    (variable,) = codebook.variables
    found = variable.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    assert {key: found[key] for key in expected} == expected


def test_choices_keep_the_raw_code_as_text_and_the_choice_as_label(make: Any) -> None:
    codebook, _ = make(SIDE)
    assert codebook["side"].kind == "category"
    assert [(one.value, one.label) for one in codebook["side"].options] == [
        ("1", "Left"),
        ("2", "Right, or so"),
        ("-9", "Unknown"),
    ]
    assert loads(dump(codebook)) == codebook


def test_a_checkbox_becomes_one_boolean_for_each_choice(make: Any) -> None:
    codebook, notes = make(SITES)
    assert codebook.names == ["site_1", "site_2", "site_minus1"]
    assert {one.kind for one in codebook.variables} == {"boolean"}
    assert codebook["site_2"].label == "Site: Deep"
    assert [one.codes[0].code for one in codebook.variables] == ["site___1", "site___2", "site____1"]
    assert "site: a checkbox; one boolean for each choice: site_1, site_2 and site_minus1" in notes


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ({"name": "b", "kind": "calc", "choices": "[a]*2"}, "calculated"),
        ({"name": "b", "annotation": "@CALCTEXT([a])"}, "calculated"),
        ({"name": "b", "kind": "descriptive"}, "nothing to extract"),
        ({"name": "b", "kind": "file"}, "a file"),
        ({"name": "b", "kind": "slider"}, "a slider"),
        ({"name": "b", "kind": "sql"}, "filled from a database"),
        ({"name": "b", "identifier": "y"}, "an identifier"),
        ({"name": "b", "check": "email"}, "personal data"),
        ({"name": "b", "kind": "radio"}, "has no choices"),
        ({"name": "b", "kind": "hologram"}, "unknown field type 'hologram'"),
        ({"name": "b", "check": "number", "note": "mm", "min": "3", "max": "1"}, "min 3 is above max 1"),
    ],
)
def test_what_is_skipped_is_noted(make: Any, field: dict[str, str], reason: str) -> None:
    codebook, notes = make(YES, field)
    assert codebook.names == ["a"]
    (note,) = notes
    assert note.startswith("b: skipped: ")
    assert reason in note


def test_the_record_id_is_left_out_and_only_as_first_field(make: Any) -> None:
    codebook, notes = make({"name": "record_id"}, YES, {"name": "sample_id"})
    assert codebook.names == ["a", "sample_id"]
    assert notes == ["record_id: skipped: the record's own id"]


@pytest.mark.parametrize(
    ("logic", "when"),
    [
        ("[a] = '1'", "a == true"),
        ('[a]="0"', "a == false"),
        ("([a] = 1)", "a == true"),
        ("[site(2)] = '1'", "site_2 == true"),
        ("[site(-1)] = '0'", "site_minus1 == false"),
        ("[side] = '-9'", 'side == "-9"'),
        ("[side] <> '2'", 'side != "2"'),
        ("[side] >= '1'", 'side in ["1", "2"]'),
        ("[side] = '1' or ([side] = '2')", 'side in ["1", "2"]'),
        ("[n] > 2", "n > 2"),
        ("[n] <= '2.5'", "n <= 2.5"),
        ("[t] = 'left'", "t == left"),
    ],
)
def test_simple_branching_logic_becomes_when(make: Any, logic: str, when: str) -> None:
    codebook, _ = make(
        YES, SIDE, SITES, COUNT, {"name": "t"}, {"name": "last", "kind": "yesno", "logic": logic}
    )
    assert str(codebook["last"].when) == when
    assert not [one for one in lint_codebook(codebook) if one.is_error]


@pytest.mark.parametrize(
    ("logic", "reason"),
    [
        ("[a] = '1' and [n] > 2", "more than one comparison"),
        ("[a] = '1' or [n] > 2", "more than one comparison"),
        ("[a] = '1' or [a] = '0'", "more than one comparison"),
        ("datediff([d], 'today', 'y') > 3", "not a simple comparison"),
        ("[visit_1][a] = '1'", "not a simple comparison"),
        ("[a] <> ''", "is empty"),
        ("[gone] = '1'", "[gone] is not in the codebook"),
        ("[site(7)] = '1'", "[site(7)] is not there"),
        ("[side] = '7'", "[side] has no choice 7"),
        ("[side] > '7'", "no choice of [side] is > 7"),
        ("[a] > 1", "true or false"),
        ("[n] = 'many'", "not a number"),
        ("[n] > 20", "a value that cannot be"),
        ("[d] > '2020-01-01'", "is a date here"),
        ("[last] = '1'", "points at itself"),
        ("[circle] = '1'", "in a circle"),
    ],
)
def test_other_branching_logic_is_noted(make: Any, logic: str, reason: str) -> None:
    codebook, notes = make(
        YES,
        SIDE,
        SITES,
        COUNT,
        {"name": "d", "check": "date_ymd"},
        {"name": "circle", "kind": "yesno", "logic": "[last] = '1'"},
        {"name": "last", "kind": "yesno", "logic": logic},
    )
    assert codebook["last"].when is None
    (note,) = [one for one in notes if one.startswith("last: branching logic not taken over")]
    assert reason in note


def test_labels_lose_their_markup_and_their_second_line_explains(make: Any) -> None:
    codebook, _ = make(
        {
            **YES,
            "section": "<b>Scan</b>",
            "label": "Infarct &amp; TIA?\n<div style='x'>old or new, <1 day</div>",
            "note": "Any",
        },
        {"name": "b", "kind": "yesno"},
        {"name": "c", "kind": "yesno", "form": "other"},
    )
    assert codebook["a"].label == "Infarct & TIA?"
    assert codebook["a"].definition == "old or new, <1 day Any"
    assert [one.section for one in codebook.variables] == ["Scan", "Scan", None]


def test_names_the_table_cannot_have_are_changed_and_redcap_s_name_is_kept(make: Any) -> None:
    codebook, notes = make(
        *({"name": name, "kind": "yesno"} for name in ("text", "a__b", "a_b", "A_B")),
        {"name": "id", "kind": "yesno"},
    )
    assert codebook.names == ["text_value", "a_b", "a_b_2", "A_B_3", "id_value"]
    assert codebook["a_b"].codes[0].code == "a__b"
    assert "a__b: is named 'a_b' here" in notes
    assert codebook.name == "study"


def test_only_the_forms_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", YES, {**COUNT, "form": "lab"})
    assert from_redcap(path, forms=["lab"])[0].names == ["n"]
    with pytest.raises(CodebookError, match="No form labb") as caught:
        from_redcap(path, forms=["labb"])
    assert "lab and mri" in (caught.value.hint or "")


def test_semicolons_api_headings_and_windows_encoding(tmp_path: Path) -> None:
    api = (
        "field_name form_name section_header field_type field_label select_choices_or_calculations field_note"
    )
    path = write(tmp_path / "d.csv", {**SIDE, "label": "Größe"}, headings=api.split(), delimiter=";")
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("cp1252"))
    codebook, _ = from_redcap(path)
    assert codebook["side"].label == "Größe"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no column"),
        (b"name,age\n1,2\n", "no column 'variable / field name', 'field type'"),
        (b"PK\x03\x04\0\0", "Not a text file"),
    ],
)
def test_a_file_that_is_no_data_dictionary(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(data)
    with pytest.raises(CodebookError, match=words):
        from_redcap(path)


def test_a_dictionary_with_nothing_to_extract_says_why(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="calculated"):
        from_redcap(write(tmp_path / "d.csv", {"name": "b", "kind": "calc"}))
    with pytest.raises(CodebookError, match="No such file"):
        from_redcap(tmp_path / "none.csv")


_cells = st.one_of(
    st.text(max_size=15), st.sampled_from(["1, a | 2, b", "[a] = '1'", "[b(1)]='1'", "y", "0", "9"])
)
_kinds = st.sampled_from(["text", "notes", "radio", "dropdown", "checkbox", "yesno", "calc", "odd"])
_checks = st.sampled_from(["", "integer", "number", "date_ymd", "email", "time"])
_rows = st.fixed_dictionaries(
    {
        "name": st.one_of(st.sampled_from("ab"), st.text(min_size=1, max_size=5)),
        "kind": _kinds,
        "check": _checks,
    },
    optional=dict.fromkeys(("section", "label", "choices", "note", "min", "max", "logic", "form"), _cells),
)


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(_rows, min_size=1, max_size=5))
def test_whatever_the_dictionary_the_codebook_is_sound(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    try:
        path = write(tmp_path / "d.csv", *rows)
    except (UnicodeEncodeError, csv.Error):
        return
    try:
        codebook, _ = from_redcap(path)
    except CodebookError:
        return
    assert not [one for one in lint_codebook(codebook) if one.is_error]
    assert loads(dump(codebook)) == codebook
