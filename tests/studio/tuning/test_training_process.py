"""Trainings worked on by real processes, told by the test what to do: stopped, killed, gone on with."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_a_training_becomes_an_adapter(
    study: Any, trainer: Any, dispatch: Any, card: Any, until_true: Any
) -> None:
    job = study.add(settings={"epochs": 2, "learning_rate": 0.001}, bare=True, curve=True)
    study.project.shelf("gold").joinpath("gold.csv").write_text("id,normal\nr0,true\n", "utf-8")
    dispatch()
    work = trainer.next()
    given = work.arguments
    assert given[0] == "tune"
    assert given[given.index("--base") + 1] == "qwen2.5-coder-0.5b-instruct"
    assert given[given.index("--out") + 1] == str(study.out())
    assert given[given.index("--preset") + 1] == "cpu"
    assert given[given.index("--epochs") + 1] == "2"
    assert given[given.index("--learning-rate") + 1] == "0.001"
    assert given[-2:] == ["--bare", "--curve"]
    # Of the codebook and the gold as they were when it was asked for.
    assert len(Path(given[given.index("--gold") + 1]).read_text("utf-8").splitlines()) == 7

    work.tell("start", steps=10, epochs=2, train=4, validation=1, test=1, base="tiny", device="cpu")
    work.tell("step", step=3, epoch=0.6, loss=1.5, rate=0.001, tokens_per_second=90.0, eta=70.0)
    progress = until_true(lambda: (found := study.jobs.get(job).progress) and found.done == 3 and found)
    assert (progress.phase, progress.total) == ("training", 10)
    assert 0 < progress.left <= 70
    work.write(card_json=card())
    work.tell("end", status="finished", error=None)
    work.end()

    done = study.until_status(job, "finished")
    assert (done.error, done.title) == (None, "kidney-1")


def test_one_after_the_other_with_runs(study: Any, trainer: Any, dispatch: Any, card: Any) -> None:
    first, second = study.add(), study.add(name="kidney-2")
    dispatch()
    work = trainer.next()
    assert [study.jobs.get(job).status for job in (first, second)] == ["running", "queued"]
    work.write(card_json=card())
    work.end()
    other = trainer.next()
    assert study.jobs.get(first).status == "finished"
    other.write(card_json=card("kidney-2"))
    other.end()
    study.until_status(second, "finished")


def test_one_that_is_stopped_goes_on_later(study: Any, trainer: Any, dispatch: Any, card: Any) -> None:
    job = study.add()
    dispatch()
    work = trainer.next()
    work.tell("start", steps=10, epochs=2, train=4, validation=1, test=1, base="tiny", device="cpu")
    study.jobs.ask_to("pause", job, by="test")
    assert work.is_over()
    stopped = study.until_status(job, "paused")
    assert stopped.wanted is None

    study.jobs.resume(job, by="test")
    again = trainer.next()
    assert again.arguments == work.arguments
    again.write(card_json=card())
    again.end()
    study.until_status(job, "finished")


def test_a_killed_worker_takes_its_training_along_and_it_goes_on(
    study: Any, trainer: Any, dispatch: Any, card: Any
) -> None:
    job = study.add()
    dispatcher = dispatch()
    work = trainer.next()
    os.kill(dispatcher._worker[1].pid, signal.SIGKILL)
    assert work.is_over()
    again = trainer.next()
    assert again.pid != work.pid
    again.write(card_json=card())
    again.end()
    assert study.until_status(job, "finished").deaths == 1


def test_one_that_is_killed_again_and_again_has_failed(study: Any, trainer: Any, dispatch: Any) -> None:
    job = study.add()
    dispatch()
    for _ in range(3):
        os.kill(trainer.next().pid, signal.SIGKILL)
    failed = study.until_status(job, "failed")
    assert failed.error.code == "died"
    assert "memory" in failed.error.hint
    assert "training" in failed.error.message


def test_a_server_that_stops_leaves_the_training_in_the_queue(
    study: Any, trainer: Any, dispatch: Any
) -> None:
    job = study.add()
    dispatcher = dispatch()
    work = trainer.next()
    dispatcher.stop()
    assert work.is_over()
    waiting = study.jobs.get(job)
    assert (waiting.status, study.jobs.is_alive(job)) == ("queued", False)


def test_what_went_wrong_is_told_in_words_of_the_studio(study: Any, trainer: Any, dispatch: Any) -> None:
    job = study.add()
    dispatch()
    work = trainer.next()
    gold = work.arguments[work.arguments.index("--gold") + 1]
    said = f"warning: slow\nerror: {gold}: Out of memory.\nLower --batch (now 4), or --max-length.\n"
    work.end(2, said)
    failed = study.until_status(job, "failed")
    assert failed.error.message == "gold.csv: Out of memory."
    assert failed.error.hint == "Lower 'Examples at once' (now 4), or 'Longest example'."
    assert str(study.project.folder) not in failed.error.model_dump_json()


def test_the_message_of_the_history_counts(study: Any, trainer: Any, dispatch: Any) -> None:
    job = study.add()
    dispatch()
    work = trainer.next()
    work.tell("end", status="failed", error="There are 3 patients, too few to share out.")
    work.end(2, "error: There are 3 patients.\nBring more gold, or name a --split.\n")
    failed = study.until_status(job, "failed")
    assert failed.error.message == "There are 3 patients, too few to share out."
    assert "--" not in failed.error.hint


def test_a_training_that_leaves_no_adapter_has_failed(study: Any, trainer: Any, dispatch: Any) -> None:
    job = study.add()
    dispatch()
    trainer.next().end()
    assert "no adapter" in study.until_status(job, "failed").error.message


def test_reports_that_are_gone_fail_it_before_it_begins(study: Any, trainer: Any, dispatch: Any) -> None:
    job = study.add()
    (study.project.shelf("reports") / "reports.csv").unlink()
    dispatch()
    assert study.until_status(job, "failed").error.code == "not-found"
    assert trainer.begun == []


def test_reports_are_read_as_somebody_said(study: Any, trainer: Any, dispatch: Any) -> None:
    from epicrisis.reading import Columns, read
    from epicrisis.studio.report_sets import Mapping, ReportSets

    path = study.project.shelf("reports") / "reports.csv"
    path.write_text("nr;words;who\nr0;a text;p1\nr1;another;p1\n", "utf-8")
    columns = Columns(id="nr", text="words", patient="who")
    sets = ReportSets(study.project, study.studio.database)
    sets.map("reports.csv", Mapping(columns=columns, delimiter=";"), by="test")
    job = study.add()
    dispatch()
    work = trainer.next()
    copy = Path(work.arguments[2])
    assert copy.stat().st_mode & 0o077 == 0
    assert [(one.id, one.text, one.patient) for one in read(copy)] == [
        ("r0", "a text", "p1"), ("r1", "another", "p1"),
    ]  # fmt: skip
    work.end(2)
    study.until_status(job, "failed")
    study.jobs.remove(job, by="test")
    assert not copy.exists()
