"""The look before a run: what it will ask, what it will take, and what will go wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epicrisis.api import extract
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.jobs import JobRequest
from epicrisis.studio.jobs.preflight import preflight
from epicrisis.studio.report_sets import ReportSets


def add_script(study: Any) -> str:
    path = study.project.folder / "script.jsonl"
    path.write_text(json.dumps({"reply": {"normal": {"quote": None, "value": None}}}) + "\n", "utf-8")
    address = f"scripted:{path}"
    Engines(Database(study.project.database)).add(address, "script", by="test")
    return address


def write(study: Any, *texts: str) -> None:
    rows = "".join(json.dumps({"id": f"r{n}", "text": text}) + "\n" for n, text in enumerate(texts))
    (study.project.shelf("reports") / "reports.jsonl").write_text(rows, "utf-8")


def look(study: Any, **change: Any) -> Any:
    return preflight(study.project, study.request(**change))


def test_nothing_was_asked_before(study: Any) -> None:
    found = look(study)
    assert (found.reports, found.asked, found.known, found.empty) == (6, 6, 0, 0)
    assert found.problems == []
    assert (found.pace, found.seconds) == (None, None)
    assert found.needed > 0
    assert found.free > found.needed
    assert study.server.asked == []
    assert not study.project.store.exists()


def test_what_was_answered_before_is_known_and_tells_the_pace(study: Any) -> None:
    address = add_script(study)
    options = study.request().options.as_extraction_options()
    reports = study.project.shelf("reports") / "reports.csv"
    run = extract(
        reports, study.project.shelf("codebooks") / "kidney.yaml", address,
        limit=2, options=options, store=study.project.store,
    )  # fmt: skip

    found = look(study, engine=address)

    assert (found.known, found.asked) == (2, 4)
    assert (found.pace_of, found.pace_reports) == (run.id, 2)
    assert found.seconds == pytest.approx(4 * found.pace)
    fresh = look(study, engine=address, fresh=True)
    assert (fresh.known, fresh.asked) == (0, 6)
    others = look(study, engine=address, options={"second_look": False, "samples": 3, "temperature": 0.5})
    assert (others.known, others.pace_of) == (0, run.id)


def test_a_text_that_comes_twice_is_asked_once(study: Any) -> None:
    write(study, "the same", "the same", "another")
    found = look(study, reports="reports.jsonl")
    assert (found.asked, found.known) == (2, 1)


def test_empty_texts_are_counted_and_named(study: Any) -> None:
    write(study, "text", "", " \n", "text too")
    found = look(study, reports="reports.jsonl")
    assert (found.empty, found.empty_ids) == (2, ["r1", "r2"])


def test_repeated_ids_are_a_problem_that_says_where(study: Any) -> None:
    (study.project.shelf("reports") / "reports.csv").write_text("id,text\nr1,private\nr1,b\n", "utf-8")
    found = look(study)
    assert [one.code for one in found.problems] == ["reading"]
    assert found.problems[0].where == "reports/reports.csv"
    assert "--" not in found.problems[0].hint
    assert "private" not in found.model_dump_json()


def test_reports_that_do_not_fit_are_counted(study: Any) -> None:
    write(study, "short", "long " * 2000)
    assert look(study, reports="reports.jsonl").counted == "unknown"
    found = look(study, reports="reports.jsonl", settings={"context": 2000})
    assert (found.context, found.too_long, found.counted) == (2000, 1, "counted")
    doubtful = look(study, reports="reports.jsonl", settings={"context": 3200})
    assert (doubtful.too_long, doubtful.counted) == (1, "estimated")


def test_an_engine_that_does_not_answer_is_a_problem(study: Any) -> None:
    address = "http://127.0.0.1:9/v1#gone"
    Engines(Database(study.project.database)).add(address, "gone", by="test")
    found = look(study, engine=address)
    assert [one.code for one in found.problems] == ["engine-unreachable"]


def test_a_model_that_is_not_here_is_said(study: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "home"))
    found = look(study, engine="smollm2-135m-instruct")
    assert found.fetched == 98_362_432
    assert found.context == 8192
    Engines(Database(study.project.database)).add("hf:a/b/c.gguf", "hub", by="test")
    found = look(study, engine="hf:a/b/c.gguf")
    assert (found.reports, len(found.notes)) == (None, 1)


def test_runs_that_come_first_are_counted(study: Any) -> None:
    study.add()
    assert look(study).before == 1


def test_examples_are_taken_from_gold(study: Any) -> None:
    gold = study.project.shelf("gold") / "mine.csv"
    gold.write_text("id,normal\nr0,true\nr1,false\n", "utf-8")
    assert look(study, examples={"gold": "mine.csv", "shots": 1}).problems == []
    gold.write_text("id,normal\nx,true\n", "utf-8")
    assert [one.code for one in look(study, examples={"gold": "mine.csv"}).problems] == ["option"]


def test_shipped_reports_and_codebooks_can_be_run(study: Any) -> None:
    request = JobRequest(
        reports="library:brain-mri", codebook="library:brain-mri", engine=study.server.address
    )
    found = preflight(study.project, request)
    sets = ReportSets(study.project, Database(study.project.database))
    assert found.reports == sum(1 for _ in sets.open("library:brain-mri"))
