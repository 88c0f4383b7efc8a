"""Working on runs: what is asked, what is kept, how they end and go on."""

from __future__ import annotations

import json
import signal
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.errors import (
    ContextOverflowError,
    EngineCancelledError,
    EngineProtocolError,
    EngineTimeoutError,
    EngineUnreachableError,
    ModelError,
    ReadingError,
    RunStoppedError,
    StoreError,
)
from epicrisis.extraction.answer import Status, Usage
from epicrisis.report import Report
from epicrisis.runs.identity import EngineIdentity
from epicrisis.runs.lock import RunLock
from epicrisis.runs.run import StoredRun
from epicrisis.runs.session import work
from epicrisis.runs.store import Store
from epicrisis.runs.task import Ready


def test_a_run_holds_every_report_in_input_order(bench: Any) -> None:
    bench.parallel = 4
    session = bench.work(bench.reports(20))
    assert (session.status, session.error, session.continued) == ("finished", None, False)
    run = bench.run(session.run_id)
    assert [extraction.report_id for extraction in run] == [f"r{n}" for n in range(20)]
    assert run["r7"].answers["first"].evidence.quote == "Report"
    assert run.manifest.counts.done == run.manifest.counts.total == 20
    assert run.manifest.usage.prompt_tokens == 2000
    assert (bench.opened, bench.closed) == (1, 1)


def test_the_same_again_is_the_same_run_and_loads_nothing(bench: Any) -> None:
    first = bench.work(bench.reports(3))
    again = bench.work(bench.reports(3))
    assert again.run_id == first.run_id
    assert (again.continued, again.tally.cached, again.tally.asked) == (True, 3, 0)
    assert bench.opened == 1
    assert bench.asked == ["r0", "r1", "r2"]
    assert [session.asked for session in bench.run().manifest.sessions] == [3, 0]


def test_one_more_report_is_a_new_run_that_asks_only_that_one(bench: Any) -> None:
    first = bench.work(bench.reports(3))
    second = bench.work(bench.reports(4))
    assert second.run_id != first.run_id
    assert bench.asked == ["r0", "r1", "r2", "r3"]
    assert (len(bench.run(first.run_id)), len(bench.run(second.run_id))) == (3, 4)
    assert bench.run(second.run_id).manifest.usage.requests == 1


@pytest.mark.parametrize(
    "change",
    [
        {"prompt_version": "2"},
        {"options": {"form": "quote"}},
        {"engine": EngineIdentity("double", "other")},
        {"engine": EngineIdentity("double", "first-word", digest="sha256:1")},
        {"engine": EngineIdentity("double", "first-word", settings={"context": 1})},
        {
            "codebook": Codebook.model_validate(
                {"name": "x", "variables": [{"name": "first", "kind": "text"}]}
            )
        },
    ],
)
def test_what_can_change_the_answers_is_asked_anew(bench: Any, change: dict[str, Any]) -> None:
    bench.work(bench.reports(1))
    session = bench.work(bench.reports(1), **change)
    assert session.tally.asked == 1


def test_the_same_weights_under_another_name_are_the_same_engine(bench: Any) -> None:
    bench.work(bench.reports(2), engine=EngineIdentity("llamacpp", "by-name", digest="sha256:1"))
    session = bench.work(bench.reports(2), engine=EngineIdentity("llamacpp", "by-path", digest="sha256:1"))
    assert session.tally.asked == 0


def test_fresh_asks_all_in_a_new_run_and_leaves_the_old_one(bench: Any) -> None:
    first = bench.work(bench.reports(2))
    fresh = bench.work(bench.reports(2), fresh=True)
    assert fresh.run_id != first.run_id
    assert bench.asked == ["r0", "r1", "r0", "r1"]
    assert len(bench.run(first.run_id)) == 2


