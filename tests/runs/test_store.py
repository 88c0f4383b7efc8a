"""The run store's file: who may read it, what it holds, which versions it opens."""

from __future__ import annotations

import sqlite3
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import StoreError
from epicrisis.extraction.answer import Answer, Extraction, Status, Usage
from epicrisis.report import Report
from epicrisis.runs.database import DEFAULT_STORE, connect, migrations, store_path
from epicrisis.runs.store import NewRun, RunRow, Store


def begin(store: Store, run_id: str = "run-1", *, fresh: bool = False, total: int = 2) -> RunRow:
    return store.add_run(NewRun(run_id, b"same", "2026-01-01T00:00:00+00:00", "cb", "m", total, "{}", fresh))


def put(
    store: Store,
    run: RunRow,
    seq: int,
    report: Report,
    *,
    failure: str | None = None,
    retryable: bool = False,
) -> int:
    digest = bytes.fromhex(report.digest)
    answers = {"v": Answer(Status.FAILED if failure else Status.STATED, None if failure else "x")}
    extraction = Extraction(report.id, answers, Usage(1, 10, 5, 3, 0.25), failure)
    result = store.add_result(run.number, digest, digest, extraction, retryable)
    store.add_text(digest, report.text)
    store.link(run.number, seq, report, result)
    return result


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_new_store_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / ".epicrisis" / "store.sqlite"
    with Store(path) as store:
        begin(store)
        files = sorted(path.parent.glob("store.sqlite*"))
        assert len(files) > 1, "the write-ahead log is there while the store is open"
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_new_folder_is_kept_out_of_version_control(tmp_path: Path) -> None:
    Store(tmp_path / ".epicrisis" / "store.sqlite").close()
    assert (tmp_path / ".epicrisis" / ".gitignore").read_text() == "*\n"


def test_a_folder_that_was_there_is_left_as_it_is(tmp_path: Path) -> None:
    mode = stat.S_IMODE(tmp_path.stat().st_mode)
    Store(tmp_path / "store.sqlite").close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode
    assert not (tmp_path / ".gitignore").exists()


