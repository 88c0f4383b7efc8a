"""Files sent to the studio: taken by what they are, refused with a reason."""

from __future__ import annotations

import gzip
import io
import json
from typing import Any

import pytest
from openpyxl import Workbook

from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.uploading.incoming import incoming

TABLE = b"id,text\n1,no lesion\n"


def _workbook() -> bytes:
    book = Workbook()
    book.active.append(["id", "text"])
    book.active.append(["1", "no lesion"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.csv", TABLE),
        ("r.tsv", b"id\ttext\n1\ta\n"),
        ("r.jsonl", b'{"id": "1", "text": "a"}\n'),
        ("r.json", b'[{"id": "1", "text": "a"}]'),
        ("r.xlsx", _workbook()),
        ("r.csv.gz", gzip.compress(TABLE, mtime=0)),
        ("one.txt", b"No lesion."),
        ("odd.csv", b"nummer;befundtekst\n1;a\n"),
    ],
)
def test_every_format_is_taken(send, project: Project, name: str, content: bytes) -> None:
    answer = send((name, content))
    assert answer.status_code == 201, answer.text
    assert answer.json()["taken"] == [{"name": name, "notes": []}]
    assert (project.shelf("reports") / name).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.csv", b"\x89PNG\r\n\x1a\n....", "an image"),
        ("r.csv", _workbook(), "an Excel workbook"),
        ("r.csv", b"", "empty"),
        ("r.csv", b"id,text\n1,a\0b\n", "NUL"),
        ("r.xlsx", TABLE, "not an Excel workbook"),
        ("r.xlsx", b"PK\x03\x04 cut", "not an Excel workbook"),
        ("r.json", b'{"id": 1}', "JSON array"),
        ("r.json", b"[" * 100_000, "nested too deeply"),
        ("r.jsonl", b'{"a": ' + b"[" * 100_000 + b"\n", "nested too deeply"),
        ("r.jsonl", b'{"a": ' + b"1" * 5000 + b"}\n", "nested too deeply"),
        ("r.parquet", b"PAR1 but no", "Parquet"),
        ("r.txt", b"%PDF-1.4", "PDF"),
        ("r.txt", b"  \n", "empty"),
        ("r.csv.gz", b"not gzip", "gzip"),
        ("r.pdf", b"%PDF-1.4", "cannot be read"),
        ("r.exe", b"MZ", "cannot be read"),
        ("noending", b"x", "cannot be read"),
        ("r.zip", b"no zip at all", "cannot be read"),
    ],
)
def test_what_a_file_is_counts_not_what_it_is_called(
    send, project: Project, name: str, content: bytes, words: str
) -> None:
    answer = send((name, content))
    body = answer.json()
    assert answer.status_code == 422, body
    assert words in body["message"]
    assert body["where"].startswith(name)
    assert ".epicrisis" not in json.dumps(body)
    assert list(project.shelf("reports").iterdir()) == []


def test_a_name_that_exists_is_not_overwritten(send, project: Project) -> None:
    send(("r.csv", TABLE))
    answer = send(("r.csv", b"id,text\n2,b\n"))
    assert (answer.status_code, answer.json()["code"]) == (409, "exists")
    assert (project.shelf("reports") / "r.csv").read_bytes() == TABLE

    both = send(("r.csv", b"id,text\n2,b\n"), existing="keep-both").json()["taken"]
    assert both[0]["name"] == "r (2).csv"

    assert send(("r.csv", b"id,text\n3,c\n"), existing="replace").status_code == 201
    assert (project.shelf("reports") / "r.csv").read_bytes() == b"id,text\n3,c\n"


def test_a_folder_is_replaced_too(send, zipped, project: Project) -> None:
    send(("t.zip", zipped(("a.txt", "1"), ("b.txt", "2"))))
    assert send(("t.zip", zipped(("c.txt", "3"))), existing="replace").status_code == 201
    assert [path.name for path in (project.shelf("reports") / "t").iterdir()] == ["c.txt"]
    assert list((project.folder / ".epicrisis" / "incoming").iterdir()) == []