def test_an_interrupted_fresh_run_goes_on_without_the_old_results(bench: Any) -> None:
    bench.work(bench.reports(3))
    stop_after(bench, 1)
    fresh = bench.work(bench.reports(3), fresh=True)
    assert fresh.status == "interrupted"
    bench.extractor.on_ask = None
    before = len(bench.asked)
    rest = bench.work(bench.reports(3))
    assert rest.run_id == fresh.run_id
    assert len(bench.asked) - before == rest.tally.asked == 3 - fresh.tally.done


def test_the_same_text_under_two_ids_is_asked_once(bench: Any) -> None:
    bench.parallel = 3
    reports = [Report(f"r{n}", "the same") for n in range(9)]
    session = bench.work(reports)
    assert len(bench.asked) == 1
    assert session.tally.done == 9
    assert [extraction.report_id for extraction in bench.run()] == [report.id for report in reports]


def test_a_report_that_fails_does_not_stop_the_others(bench: Any) -> None:
    reports = [Report("a", "one"), Report("b", "  "), Report("c", "three")]
    session = bench.work(reports)
    assert (session.status, session.tally.failed) == ("finished", 1)
    assert bench.run().failures == {"empty": 1}
    assert bench.work(reports).tally.asked == 0, "an empty text stays empty: it is not asked again"


def test_a_failure_of_the_engine_is_kept_and_asked_again(bench: Any) -> None:
    bench.extractor.trouble = lambda report: EngineTimeoutError("60 s.") if report.id == "r1" else None
    first = bench.work(bench.reports(3))
    assert (first.status, first.tally.failed) == ("finished", 1)
    failed = bench.run()["r1"]
    assert failed.failure == "engine-timeout: 60 s."
    assert {answer.status for answer in failed.answers.values()} == {Status.FAILED}
    assert list(failed.answers) == bench.codebook.names
    bench.extractor.trouble = None
    second = bench.work(bench.reports(3))
    assert second.run_id == first.run_id
    assert bench.asked[3:] == ["r1"]
    assert bench.run().failures == {}
    assert bench.run().manifest.counts.failed == 0


def test_a_report_too_long_for_the_engine_is_not_asked_again(bench: Any) -> None:
    bench.extractor.trouble = lambda _: ContextOverflowError(needed=9, available=8)
    bench.work(bench.reports(1))
    assert bench.work(bench.reports(1)).tally.asked == 0


def test_an_unforeseen_error_names_its_type_and_nothing_else(bench: Any) -> None:
    bench.extractor.trouble = lambda report: KeyError(report.text)
    session = bench.work([Report("a", "canary text")])
    assert session.tally.failed == 1
    assert bench.run().failures == {"internal error (KeyError)": 1}
    bench.extractor.trouble = None
    assert bench.work([Report("a", "canary text")]).tally.failed == 0


def test_five_engine_failures_in_a_row_stop_the_run(bench: Any) -> None:
    bench.extractor.trouble = lambda report: (
        EngineUnreachableError("Connection refused.") if int(report.id[1:]) >= 4 else None
    )
    session = bench.work(bench.reports(30))
    assert session.status == "interrupted"
    assert isinstance(session.error, RunStoppedError)
    assert "Connection refused" in session.error.message
    assert session.run_id in (session.error.hint or "")
    assert session.tally.done - session.tally.failed == 4
    assert session.tally.done < 15, "it stopped soon"
    assert bench.closed == 1
    bench.extractor.trouble = None
    rest = bench.work(bench.reports(30))
    assert (rest.run_id, rest.status, rest.tally.failed) == (session.run_id, "finished", 0)
    assert rest.tally.cached == 4


def test_failures_in_between_do_not_stop_a_run(bench: Any) -> None:
    bench.extractor.trouble = lambda report: EngineProtocolError("HTML.") if int(report.id[1:]) % 5 else None
    session = bench.work(bench.reports(20))
    assert (session.status, session.tally.failed) == ("finished", 16)