def test_another_process_may_make_the_folder_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Path.mkdir

    def late(folder: Path, *arguments: Any, **more: Any) -> None:
        """As if another had made it just before."""
        make(folder, *arguments, **more)
        make(folder, *arguments, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", late)
        store = Store(tmp_path / ".epicrisis" / "store.sqlite")
    assert list(store.runs()) == []
    store.close()


def test_where_the_store_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EPICRISIS_STORE", raising=False)
    assert store_path() == DEFAULT_STORE
    monkeypatch.setenv("EPICRISIS_STORE", str(tmp_path / "other.sqlite"))
    assert store_path() == tmp_path / "other.sqlite"
    assert store_path("named.sqlite") == Path("named.sqlite")


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [number for number, _ in migrations()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_store_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    (_, first), *_ = migrations()
    db = sqlite3.connect(path)
    db.executescript(first)
    db.execute(f"PRAGMA application_id = {_application_id(tmp_path)}")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    with Store(path) as store:
        run = begin(store, total=1)
        digest = bytes.fromhex(Report("a", "text").digest)
        extraction = Extraction("a", {"v": Answer(Status.STATED, "x")}, reasoning="It says x.")
        store.link(
            run.number,
            0,
            Report("a", "text"),
            store.add_result(run.number, digest, digest, extraction, False),
        )
        (row,) = store.rows(run.number)
        assert row.extraction == extraction


def _application_id(folder: Path) -> int:
    Store(folder / "other.sqlite").close()
    db = sqlite3.connect(folder / "other.sqlite")
    (found,) = db.execute("PRAGMA application_id").fetchone()
    db.close()
    return int(found)


def test_a_store_from_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    connect(path, create=True).close()
    newest = migrations()[-1][0]
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {newest + 3}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Store(path)
    assert f"version {newest + 3}" in caught.value.message
    assert f"up to {newest}" in caught.value.message
    assert "Upgrade" in (caught.value.hint or "")
    assert path.read_bytes() == before


def test_another_database_is_not_taken_for_a_store(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE patients (name TEXT)")
    db.commit()
    db.close()
    with pytest.raises(StoreError, match="not a run store"):
        Store(path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and long enough not to be taken for an empty database. " * 20)
    with pytest.raises(StoreError, match="not a database"):
        Store(path)


def test_no_store_here(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no run store") as caught:
        Store(tmp_path / "store.sqlite", create=False)
    assert "--store" in (caught.value.hint or "")
    assert not (tmp_path / "store.sqlite").exists()


def test_a_place_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "file" / "store.sqlite")
    with pytest.raises(StoreError, match="a folder"):
        Store(tmp_path)


def test_what_is_put_in_comes_out(tmp_path: Path) -> None:
    report = Report("007", "Grüße \ud800 en 東京", patient="p1", metadata={"age": 7, "ward": None})
    with Store(tmp_path / "s.sqlite") as store:
        run = begin(store)
        put(store, run, 0, report)
        (row,) = store.rows(run.number)
        assert row.report_id == "007"
        assert row.metadata == {"age": 7, "ward": None}
        assert row.extraction.usage == Usage(1, 10, 5, 3, 0.25)
        assert row.extraction.answers == {"v": Answer(Status.STATED, "x")}
        assert row.digest == report.digest
        assert store.text(row.digest) == report.text


def test_a_result_that_may_succeed_later_is_not_found(tmp_path: Path) -> None:
    lasting, passing = Report("a", "one"), Report("b", "two")
    with Store(tmp_path / "s.sqlite") as store:
        run = begin(store)
        kept = put(store, run, 0, lasting, failure="empty")
        put(store, run, 1, passing, failure="engine-timeout", retryable=True)
        assert store.find(bytes.fromhex(lasting.digest)) == (kept, True)
        assert store.find(bytes.fromhex(passing.digest)) is None
        counts = store.counts(run.number)
        assert (counts.done, counts.failed, counts.failed_answers) == (2, 2, 0)


def test_a_fresh_run_finds_nothing_from_before(tmp_path: Path) -> None:
    report = Report("a", "one")
    with Store(tmp_path / "s.sqlite") as store:
        put(store, begin(store), 0, report)
        fresh = begin(store, "run-2", fresh=True)
        key = bytes.fromhex(report.digest)
        assert store.find(key, fresh.reuse_after) is None
        again = put(store, fresh, 0, report)
        assert store.find(key, fresh.reuse_after) == (again, False)


def test_runs_are_found_by_the_beginning_of_their_id(tmp_path: Path) -> None:
    with Store(tmp_path / "s.sqlite") as store:
        with pytest.raises(StoreError, match="no runs"):
            store.find_run("latest")
        begin(store, "mri-20260101-aaaa")
        begin(store, "mri-20260101-aaaa-b")
        begin(store, "ct-20260102-bbbb")
        assert store.find_run("ct").id == "ct-20260102-bbbb"
        assert store.find_run("latest").id == "ct-20260102-bbbb"
        assert store.find_run("mri-20260101-aaaa").id == "mri-20260101-aaaa"
        with pytest.raises(StoreError, match="More than one"):
            store.find_run("mri")
        with pytest.raises(StoreError, match="no run 'x'"):
            store.find_run("x")


def test_removing_a_run_takes_what_only_it_has(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    shared, alone = Report("a", "shared words"), Report("b", "lonely words only here")
    with Store(path) as store:
        first = begin(store)
        result = put(store, first, 0, shared)
        put(store, first, 1, alone)
        second = begin(store, "run-2")
        store.link(second.number, 0, shared, result)
        store.remove_run(first.number)
        assert [run.id for run in store.runs()] == ["run-2"]
        assert store.text(shared.digest) == "shared words"
        assert store.text(alone.digest) is None
        assert store.find(bytes.fromhex(shared.digest)) is not None
        assert store.find(bytes.fromhex(alone.digest)) is None
        written = b"".join(file.read_bytes() for file in tmp_path.glob("s.sqlite*"))
    assert b"shared words" in written
    assert b"lonely words" not in written


def test_two_processes_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    one, two = Store(tmp_path / "s.sqlite"), Store(tmp_path / "s.sqlite")
    begin(one)
    assert [run.id for run in two.runs()] == ["run-1"]
    one.close()
    two.close()
