"""Jobs worked on by real processes: one after the other, interrupted, killed; nothing done is lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from epicrisis.studio.jobs.dispatcher import Dispatcher
from epicrisis.studio.stored_runs import open_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
ALL = list(range(6))


@pytest.fixture
def dispatch(study: Any) -> Iterator[Callable[[], Dispatcher]]:
    """Start a dispatcher; those that are left are stopped at the end."""
    started: list[Dispatcher] = []

    def start() -> Dispatcher:
        started.append(Dispatcher(study.project))
        started[-1].start()
        return started[-1]

    yield start
    study.server.open()
    for one in started:
        one.stop()


def test_jobs_are_worked_on_one_after_the_other(study: Any, dispatch: Any) -> None:
    study.write_reports("few.csv", 2)
    first, second = study.add(), study.add(reports="few.csv", fresh=True)
    dispatch()
    study.server.until_asked(1)
    assert [study.jobs.get(job).status for job in (first, second)] == ["running", "queued"]
    study.server.open()
    done = study.until_status(second, "finished")
    assert study.server.asked == [*ALL, 0, 1]
    assert (done.progress.done, done.progress.total, done.error) == (2, 2, None)
    run = open_run(study.project, study.jobs.get(first).run)
    assert (run.status, run.counts.done, run.manifest.codebook.name) == ("finished", 6, "kidney")
    assert run.manifest.codebook.text == study.jobs.get(first).request.codebook_text


@pytest.mark.parametrize(("wanted", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_an_interrupted_job_keeps_what_is_done_and_goes_on(
    study: Any, dispatch: Any, wanted: Any, status: str
) -> None:
    job = study.add()
    dispatch()
    study.server.let(2)
    study.server.until_asked(3)
    study.jobs.ask_to(wanted, job, by="test")
    stopped = study.until_status(job, status)
    assert (stopped.progress.done, stopped.wanted) == (2, None)
    assert open_run(study.project, stopped.run).status == "interrupted"

    study.jobs.resume(job, by="test")
    study.server.open()
    done = study.until_status(job, "finished")

    assert done.run == stopped.run
    assert sorted(study.server.asked) == [0, 1, 2, 2, 3, 4, 5]


def test_a_fresh_run_that_was_paused_goes_on_with_itself(study: Any, dispatch: Any) -> None:
    study.server.let(6)
    dispatch()
    known = study.until_status(study.add(), "finished")
    study.server.let(2)
    job = study.add(fresh=True)
    study.server.until_asked(9)
    study.jobs.ask_to("pause", job, by="test")
    paused = study.until_status(job, "paused")
    study.server.open()
    study.jobs.resume(job, by="test")
    done = study.until_status(job, "finished")
    assert known.run != paused.run == done.run
    assert study.server.asked.count(0) == 2


def test_a_killed_worker_loses_only_what_was_in_flight(study: Any, dispatch: Any) -> None:
    job = study.add()
    dispatcher = dispatch()
    study.server.let(2)
    study.server.until_asked(3)
    study.until_done(job, 2)
    os.kill(dispatcher._worker[1].pid, signal.SIGKILL)
    study.server.until_asked(4)
    study.server.open()
    done = study.until_status(job, "finished")
    assert study.server.asked == [0, 1, 2, 2, 3, 4, 5]
    assert (done.progress.done, done.progress.cached) == (6, 2)
    assert len(open_run(study.project, done.run)) == 6


def test_a_stopped_server_lets_the_worker_end_and_the_next_goes_on(study: Any, dispatch: Any) -> None:
    job = study.add()
    first = dispatch()
    study.server.let(2)
    study.server.until_asked(3)
    first.stop()
    waiting = study.jobs.get(job)
    assert (waiting.status, study.jobs.is_alive(job)) == ("queued", False)
    assert open_run(study.project, waiting.run).counts.done == 2
    study.server.open()
    dispatch()
    assert study.until_status(job, "finished").run == waiting.run
    assert study.server.asked == [0, 1, 2, 2, 3, 4, 5]


def test_of_two_servers_one_begins_jobs(study: Any, dispatch: Any, until_true: Any) -> None:
    first, second = dispatch(), dispatch()
    job = study.add()
    study.server.until_asked(1)
    leading = until_true(lambda: [one for one in (first, second) if one._is_leading])
    assert len(leading) == 1
    leading[0].stop()
    assert study.jobs.get(job).status in ("queued", "running")
    study.server.open()
    study.until_status(job, "finished")


def test_an_engine_that_is_gone_fails_the_job_with_a_reason(study: Any, dispatch: Any) -> None:
    address = "http://127.0.0.1:9/v1#gone"
    from epicrisis.studio.database import Database
    from epicrisis.studio.engines import Engines

    engines = Engines(Database(study.project.database))
    engines.add(address, "gone", by="test")
    job = study.add(engine=address)
    engines.remove(address, by="test")
    dispatch()
    failed = study.until_status(job, "failed")
    assert failed.error.code == "option"
    assert failed.run is None


def test_unreadable_reports_fail_the_job_before_anything_is_asked(study: Any, dispatch: Any) -> None:
    job = study.add()
    (study.project.shelf("reports") / "reports.csv").write_text("id,text\nr1,secret words\nr1,b\n", "utf-8")
    dispatch()
    failed = study.until_status(job, "failed")
    assert failed.error.code == "reading"
    assert failed.error.where == "reports/reports.csv"
    assert "secret" not in failed.error.model_dump_json()
    assert study.server.asked == []


def test_a_killed_server_leaves_the_worker_at_work(study: Any, start_studio: Any) -> None:
    job = study.add()
    first = start_studio()
    study.server.let(2)
    study.server.until_asked(3)
    first.kill()
    assert study.jobs.is_alive(job)
    study.server.let(1)
    study.until_done(job, 3)

    start_studio()
    study.server.open()

    study.until_status(job, "finished")
    assert study.server.asked == ALL


def test_a_server_and_worker_killed_together_lose_only_what_was_in_flight(
    study: Any, start_studio: Any, until_true: Any
) -> None:
    job = study.add()
    first = start_studio()
    study.server.let(2)
    study.server.until_asked(3)
    study.until_done(job, 2)
    first.process.send_signal(signal.SIGSTOP)
    os.kill(worker_of(first.process.pid), signal.SIGKILL)
    first.kill()
    until_true(lambda: not study.jobs.is_alive(job))

    start_studio()
    study.server.open()

    study.until_status(job, "finished")
    assert study.server.asked == [0, 1, 2, 2, 3, 4, 5]


def test_a_server_stopped_with_ctrl_c_ends_its_worker_cleanly(study: Any, start_studio: Any) -> None:
    job = study.add()
    first = start_studio()
    study.server.let(2)
    study.server.until_asked(3)
    first.stop()
    waiting = study.jobs.get(job)
    assert (waiting.status, waiting.progress.done, study.jobs.is_alive(job)) == ("queued", 2, False)


def worker_of(parent: int) -> int:
    """The process that a server started."""
    from pathlib import Path

    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == parent:
            return int(folder.name)
    raise AssertionError("it has no worker")