def test_requests_that_die_together_count_as_one_failure(bench: Any) -> None:
    bench.parallel = 8
    bench.extractor.trouble = lambda report: EngineTimeoutError("") if int(report.id[1:]) < 7 else None
    session = bench.work(bench.reports(40), max_failures=5)
    assert (session.status, session.tally.failed) == ("finished", 7)


def test_an_engine_that_cannot_be_opened_leaves_nothing(bench: Any) -> None:
    bench.open_error = ModelError("No such model.")
    with pytest.raises(ModelError):
        bench.work(bench.reports(2))
    assert StoredRun.all(bench.store) == []


def test_an_engine_that_cannot_be_opened_leaves_an_old_run_as_it_was(bench: Any) -> None:
    stop_after(bench, 1)
    first = bench.work(bench.reports(4))
    before = bench.run().manifest
    bench.open_error = ModelError("No such model.")
    with pytest.raises(ModelError):
        bench.work(bench.reports(4))
    assert bench.run(first.run_id).manifest == before
    assert bench.run().status == "interrupted"


def test_a_source_that_breaks_midway_keeps_what_is_done(bench: Any) -> None:
    task = bench.task(bench.reports(5))

    def broken() -> Any:
        yield from bench.reports(3)
        raise ReadingError("The file changed.")

    session = work(replace(task, reports=broken()), bench.store)
    assert session.status == "failed"
    assert isinstance(session.error, ReadingError)
    assert bench.work(bench.reports(5)).tally.cached >= 2


