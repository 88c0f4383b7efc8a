"""Reading a run back: its records, texts and counts, without a model."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.errors import StoreError
from epicrisis.report import Report
from epicrisis.runs.lock import RunLock, is_worked_on
from epicrisis.runs.run import StoredRun
from epicrisis.runs.store import Store

REPORTS = [
    Report(
        "007", "one two", patient="p1", date="2026-01-02", language="nl", metadata={"ward": "A", "age": 7}
    ),
    Report("7", "", metadata={"ward": None, "age": None}),
]


def test_records_carry_what_the_input_had(bench: Any) -> None:
    bench.work(REPORTS)
    first, second = bench.run().records()
    assert (first.report_id, first.patient, first.date, first.language) == ("007", "p1", "2026-01-02", "nl")
    assert first.metadata == {"ward": "A", "age": 7}
    assert first.extraction.answers["words"].value == 2
    assert (second.report_id, second.patient, second.metadata) == ("7", None, {"ward": None, "age": None})
    assert second.extraction.failure == "empty"


def test_reports_by_id(bench: Any) -> None:
    bench.work(REPORTS)
    run = bench.run()
    assert "007" in run
    assert "07" not in run
    assert 7 not in run
    assert len(run) == 2
    assert run.text("007") == "one two"
    with pytest.raises(KeyError):
        run["07"]
    with pytest.raises(KeyError):
        run.text("07")


def test_the_codebook_is_the_one_the_run_was_made_with(bench: Any) -> None:
    bench.work(REPORTS)
    assert bench.run().codebook == bench.codebook
    assert bench.run().manifest.source.columns.carried == ["ward", "age"]


def test_all_runs_latest_first(bench: Any) -> None:
    first = bench.work(bench.reports(1)).run_id
    second = bench.work(bench.reports(2)).run_id
    assert [run.id for run in StoredRun.all(bench.store)] == [second, first]
    assert StoredRun.open(bench.store, first).id == first


def test_a_killed_run_reads_as_interrupted(bench: Any) -> None:
    run_id = bench.work(bench.reports(1)).run_id
    with Store(bench.store) as store:
        row = store.run(run_id)
        store.update_run(row.number, "running", None, row.manifest)
    assert bench.run().status == "interrupted"
    with RunLock(bench.store, run_id):
        assert bench.run().status == "running"


def test_a_run_under_way_cannot_be_removed(bench: Any) -> None:
    run_id = bench.work(bench.reports(1)).run_id
    with RunLock(bench.store, run_id):
        assert is_worked_on(bench.store, run_id)
        with pytest.raises(StoreError, match="working on"):
            bench.run().remove()
    bench.run().remove()
    assert StoredRun.all(bench.store) == []


def test_a_run_can_be_read_while_it_is_written(bench: Any) -> None:
    seen: list[int] = []

    class Listener:
        def begin(self, tally: Any) -> None:
            seen.append(len(bench.run(tally.run_id)))

        update = end = begin

    bench.work(bench.reports(5), progress=Listener())
    assert seen == sorted(seen)
    assert seen[-1] == 5
