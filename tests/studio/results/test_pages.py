"""The pages of results and their twins."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape
from urllib.parse import quote

R = "/api/runs/lungs-1/results"


def _ids(client, query="") -> list[str]:
    answer = client.get(f"{R}{query}")
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["rows"]]


def test_the_table_and_its_twin(client, small) -> None:
    twin = client.get(R).json()
    assert [row["id"] for row in twin["rows"]] == ["R-1", "R-2", "R-10", "R-9", "R/ä ?&=<x>", "R-11", "R-12"]
    assert twin["head"] | {"read": 7, "complete": True} == twin["head"]
    first = {cell["variable"]: cell for cell in twin["rows"][0]["cells"]}
    assert (first["size"]["shown"], first["size"]["confidence"], first["size"]["grade"]) == (
        "1.2 cm",
        0.6,
        "exact",
    )
    page = client.get("/runs/lungs-1/results")
    assert page.status_code == 200
    assert "R/ä ?&amp;=&lt;x&gt;" in page.text
    assert "<script>alert" not in page.text
    assert "style=" not in page.text


FOUND = [
    ("?sort=@id", ["R-1", "R-2", "R-9", "R-10", "R-11", "R-12", "R/ä ?&=<x>"]),
    ("?sort=-size&filter=size.status=answered", ["R-2", "R-1"]),
    ("?sort=@certainty&filter=*.confidence<=0.4", ["R/ä ?&=<x>", "R-9", "R-1"]),
    ("?sort=@date", ["R/ä ?&=<x>", "R-1", "R-9", "R-2", "R-11", "R-10", "R-12"]),
    ("?filter=@failed=yes", ["R-11"]),
    ("?filter=*.notes=rule", ["R-10"]),
    ("?filter=nodule.notes=any&filter=@failed=no", ["R-10", "R-12"]),
    ("?q=p-2", ["R-9", "R-11"]),
    ("?filter=words~SCRIPT", ["R-9"]),
    ("?filter=size>=12&filter=size<=12", ["R-1"]),
    ("?page=99&size=3", ["R-12"]),
    ("?page=2&size=3", ["R-9", "R/ä ?&=<x>", "R-11"]),
]
MEANINGLESS = ["?filter=side", "?sort=nothing", "?count=nothing", "?size=0", "?filter=*.differs=x"]


def test_filters_and_orders(client, small) -> None:
    assert [(query, _ids(client, query)) for query, _ in FOUND] == FOUND


def test_what_means_nothing_is_refused(client, small) -> None:
    addresses = [f"{place}{query}" for place in (R, "/runs/lungs-1/results") for query in MEANINGLESS]
    assert {client.get(one).status_code for one in addresses} == {422}


def test_values_are_counted(client, small) -> None:
    counted = client.get(f"{R}?count=nodule").json()["counted"]
    shown = {one["shown"] or one["status"]: one["reports"] for one in counted["counts"]}
    assert shown == {"true": 3, "false": 2, "failed": 2}
    for one in counted["counts"]:
        assert len(_ids(client, f"?filter={quote(one['condition'])}")) == one["reports"]
    numbers = client.get(f"{R}?count=size").json()["counted"]
    assert (numbers["lowest"], numbers["middle"], numbers["highest"], numbers["unit"]) == (12, 13.5, 15, "mm")


def test_chosen_columns(client, small) -> None:
    twin = client.get(f"{R}?columns=size&columns=nodule&columns=nobody").json()
    assert [one["name"] for one in twin["columns"] if one["shown"]] == ["nodule", "size"]
    assert {cell["variable"] for row in twin["rows"] for cell in row["cells"]} == {"nodule", "size"}


def test_labels_follow_the_language(client, small) -> None:
    page = client.get("/runs/lungs-1/results", headers={"accept-language": "nl"})
    assert "Haard" in page.text


def test_one_report(client, small) -> None:
    view = client.get("/api/runs/lungs-1/report?id=R-1").json()
    assert "".join(piece["text"] for piece in view["pieces"]) == "Nodule 1.2 cm on the left."
    assert [piece["text"] for piece in view["pieces"] if piece["variables"]] == ["Nodule", "1.2 cm"]
    assert (view["place"], view["found"], view["previous"], view["next"]) == (1, 7, None, "R-2")
    assert [section["title"] for section in view["sections"]] == ["Finding", None]


def test_neighbours_are_those_of_the_filter(client, small) -> None:
    view = client.get("/api/runs/lungs-1/report?id=R-2&filter=size.status=answered&sort=-size").json()
    assert (view["place"], view["previous"], view["next"]) == (1, None, "R-1")
    outside = client.get("/api/runs/lungs-1/report?id=R-9&filter=size.status=answered").json()
    assert (outside["place"], outside["previous"], outside["next"]) == (None, None, None)


def test_a_report_that_is_a_script_is_shown_as_text(client, small) -> None:
    page = client.get("/runs/lungs-1/report?id=R-9").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "It says &lt;b&gt;script&lt;/b&gt;." in page


def test_ids_of_any_characters(client, small) -> None:
    wanted = quote("R/ä ?&=<x>", safe="")
    assert client.get(f"/runs/lungs-1/report?id={wanted}").status_code == 200
    page = client.get("/runs/lungs-1/results").text
    (link,) = re.findall(r'href="(/runs/lungs-1/report\?[^"]*R%2F[^"]*)"', page)
    assert client.get(unescape(link)).status_code == 200
    assert client.get(f"/runs/lungs-1/patient?id={quote('P <2>')}").status_code == 200


def test_what_is_not_there(client, small) -> None:
    paths = ["results", "report?id=R-1", "patients", "patient?id=P-1", "export"]
    addresses = [f"/runs/lungs-404/{path}" for path in paths]
    addresses += ["/runs/lungs-1/report?id=nobody", "/runs/lungs-1/patient?id=nobody"]
    assert {client.get(f"{before}{one}").status_code for one in addresses for before in ("", "/api")} == {404}


def test_a_run_without_texts(client, begin, given, stated) -> None:
    begin(keeps_text=False).add(
        [given("A", {"words": stated("sure", 0.5, "the quote")}, text="the quote")]
    ).end()
    view = client.get("/api/runs/lungs-1/report?id=A").json()
    assert view["pieces"] is None
    page = client.get("/runs/lungs-1/report?id=A").text
    assert "keeps no texts" in page
    assert "the quote" in page


def test_a_run_that_has_just_begun(client, begin) -> None:
    begin()
    page = client.get("/runs/lungs-1/results").text
    assert "no results yet" in page
    assert client.get(f"{R}?count=nodule").json()["rows"] == []


def test_a_patient_over_time(client, small) -> None:
    view = client.get("/api/runs/lungs-1/patient?id=P-1").json()
    assert [one["id"] for one in view["reports"]] == ["R-1", "R-2", "R-10"]
    lines = {line["variable"]: line for line in view["lines"]}
    assert [one["change"] for one in lines["size"]["moments"]] == [None, "up", None]
    assert lines["size"]["points"] == [[0, 12.0], [1, 15.0]]
    assert [one["change"] for one in lines["side"]["moments"]] == [None, "other", None]
    # Not dated: compared with nothing.
    assert [one["change"] for one in lines["nodule"]["moments"]] == [None, None, None]
    page = client.get("/runs/lungs-1/patient?id=P-1").text
    assert "higher than 1.2 cm" in page
    assert "<polyline" in page


def test_the_patients(client, small) -> None:
    view = client.get("/api/runs/lungs-1/patients").json()
    assert [(one["patient"], one["reports"], one["failed"]) for one in view["patients"]] == [
        ("P <2>", 1, 0),
        ("P-1", 3, 0),
        ("P-2", 2, 1),
    ]
    assert view["patients"][1]["first"] == "2024-01-05"
    assert [one["patient"] for one in client.get("/api/runs/lungs-1/patients?q=p-2").json()["patients"]] == [
        "P-2"
    ]
    assert client.get("/runs/lungs-1/patients?q=nobody").status_code == 200


def test_ids_to_review(client, small) -> None:
    found = client.get(f"{R}/ids?filter=nodule=true&sort=-@order").json()["ids"]
    assert found == ["R/ä ?&=<x>", "R-2", "R-1"]


def test_tables_to_take_away(client, small, project) -> None:
    answer = client.get(
        "/api/runs/lungs-1/export?format=csv&filter=nodule=true&include=status&include=evidence"
    )
    assert answer.headers["content-disposition"] == 'attachment; filename="lungs-1-selection.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == ["R-1", "R-2", "R/ä ?&=<x>"]
    assert (rows[0]["nodule__status"], rows[0]["nodule__evidence"]) == ("stated", "Nodule")
    lines = client.get("/api/runs/lungs-1/export?format=jsonl&form=long").text.splitlines()
    assert {json.loads(line)["id"] for line in lines} == set(_ids(client))
    for kind, beginning in (("xlsx", b"PK"), ("parquet", b"PAR1")):
        assert client.get(f"/runs/lungs-1/export?format={kind}").content.startswith(beginning)
    assert list((project.cache / "tables").iterdir()) == []


def test_a_whole_run_is_what_the_command_line_writes(client, small, tmp_path) -> None:
    path = tmp_path / "t.csv"
    small.run.write(path)
    answer = client.get("/api/runs/lungs-1/export?format=csv&plain=true&scope=all&filter=nodule=true")
    assert answer.content == path.read_bytes()


def test_texts_are_no_formulas(client, begin, given, stated) -> None:
    begin().add([given("=1+1", {"words": stated("-2 + 3 cmd|' /C calc'!A0"), "nodes": stated(-4)})])
    (row,) = csv.DictReader(io.StringIO(client.get("/api/runs/lungs-1/export").content.decode("utf-8-sig")))
    assert (row["id"], row["words"], row["nodes"]) == ("'=1+1", "'-2 + 3 cmd|' /C calc'!A0", "-4")
    plain = client.get("/api/runs/lungs-1/export?plain=true").text
    assert "\r\n=1+1," in plain


def test_taking_a_table_is_noted_without_words(client, small, project) -> None:
    from epicrisis.studio.database import Database

    client.get("/api/runs/lungs-1/export?filter=words~SCRIPT")
    with Database(project.database).reading() as db:
        row = db.execute("SELECT * FROM activity WHERE action = 'run.export'").fetchone()
    assert (row["object"], json.loads(row["details"])) == (
        "lungs-1",
        {"format": "csv", "form": "wide", "rows": 1, "whole": False},
    )


def test_a_run_that_is_still_being_read(client, small, monkeypatch) -> None:
    monkeypatch.setattr("epicrisis.studio.results.opening.PATIENCE", 0.0)
    page = client.get("/runs/lungs-1/results").text
    assert "Reading the results: 0 of 7 reports so far." in page
    # What is taken along is all there is, however long that takes.
    assert len(client.get(f"{R}/ids").json()["ids"]) == 7
    assert "Reading the results" not in client.get("/runs/lungs-1/results").text