def test_a_full_disk_is_told_and_what_is_done_is_kept(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    link = Store.link

    def full(self: Store, run: int, seq: int, report: Report, result: int) -> None:
        if seq == 3:
            raise sqlite3.OperationalError("database or disk is full")
        link(self, run, seq, report, result)

    monkeypatch.setattr(Store, "link", full)
    session = bench.work(bench.reports(10))
    assert session.status == "failed"
    assert isinstance(session.error, StoreError)
    assert "disk" in (session.error.hint or "")
    monkeypatch.undo()
    assert bench.work(bench.reports(10)).tally.cached >= 2


def test_one_process_at_a_time_works_on_a_run(bench: Any) -> None:
    stop_after(bench, 1)
    run_id = bench.work(bench.reports(4)).run_id
    with RunLock(bench.store, run_id), pytest.raises(StoreError, match="Another program"):
        bench.work(bench.reports(4))
    bench.extractor.on_ask = None
    assert bench.work(bench.reports(4)).status == "finished"
    assert list(bench.store.parent.glob("*.lock")) == []


def test_ctrl_c_takes_back_what_is_under_way_and_the_rest_goes_on_later(bench: Any) -> None:
    before = signal.getsignal(signal.SIGINT)
    stop_after(bench, 2)
    session = bench.work(bench.reports(10))
    assert (session.status, session.error) == ("interrupted", None)
    assert session.tally.done == 2
    assert bench.run().status == "interrupted"
    assert signal.getsignal(signal.SIGINT) is before
    bench.extractor.on_ask = None
    asked = set(bench.asked[:2])
    rest = bench.work(bench.reports(10))
    assert (rest.status, rest.tally.cached, rest.tally.asked) == ("finished", 2, 8)
    assert not asked & set(bench.asked[3:])


def test_ctrl_c_while_the_model_loads_ends_it_at_once(bench: Any) -> None:
    def make_ready() -> Ready:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it went on loading")

    with pytest.raises(KeyboardInterrupt):
        work(replace(bench.task(bench.reports(3)), make_ready=make_ready), bench.store)
    assert StoredRun.all(bench.store) == []


def test_a_second_ctrl_c_does_not_wait_for_the_engine(bench: Any) -> None:
    release, first_kept = threading.Event(), threading.Event()

    class Listener:
        def begin(self, tally: Any) -> None:
            if tally.done:
                first_kept.set()

        update = end = begin

    def deaf(report: Report, cancel: threading.Event | None) -> None:
        if report.id == "r1":
            first_kept.wait()
            interrupt_main_thread()
            assert cancel is not None
            cancel.wait()
            interrupt_main_thread()
            release.wait()

    bench.extractor.on_ask = deaf
    with pytest.raises(KeyboardInterrupt):
        bench.work(bench.reports(5), progress=Listener())
    release.set()
    assert bench.run().status == "interrupted"
    assert len(bench.run()) == 1


def test_texts_can_be_left_out_of_the_store(bench: Any) -> None:
    reports = [Report("a", "canary words of a patient")]
    bench.work(reports, keep_text=False)
    assert bench.run().text("a") is None
    written = b"".join(path.read_bytes() for path in bench.store.parent.iterdir())
    assert b"words of a patient" not in written
    assert bench.run().manifest.keeps_text is False


def test_the_manifest_says_how_to_repeat_the_run(bench: Any, tmp_path: Path) -> None:
    source = tmp_path / "codebook.yaml"
    source.write_text("# a comment\nname: Small Study\n", encoding="utf-8")
    task = replace(bench.task(bench.reports(2)), codebook_path=source, address="double:first-word")
    work(task, bench.store)
    manifest = bench.run().manifest
    assert manifest.codebook.digest == bench.codebook.digest
    assert manifest.codebook.text == source.read_text()
    assert manifest.to_codebook() == bench.codebook
    assert manifest.engine.address == "double:first-word"
    assert manifest.engine.info is not None
    assert manifest.engine.info["model"] == "first-word"
    assert manifest.options == {"form": "value"}
    assert manifest.prompt_version == "1"
    assert manifest.system.packages["pydantic"]
    assert manifest.sessions[0].ended is not None
    json.loads(manifest.model_dump_json())


def test_results_come_to_the_progress_in_order_of_completion(bench: Any) -> None:
    seen: list[tuple[int, int]] = []

    class Listener:
        def begin(self, tally: Any) -> None:
            seen.append((tally.done, tally.total))

        update = end = begin

    bench.work(bench.reports(4), progress=Listener())
    assert seen[0] == (0, 4)
    assert seen[-1] == (4, 4)
    assert seen == sorted(seen)
    assert bench.run().manifest.usage.requests == Usage(4).requests


def test_an_engine_that_takes_a_request_back_by_itself_has_failed(bench: Any) -> None:
    bench.extractor.trouble = lambda report: EngineCancelledError("") if report.id == "r1" else None
    session = bench.work(bench.reports(3))
    assert (session.status, session.tally.failed) == ("finished", 1)


def test_no_more_reports_are_read_than_the_engine_can_take(bench: Any) -> None:
    bench.parallel = 2
    reports = bench.reports(40)
    read = 0
    most_ahead = 0

    def counted() -> Any:
        nonlocal read, most_ahead
        for report in reports:
            read += 1
            yield report

    def watch(report: Report, cancel: threading.Event | None) -> None:
        nonlocal most_ahead
        most_ahead = max(most_ahead, read - int(report.id[1:]))

    bench.extractor.on_ask = watch
    work(replace(bench.task(reports), reports=counted()), bench.store)
    assert most_ahead <= 2 * bench.parallel + 1


def stop_after(bench: Any, done: int) -> None:
    """Press Ctrl-C once ``done`` reports are answered, and let the engine hear it."""

    def on_ask(report: Report, cancel: threading.Event | None) -> None:
        if len(bench.asked) - start <= done:
            return
        interrupt_main_thread()
        assert cancel is not None
        cancel.wait()
        raise EngineCancelledError("Taken back.")

    start = len(bench.asked)
    bench.extractor.on_ask = on_ask


def interrupt_main_thread() -> None:
    main = threading.main_thread().ident
    assert main is not None
    signal.pthread_kill(main, signal.SIGINT)
