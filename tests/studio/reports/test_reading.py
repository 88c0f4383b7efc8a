"""How a set is read: what is proposed, what it would come to, what is kept."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from epicrisis.studio.database import Database
from epicrisis.studio.project import Project
from epicrisis.studio.report_sets import Mapping, ReportSets
from epicrisis.studio.sets.preview import ROWS, SHOWN, preview


def _seen(client: Any, name: str, **query: str) -> dict[str, Any]:
    if query:
        query["draft"] = "true"
    answer = client.get(f"/api/reports/{name}/reading", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["seen"]


def _found(seen: dict[str, Any]) -> dict[str, str | None]:
    return {one["role"]: one["found"] for one in seen["roles"]}


def test_the_first_reports_as_they_will_be_read(shelve, client) -> None:
    rows = "".join(f"{number};P{number};{'x' * 400};01-02-2020;MR\n" for number in range(30))
    shelve("r.csv", "verslagnummer;patientnr;verslagtekst;datum;apparaat\n" + rows)
    seen = _seen(client, "r.csv")
    assert _found(seen) == {
        "text": "verslagtekst",
        "id": "verslagnummer",
        "patient": "patientnr",
        "date": "datum",
        "language": None,
    }
    assert (seen["found_delimiter"], seen["read_as"], seen["carried"]) == (";", "csv", ["apparaat"])
    assert len(seen["rows"]) == ROWS
    assert seen["rows"][0] == {
        "id": "0",
        "patient": "P0",
        "date": "01-02-2020",
        "language": None,
        "text": "x" * SHOWN,
        "length": 400,
        "line": 2,
    }
    assert seen["columns"][4] == {"name": "apparaat", "value": "MR"}


def test_without_a_text_column_the_columns_can_be_chosen(shelve, client) -> None:
    shelve("r.csv", "nr,words\n1,no lesion\n")
    seen = _seen(client, "r.csv")
    assert "recognisable" in seen["problem"]["message"]
    assert "--" not in seen["problem"]["hint"]
    assert [one["name"] for one in seen["columns"]] == ["nr", "words"]

    seen = _seen(client, "r.csv", text="words", id="nr")
    assert seen["problem"] is None
    assert seen["rows"][0]["id"] == "1"
    # Nothing was kept.
    assert _seen(client, "r.csv")["problem"]

    assert client.put("/api/reports/r.csv/mapping", json={"text": "words", "id": "nr"}).status_code == 200
    assert _seen(client, "r.csv")["rows"][0]["text"] == "no lesion"
    assert client.get("/api/reports/r.csv").json()["set"]["counting"]["summary"]["problem"] is None


def test_a_mapping_that_cannot_be_is_not_kept(shelve, client, project: Project) -> None:
    shelve("r.csv", "id,text\n1,a\n")
    for wrong in (
        {"text": "nothing"},
        {"encoding": "klingon"},
        {"delimiter": "ab"},
        {"format": "docx"},
        {"format": "xlsx"},
        {"text": "x" * 501},
    ):
        answer = client.put("/api/reports/r.csv/mapping", json=wrong)
        assert answer.status_code == 422, wrong
    assert ReportSets(project, Database(project.database)).mapping("r.csv") == Mapping()


def test_a_row_that_cannot_be_read_is_said_with_those_before_it(shelve, client) -> None:
    shelve("r.csv", "id,text\n1,a\n2,b,c\n3,d\n")
    seen = _seen(client, "r.csv")
    assert seen["problem"]["line"] == 3
    assert [row["id"] for row in seen["rows"]] == ["1"]


def test_encodings_and_delimiters_can_be_named(shelve, client) -> None:
    shelve("r.csv", "id|text\n1|caf\u00e9; sale\n".encode("latin-1"))
    seen = _seen(client, "r.csv")
    assert (seen["found_delimiter"], seen["rows"][0]["text"]) == ("|", "caf\u00e9; sale")
    assert "not UTF-8" in seen["notes"][0]
    assert _seen(client, "r.csv", encoding="cp850")["rows"][0]["text"] == "caf\u00da; sale"
    assert _seen(client, "r.csv", delimiter=";")["problem"]


def test_a_sheet_can_be_named(shelve, client) -> None:
    book = Workbook()
    book.active.title = "About"
    book.active.append(["made by", "somebody"])
    sheet = book.create_sheet("Reports")
    sheet.append(["id", "text"])
    sheet.append([7, "no lesion"])
    written = io.BytesIO()
    book.save(written)
    shelve("r.xlsx", written.getvalue())

    assert _seen(client, "r.xlsx")["sheets"] == ["About", "Reports"]
    seen = _seen(client, "r.xlsx", sheet="Reports")
    assert (seen["rows"][0]["id"], seen["rows"][0]["text"]) == ("7", "no lesion")
    assert _seen(client, "r.xlsx", sheet="Nowhere")["problem"]


def test_a_text_file_can_be_a_table(shelve, client) -> None:
    shelve("r.txt", "id\ttext\n1\tno lesion\n")
    seen = _seen(client, "r.txt")
    assert (seen["tabular"], len(seen["rows"])) == (False, 1)
    seen = _seen(client, "r.txt", format="csv")
    assert (seen["tabular"], seen["rows"][0]["text"]) == (True, "no lesion")


def test_a_folder_has_no_columns(shelve, client) -> None:
    shelve("letters/a.txt", "one")
    seen = _seen(client, "letters")
    assert (seen["columns"], seen["formats"], seen["rows"][0]["id"]) == ([], [], "a")
    assert client.get("/reports/letters/reading").status_code == 200


def test_no_column_can_be_said_for_a_part(shelve, client, project: Project) -> None:
    shelve("r.csv", "id,date,text\n1,2020-01-01,a\n")
    seen = _seen(client, "r.csv", id="none", date="none")
    assert _found(seen)["date"] is None
    assert seen["rows"][0]["date"] is None
    assert {"id", "date"} <= set(seen["carried"])


@given(
    st.binary(max_size=300), st.sampled_from(["r.csv", "r.json", "r.jsonl", "r.txt", "r.xlsx", "r.csv.gz"])
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_a_file_holds_the_preview_answers(project: Project, content: bytes, name: str) -> None:
    path = project.shelf("reports") / name
    path.write_bytes(content)
    seen = preview(ReportSets(project, Database(project.database)), name)
    assert seen.problem or seen.rows
    path.unlink()


@pytest.mark.parametrize("role", ["viewer", "reviewer"])
def test_only_editors_say_how_a_set_is_read(shelve, accounts, make_client, role: str) -> None:
    from epicrisis.studio.settings import Settings

    shelve("r.csv", "id,text\n1,a\n")
    other = make_client(Settings(accounts=True)).log_in(role)
    assert other.get("/reports/r.csv/reading").status_code == 200
    assert other.put("/api/reports/r.csv/mapping", json={"text": "text"}).status_code == 403
