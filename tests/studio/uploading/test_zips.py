"""Zip files: what is in them is taken, or they are refused whole."""

from __future__ import annotations

import stat
import struct
import zipfile
from typing import Any

import pytest

from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

TABLE = b"id,text\n1,no lesion\n"


def test_texts_become_one_set_named_after_the_zip(send, zipped, project: Project) -> None:
    archive = zipped(
        ("letters/2023/a.txt", "one"),
        ("letters/2024/b.txt", "two"),
        ("__MACOSX/._a.txt", "x"),
        ("letters/.DS_Store", "x"),
        ("letters/2024/scan.pdf", "%PDF"),
    )

    answer = send(("My letters.zip", archive))

    assert answer.status_code == 201
    assert answer.json()["taken"] == [{"name": "My letters", "notes": ["Left out of the zip: 1 .pdf."]}]
    folder = project.shelf("reports") / "My letters"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.txt")) == [
        "2023/a.txt",
        "2024/b.txt",
    ]


def test_tables_become_sets_of_their_own(send, zipped, project: Project) -> None:
    archive = zipped(("a/reports.csv", TABLE), ("b/reports.csv", TABLE), ("b/x.jsonl", '{"text": "a"}\n'))

    names = [one["name"] for one in send(("all.zip", archive)).json()["taken"]]

    assert names == ["reports.csv", "reports (2).csv", "x.jsonl"]
    assert sorted(path.name for path in project.shelf("reports").iterdir()) == sorted(names)


def test_a_table_goes_before_the_notes_beside_it(send, zipped) -> None:
    taken = send(("r.zip", zipped(("reports.csv", TABLE), ("README.txt", "see")))).json()["taken"]
    assert [one["name"] for one in taken] == ["reports.csv"]
    assert "1 .txt" in taken[0]["notes"][0]


def test_separators_of_old_windows_programs_are_understood(send, zipped, project: Project) -> None:
    send(("w.zip", zipped(("texts\\a.txt", "one"), ("texts\\b.txt", "two"))))
    assert sorted(path.name for path in (project.shelf("reports") / "w").iterdir()) == ["a.txt", "b.txt"]


def _link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([("../out.csv", TABLE)], "zip-path"),
        ([("a/../../out.csv", TABLE)], "zip-path"),
        ([("/etc/out.csv", TABLE)], "zip-path"),
        ([("..\\out.csv", TABLE)], "zip-path"),
        ([("C:/out.csv", TABLE)], "zip-path"),
        ([(_link(), "/etc/passwd")], "zip-link"),
        ([("inner.zip", b"PK\x05\x06" + b"\0" * 18)], "zip-nested"),
        ([("r.csv.gz", b"\x1f\x8b")], "zip-nested"),
        ([("inner.csv", b"PK\x03\x04 something")], "zip-nested"),
        ([("a\n.csv", TABLE)], "zip-name"),
        ([("scan.png", b"\x89PNG")], "zip-without"),
        ([], "zip-without"),
        ([("a.csv", TABLE), ("b.csv", b"\x89PNG\r\n\x1a\n")], "reading"),
    ],
)
def test_hostile_and_useless_zips_are_refused_whole(
    refused, zipped, project: Project, members: Any, code: str
) -> None:
    assert refused(("x.zip", zipped(*members))) == (422, code)
    assert list(project.shelf("reports").iterdir()) == []
    assert list((project.folder / ".epicrisis" / "incoming").iterdir()) == []
    assert not list(project.folder.parent.glob("*out*"))


def test_a_zip_with_the_same_name_twice_is_refused(refused, zipped) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = zipped(("a.csv", TABLE), ("a.csv", TABLE))
    assert refused(("x.zip", archive)) == (422, "zip-twice")


def test_a_zip_with_a_password_is_refused(refused, zipped) -> None:
    archive = bytearray(zipped(("a.csv", TABLE)))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = archive.index(signature) + place
        archive[at] |= 0x1
    assert refused(("x.zip", bytes(archive))) == (422, "zip-encrypted")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(project: Project, zipped, make_client) -> None:
    bomb = zipped(("big.csv", b"id,text\n" + b"0" * 6_000_000))
    assert len(bomb) < 10_000
    client = make_client(Settings(upload=1_000_000)).with_token()
    answer = client.post("/api/uploads/reports", files={"file": ("x.zip", bomb)})
    assert (answer.status_code, answer.json()["code"]) == (422, "zip-too-large")
    assert "5 MB" in answer.json()["message"]


def test_a_zip_that_lies_about_its_size_is_refused(refused, zipped) -> None:
    archive = bytearray(zipped(("a.csv", TABLE * 100)))
    at = archive.index(b"PK\x01\x02")
    archive[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refused(("x.zip", bytes(archive)))[0] == 422


@pytest.mark.parametrize("cut", [4, 30, 60, -1, -10])
def test_a_damaged_zip_is_refused(refused, zipped, cut: int) -> None:
    archive = zipped(("a.csv", TABLE * 50), ("b.csv", TABLE))
    assert refused(("x.zip", archive[:cut]))[0] == 422


def test_bytes_turned_round_never_break_the_studio(send, zipped) -> None:
    archive = zipped(("a.csv", TABLE * 20))
    for at in range(0, len(archive), 7):
        broken = bytearray(archive)
        broken[at] ^= 0xFF
        assert send(("x.zip", bytes(broken)), existing="replace").status_code in (201, 422), at
