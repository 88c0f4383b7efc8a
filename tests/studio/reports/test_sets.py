"""Sets of reports: what they hold, one report, and changes to a set."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from urllib.parse import quote

import pytest

from epicrisis.runs.lock import RunLock
from epicrisis.studio.database import Database
from epicrisis.studio.project import Project
from epicrisis.studio.report_sets import ReportSets
from epicrisis.studio.settings import Settings

TABLE = "id,patient,date,text\nA,p1,2020-01-02,one\nB,p1,,two two\nC,,2021-03-04,\n"


def test_a_set_is_counted(shelve, summary) -> None:
    shelve("r.csv", TABLE)
    found = summary("r.csv")
    assert found | {"median": 0} == {
        "reports": 3,
        "characters": 10,
        "shortest": 0,
        "median": 0,
        "longest": 7,
        "empty": 1,
        "empty_ids": ["C"],
        "repeated": 0,
        "without_date": 1,
        "without_patient": 1,
        "patients": 1,
        "first_date": "2020-01-02",
        "last_date": "2021-03-04",
        "problem": None,
    }
    assert found["median"] == 3


def test_counts_follow_the_file_and_old_ones_are_dropped(shelve, summary, project: Project) -> None:
    path = shelve("r.csv", TABLE)
    assert summary("r.csv")["reports"] == 3
    path.write_text(TABLE + "D,p2,2022-01-01,four\n")
    assert summary("r.csv")["reports"] == 4
    assert len(list((project.cache / "reports").glob("*.sqlite"))) == 1


def test_files_are_not_gone_through_again(shelve, summary, client, monkeypatch) -> None:
    shelve("r.csv", TABLE)
    summary("r.csv")

    def gone_through(*_: Any, **__: Any) -> None:
        raise AssertionError("read again")

    monkeypatch.setattr(ReportSets, "open", gone_through)
    assert client.get("/reports").status_code == 200
    assert client.get("/").status_code == 200
    assert summary("r.csv")["reports"] == 3


@pytest.mark.parametrize(
    ("content", "words", "line", "reports"),
    [
        ("id,text\n1,a\n2,b,c\n", "3 fields", 3, 1),
        ("id,text\n1,a\n1,b\n2,c\n", "more than once", None, 3),
        ("id,text\n1,a\n,b\n", "empty here", 3, 1),
        ("nr,words\n1,a\n", "recognisable", None, 0),
        ("id,text\n", "no reports", None, 0),
        ("", "empty", None, 0),
        ("\0\0\0", "NUL", 1, 0),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    shelve, summary, client, content: str, words: str, line: int | None, reports: int
) -> None:
    shelve("r.csv", content)
    found = summary("r.csv")
    assert words in found["problem"]["message"]
    assert "--" not in found["problem"]["hint"]
    assert (found["problem"]["line"], found["reports"]) == (line, reports)
    assert words.split()[0] in client.get("/reports/r.csv").text
    assert client.get("/reports").status_code == 200


def test_a_file_made_to_break_its_reader_breaks_nothing(shelve, summary, client) -> None:
    shelve("deep.json", '[{"a": ' + "[" * 100_000)
    assert "nested too deeply" in summary("deep.json")["problem"]["message"]
    assert client.get("/reports/deep.json/reading").status_code == 200
    assert client.get("/reports/deep.json?id=x").status_code == 404


def test_one_report_and_its_neighbours(shelve, summary, client) -> None:
    shelve("r.csv", TABLE)
    summary("r.csv")
    found = client.get("/api/reports/r.csv", params={"id": "B"}).json()["report"]
    assert found["text"] == "two two"
    assert (found["before"], found["after"]) == ("A", "C")
    assert found["entry"]["line"] == 3
    assert client.get("/api/reports/r.csv", params={"id": "nobody"}).status_code == 404
    assert client.get("/api/reports/nothing.csv").status_code == 404


def test_a_report_with_markup_is_shown_as_text(shelve, summary, client) -> None:
    shelve("r.csv", 'id,text\n"<b>1</b>","<script>alert(1)</script>"\n')
    summary("r.csv")
    page = client.get("/reports/r.csv", params={"id": "<b>1</b>"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>1" not in page
    assert "<script>alert" not in client.get("/reports/r.csv/reading").text


def test_one_report_of_a_folder(shelve, summary, client) -> None:
    shelve("letters/2023/a.txt", "one")
    shelve("letters/b.txt", "Größe")
    assert summary("letters")["reports"] == 2
    found = client.get("/api/reports/letters", params={"id": "2023/a"}).json()
    assert found["report"]["text"] == "one"
    assert found["set"]["folder"]


def test_ids_are_paged_and_searched(shelve, summary, client) -> None:
    rows = "".join(f"R-{number:03d},p{number % 7},text\n" for number in range(60))
    shelve("r.csv", "id,patient,text\n" + rows + "100%_odd,,text\n")
    summary("r.csv")
    second = client.get("/api/reports/r.csv", params={"page": 2}).json()
    assert (second["pages"], second["listed"]["entries"][0]["id"]) == (3, "R-025")
    assert client.get("/api/reports/r.csv", params={"search": "R-00"}).json()["listed"]["total"] == 10
    assert client.get("/api/reports/r.csv", params={"search": "p6"}).json()["listed"]["total"] == 8
    assert client.get("/api/reports/r.csv", params={"search": "0%_"}).json()["listed"]["total"] == 1
    assert client.get("/api/reports/r.csv", params={"search": "%"}).json()["listed"]["total"] == 1
    assert client.get("/reports/r.csv", params={"page": 99}).status_code == 200


def test_while_a_set_is_counted_the_page_says_so(shelve, client, monkeypatch) -> None:
    monkeypatch.setattr("epicrisis.studio.tasks.Task.join", lambda *_: None)
    monkeypatch.setattr("epicrisis.studio.sets.counted._summary_in", lambda _: None)
    shelve("r.csv", TABLE)
    page = client.get("/reports/r.csv").text
    assert "Counting" in page
    assert 'hx-trigger="every' in page
    # It can be read all the same.
    assert client.get("/api/reports/r.csv", params={"id": "B"}).json()["report"]["text"] == "two two"


def test_a_shipped_set_is_looked_at_and_not_changed(client) -> None:
    name = "library:brain-mri"
    assert client.get(f"/reports/{name}").status_code == 200
    assert client.get("/reports/library:nothing").status_code == 404
    for answer in (
        client.delete(f"/api/reports/{name}"),
        client.put(f"/api/reports/{name}/mapping", json={}),
        client.post(f"/api/reports/{name}/rename", json={"name": "mine"}),
    ):
        assert answer.status_code == 409


def test_a_set_is_renamed_with_its_mapping(shelve, client, project: Project) -> None:
    shelve("r.csv", "nr,words\n1,a\n")
    shelve("other.csv", TABLE)
    client.put("/api/reports/r.csv/mapping", json={"text": "words"})

    assert client.post("/api/reports/r.csv/rename", json={"name": "other"}).status_code == 409
    assert client.post("/api/reports/gone.csv/rename", json={"name": "x"}).status_code == 404
    answer = client.post("/api/reports/r.csv/rename", json={"name": "../MRI 2024"})

    assert answer.json() == {"name": "MRI 2024.csv"}
    sets = ReportSets(project, Database(project.database))
    assert sets.mapping("MRI 2024.csv").columns.text == "words"
    assert sets.mapping("r.csv").columns.text is None


def test_a_set_is_removed(shelve, summary, client, project: Project) -> None:
    shelve("r.csv", TABLE)
    shelve("letters/a.txt", "one")
    summary("r.csv")
    assert client.delete("/api/reports/r.csv").status_code == 204
    assert client.delete("/api/reports/letters").status_code == 204
    assert client.delete("/api/reports/r.csv").status_code == 404
    assert list(project.shelf("reports").iterdir()) == []
    assert list((project.cache / "reports").iterdir()) == []


def test_what_leaves_the_project_is_noted(shelve, client, project: Project) -> None:
    shelve("r.csv", TABLE)
    shelve("letters/x/a.txt", "one")
    file = client.get("/api/reports/r.csv/file")
    assert file.content == TABLE.encode()
    assert "attachment" in file.headers["content-disposition"]
    archive = zipfile.ZipFile(io.BytesIO(client.get("/api/reports/letters/file").content))
    assert archive.namelist() == ["x/a.txt"]
    with Database(project.database).reading() as db:
        noted = [tuple(row) for row in db.execute("SELECT action, object FROM activity")]
    assert noted == [("reports.download", "r.csv"), ("reports.download", "letters")]


@pytest.mark.parametrize(
    "name", ["..", "...", ".hidden", "a\\b", "x" * 150, "é" * 110, "名" * 110, "\0", "a\nb"]
)
def test_forged_names_are_refused(client, name: str) -> None:
    for answer in (
        client.get(f"/api/reports/{quote(name, safe='')}"),
        client.get(f"/api/reports/{quote(name, safe='')}/file"),
    ):
        assert answer.status_code in (404, 422), answer.text


def test_links_out_of_the_project_are_not_followed(client, project: Project, tmp_path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(TABLE)
    (project.shelf("reports") / "link.csv").symlink_to(secret)
    assert client.get("/api/reports").json()["sets"] == []
    assert client.get("/api/reports/link.csv").status_code == 422
    folder = project.shelf("reports") / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    (folder / "out").symlink_to(tmp_path, target_is_directory=True)
    archive = zipfile.ZipFile(io.BytesIO(client.get("/api/reports/folder/file").content))
    assert archive.namelist() == ["a.txt"]


def test_a_set_that_a_run_waits_for_stays_as_it_is(shelve, client, project: Project) -> None:
    from epicrisis.runs.database import connect

    shelve("r.csv", TABLE)
    connect(project.store, create=True).close()
    store = connect(project.store, create=False)
    store.execute(
        "INSERT INTO jobs (id, status, request, person, created) VALUES ('j', 'queued', ?, 'x', 'now')",
        ('{"reports": "r.csv"}',),
    )
    changes = (
        lambda: client.delete("/api/reports/r.csv"),
        lambda: client.put("/api/reports/r.csv/mapping", json={}),
        lambda: client.post("/api/reports/r.csv/rename", json={"name": "other"}),
        lambda: client.post(
            "/api/uploads/reports?existing=replace", files={"file": ("r.csv", TABLE.encode())}
        ),
    )
    for change in changes:
        answer = change()
        assert (answer.status_code, answer.json()["code"]) == (409, "in-use")
    assert client.get("/api/reports/r.csv").json()["in_use"]

    store.execute("UPDATE jobs SET status = 'finished'")
    store.close()
    assert [change().status_code for change in reversed(changes)] == [201, 200, 404, 404]


def test_a_run_of_the_command_line_holds_its_file(shelve, client, project: Project) -> None:
    from epicrisis.runs.database import connect

    path = shelve("r.csv", TABLE)
    store = connect(project.store, create=True)
    store.execute(
        "INSERT INTO runs (id, signature, status, created, codebook, engine, total, reuse_after, manifest)"
        " VALUES ('run-1', x'00', 'running', 'now', 'c', 'e', 3, 0, ?)",
        (f'{{"source": {{"path": "{path}"}}}}',),
    )
    store.close()
    with RunLock(project.store, "run-1"):
        assert client.delete("/api/reports/r.csv").status_code == 409
    # Its program was killed.
    assert client.delete("/api/reports/r.csv").status_code == 204


def test_who_may_what(shelve, accounts, make_client) -> None:
    shelve("r.csv", TABLE)
    for name, status in (("viewer", 403), ("reviewer", 403), ("editor", 204)):
        other = make_client(Settings(accounts=True)).log_in(name)
        assert other.get("/reports").status_code == 200
        assert other.get("/reports/r.csv").status_code == 200
        assert other.delete("/api/reports/r.csv").status_code == status