def test_several_texts_are_one_set(send, project: Project) -> None:
    answer = send(("a.txt", b"one"), ("b.txt", b"two"), ("a.txt", b"three"), name="Brieven/2024")
    assert answer.json()["taken"][0]["name"] == "2024"
    folder = project.shelf("reports") / "2024"
    assert sorted(path.name for path in folder.iterdir()) == ["a (2).txt", "a.txt", "b.txt"]


def test_one_of_several_that_is_wrong_leaves_all_out(send, project: Project) -> None:
    assert send(("a.csv", TABLE), ("b.csv", b"\x89PNG\r\n\x1a\n")).status_code == 422
    assert list(project.shelf("reports").iterdir()) == []


@pytest.mark.parametrize("name", ["../../evil.csv", "..\\evil.csv", "/etc/evil.csv", "a\0b.csv", "…….csv"])
def test_names_lead_nowhere(send, project: Project, name: str) -> None:
    send((name, TABLE))
    found = list(project.folder.parent.rglob("*.csv"))
    assert all(path.parent == project.shelf("reports") for path in found)


def test_gold_takes_tables_only(send, project: Project, zipped) -> None:
    gold = b"id,fazekas\n1,2\n"
    assert send(("g.csv", gold), shelf="gold").status_code == 201
    assert send(("g.txt", gold), shelf="gold").status_code == 422
    assert send(("z.zip", zipped(("h.csv", gold), ("x.txt", "a"))), shelf="gold").status_code == 201
    assert sorted(path.name for path in project.shelf("gold").iterdir()) == ["g.csv", "h.csv"]


def test_a_file_that_is_too_large_is_refused(project: Project, make_client) -> None:
    client = make_client(Settings(upload=1000)).with_token()
    answer = client.post("/api/uploads/reports", files={"file": ("r.csv", b"id,text\n" + b"x" * 2000)})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


def test_a_compressed_file_that_swells_is_refused(project: Project, make_client) -> None:
    client = make_client(Settings(upload=100_000)).with_token()
    swells = gzip.compress(b"id,text\n" + b"x" * 1_000_000)
    answer = client.post("/api/uploads/reports", files={"file": ("r.csv.gz", swells)})
    assert (answer.status_code, answer.json()["code"]) == (422, "reading")
    assert "larger than" in answer.json()["message"]


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 415),
        ("multipart/form-data; boundary=x", b"", 400),
        ("multipart/form-data; boundary=x", b"not multipart at all", 400),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"', 400),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\nid,text\n1,a',
            400,
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\n1\r\n--x--\r\n',
            422,
        ),
    ],
)
def test_bodies_that_are_no_upload(client: Any, kind: str, body: bytes, status: int) -> None:
    answer = client.post("/api/uploads/reports", content=body, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert answer.json()["message"]


def test_viewers_and_reviewers_bring_nothing(project: Project, accounts, make_client) -> None:
    for name in ("viewer", "reviewer"):
        client = make_client(Settings(accounts=True)).log_in(name)
        answer = client.post("/api/uploads/reports", files={"file": ("r.csv", TABLE)})
        assert (answer.status_code, answer.json()["code"]) == (403, "role")
    editor = make_client(Settings(accounts=True)).log_in("editor")
    assert editor.post("/api/uploads/reports", files={"file": ("r.csv", TABLE)}).status_code == 201


def test_what_a_killed_program_left_is_removed(project: Project, send) -> None:
    left = project.folder / ".epicrisis" / "incoming" / "0123456789abcdef"
    left.mkdir(parents=True)
    (left / "r.csv").write_bytes(TABLE)
    with incoming(project) as folder:
        assert not left.exists()
        with incoming(project):
            # What is being worked on stays.
            assert folder.exists()
    assert not folder.exists()


def test_every_upload_is_noted_by_name(send, project: Project, client: Any) -> None:
    from epicrisis.studio.database import Database

    send(("r.csv", TABLE))
    send(("r.csv", TABLE), existing="replace")
    with Database(project.database).reading() as db:
        rows = db.execute("SELECT action, object, details FROM activity ORDER BY number").fetchall()
    assert [tuple(row)[:2] for row in rows] == [("reports.add", "r.csv"), ("reports.replace", "r.csv")]
    assert all("lesion" not in row["details"] for row in rows)
