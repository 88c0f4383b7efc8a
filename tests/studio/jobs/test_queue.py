"""The queue: what people may ask of a job in which state, and what is kept of what they asked."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.cli import run as command
from epicrisis.errors import CodebookError, OptionError
from epicrisis.studio.jobs import Job, JobRequest, Jobs
from epicrisis.studio.jobs.queue import MAX_DEATHS
from epicrisis.studio.project import Project
from epicrisis.studio.web.refusals import Refused


def test_there_are_none_before_one_was_asked_for(project: Project) -> None:
    assert Jobs(project).all() == []
    assert not project.store.exists()
    with pytest.raises(Refused) as refused:
        Jobs(project).get("job-1")
    assert refused.value.status == 404


def test_the_latest_comes_first_and_the_first_is_worked_on_first(study: Any) -> None:
    first, second = study.add(), study.add(limit=2)
    assert [job.id for job in study.jobs.all()] == [second, first]
    assert [job.id for job in study.jobs.with_status("queued")] == [first, second]
    assert study.jobs.get(second).request.limit == 2


def test_a_job_keeps_the_codebook_as_it_was(study: Any) -> None:
    job = study.add()
    (study.project.shelf("codebooks") / "kidney.yaml").write_text("name: other", "utf-8")
    assert study.jobs.get(job).request.codebook_text.startswith("name: kidney")


def test_a_job_keeps_its_gold_as_it_was(study: Any) -> None:
    gold = study.project.shelf("gold") / "mine.csv"
    gold.write_text("id,normal\nr0,true\n", "utf-8")
    job = study.jobs.get(study.add(examples={"gold": "mine.csv"}))
    gold.write_text("id,normal\nr0,false\n", "utf-8")

    copy = study.jobs.folder(job.id) / job.request.gold_copy

    assert copy.read_text("utf-8") == "id,normal\nr0,true\n"
    assert copy.stat().st_mode & 0o077 == 0
    study.jobs.remove(job.id, by="test")
    assert not copy.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"engine": "http://127.0.0.1:9/v1#other"}, OptionError),
        ({"reports": "others.csv"}, Refused),
        ({"reports": "../secret.csv"}, OptionError),
        ({"codebook": "others"}, Refused),
        ({"examples": {"gold": "none.csv"}}, Refused),
        ({"options": {"translate": "no language"}}, OptionError),
    ],
)
def test_what_is_not_of_the_project_is_not_queued(study: Any, change: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        study.add(**change)
    assert study.jobs.all() == []


def test_a_codebook_with_errors_is_not_queued(study: Any) -> None:
    (study.project.shelf("codebooks") / "kidney.yaml").write_text(
        "name: c\nvariables: [{name: v}]\n", "utf-8"
    )
    with pytest.raises(CodebookError):
        study.add()


def test_a_waiting_job_is_paused_cancelled_and_resumed_at_once(study: Any) -> None:
    job = study.add()
    assert study.jobs.ask_to("pause", job, by="test").status == "paused"
    with pytest.raises(Refused) as refused:
        study.jobs.ask_to("pause", job, by="test")
    assert refused.value.status == 409
    assert study.jobs.resume(job, by="test").status == "queued"
    with pytest.raises(Refused):
        study.jobs.resume(job, by="test")
    assert study.jobs.ask_to("cancel", job, by="test").status == "cancelled"
    assert study.jobs.resume(job, by="test").status == "queued"


def test_a_job_at_work_hears_what_is_wanted(study: Any) -> None:
    job = study.add()
    assert study.jobs.begin(job).status == "running"
    assert study.jobs.begin(job) is None
    assert study.jobs.ask_to("pause", job, by="test").status == "running"
    assert study.jobs.wanted(job) == "pause"
    assert study.jobs.ask_to("cancel", job, by="test").wanted == "cancel"
    with pytest.raises(Refused):
        study.jobs.remove(job, by="test")


def test_a_job_whose_process_died_goes_back_into_the_queue(study: Any) -> None:
    job = study.add()
    for _ in range(MAX_DEATHS - 1):
        study.jobs.begin(job)
        study.jobs.take_back(job)
        assert study.jobs.get(job).status == "queued"
    study.jobs.begin(job)
    study.jobs.take_back(job)
    failed = study.jobs.get(job)
    assert (failed.status, failed.error.code) == ("failed", "died")
    assert study.jobs.resume(job, by="test").deaths == 0


def test_progress_forgives_deaths(study: Any) -> None:
    job = study.add()
    study.jobs.begin(job)
    study.jobs.take_back(job)
    progress = Job.model_fields["progress"].annotation.__args__[0](total=6, done=1)
    study.jobs.begin(job)
    study.jobs.tell(job, progress, None)
    assert study.jobs.get(job).deaths == 0


@pytest.mark.parametrize(("wanted", "status"), [("pause", "paused"), ("cancel", "cancelled")])
def test_what_a_dead_job_was_asked_to_do_is_done(study: Any, wanted: Any, status: str) -> None:
    job = study.add()
    study.jobs.begin(job)
    study.jobs.ask_to(wanted, job, by="test")
    study.jobs.take_back(job)
    assert study.jobs.get(job).status == status


def test_who_asked_is_on_record(study: Any) -> None:
    from epicrisis.studio.database import Database

    job = study.jobs.add(study.request(), by="anna")
    study.jobs.ask_to("cancel", job, by="bo")
    with Database(study.project.database).reading() as db:
        rows = db.execute("SELECT person, action, object FROM activity ORDER BY number").fetchall()
    assert [tuple(row) for row in rows[-2:]] == [("anna", "run.ask", job), ("bo", "run.cancel", job)]


def test_every_option_reaches_the_extraction() -> None:
    request = JobRequest.model_validate(
        {
            "reports": "r",
            "codebook": "c",
            "engine": "e",
            "options": {
                "form": "value",
                "worked": 1,
                "group_size": 3,
                "dependents_after": True,
                "samples": 5,
                "think": 64,
                "translate": "en",
                "second_look": False,
                "contextual": True,
                "temperature": 0.4,
                "seed": 7,
                "confidence": False,
            },
        }
    )
    options = request.options.as_extraction_options()
    assert options.as_dict() | {"shots": None} == options.as_dict()
    wanted = {
        "form": "value",
        "examples": 1,
        "group_size": 3,
        "dependents_after": True,
        "samples": 5,
        "think": 64,
        "translate": "en",
        "second_look": False,
        "contextual": True,
        "temperature": 0.4,
        "seed": 7,
        "confidence": False,
    }
    assert wanted.items() <= options.as_dict().items()


def test_the_command_line_lists_runs_beside_a_queue(study: Any, capsys: pytest.CaptureFixture[str]) -> None:
    study.add()
    assert command(["runs", "list", "--store", str(study.project.store), "--json"]) == 0
    assert capsys.readouterr().out.strip() == "[]"
