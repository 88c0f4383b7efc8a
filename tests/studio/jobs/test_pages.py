"""The pages of runs and their API: who may do what, and what is answered to what cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from epicrisis.api import extract
from epicrisis.cli import run as command
from epicrisis.runs.lock import RunLock
from epicrisis.studio.jobs import dispatcher
from epicrisis.studio.stored_runs import open_run


@pytest.fixture(autouse=True)
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs stay in the queue."""
    monkeypatch.setattr(dispatcher.Dispatcher, "look", lambda self: None)


@pytest.fixture
def done(study: Any) -> str:
    """A run of the command line."""
    folder = study.project.folder
    script = folder / "script.jsonl"
    script.write_text(json.dumps({"reply": {"normal": {"quote": None, "value": None}}}) + "\n", "utf-8")
    code = command(
        [
            *("extract", str(folder / "codebooks" / "kidney.yaml"), str(folder / "reports" / "reports.csv")),
            *("--engine", f"scripted:{script}", "--store", str(study.project.store), "--quiet"),
        ]
    )
    assert code == 0
    from epicrisis.studio.stored_runs import all_runs

    return all_runs(study.project)[0].id


def body(study: Any, **change: Any) -> Any:
    return study.request(**change).model_dump(mode="json")


def test_no_runs_yet(client: Any) -> None:
    page = client.get("/runs")
    assert page.status_code == 200
    assert "Start the first run" in page.text
    assert client.get("/api/runs").json()["runs"] == []


def test_a_run_of_the_command_line_shows_up(study: Any, client: Any, done: str) -> None:
    (one,) = client.get("/api/runs").json()["runs"]
    assert (one["name"], one["status"], one["done"], one["total"]) == (done, "finished", 6, 6)
    assert (one["person"], one["job"], one["reports"]) == (None, None, "reports/reports.csv")
    found = client.get(f"/api/runs/{done}").json()
    assert (found["status"], found["may_remove"], found["may_resume"]) == ("finished", True, False)
    assert str(study.project.folder) not in json.dumps(found)
    page = client.get(f"/runs/{done}")
    assert 'hx-trigger="every' not in page.text
    assert client.get(f"/api/runs/{done}/manifest").json()["run"] == done
    assert client.post(f"/api/runs/{done}/pause").status_code == 409


def test_a_run_of_the_command_line_at_work_has_progress(study: Any, client: Any, done: str) -> None:
    from contextlib import closing

    from epicrisis.runs.database import connect

    with closing(connect(study.project.store, create=False)) as db:
        db.execute("UPDATE runs SET status = 'running', total = 12")
        db.execute("UPDATE runs SET manifest = json_set(manifest, '$.counts.done', 0)")
    assert client.get(f"/api/runs/{done}").json()["status"] == "interrupted"
    with RunLock(study.project.store, done):
        found = client.get(f"/api/runs/{done}").json()
        assert (found["status"], found["done"], found["total"]) == ("running", 6, 12)
        assert found["left"] > 0
        assert 'hx-trigger="every 2s, refresh"' in client.get(f"/runs/{done}").text
        assert client.get("/api/runs").json()["under_way"] == 1
        assert client.delete(f"/api/runs/{done}").status_code == 409


def test_a_run_is_asked_for_and_controlled(study: Any, client: Any) -> None:
    answer = client.post("/api/runs", json=body(study))
    assert answer.status_code == 201
    job = answer.json()["id"]
    found = client.get(f"/api/runs/{job}").json()
    assert (found["status"], found["waiting_for"], found["codebook"]) == ("queued", 0, "kidney")
    second = client.post("/api/runs", json=body(study, limit=1)).json()["id"]
    assert client.get(f"/api/runs/{second}").json()["waiting_for"] == 1
    assert client.get(f"/runs/{second}").status_code == 200

    assert client.post(f"/api/runs/{job}/pause").json() == {"status": "paused", "wanted": None}
    assert client.post(f"/api/runs/{job}/pause").status_code == 409
    assert client.post(f"/api/runs/{job}/resume").json()["status"] == "queued"
    assert client.post(f"/api/runs/{job}/cancel").json()["status"] == "cancelled"
    assert client.get(f"/runs/{job}").status_code == 200
    assert client.delete(f"/api/runs/{job}").status_code == 204
    assert client.get(f"/api/runs/{job}").status_code == 404
    assert [one["name"] for one in client.get("/api/runs").json()["runs"]] == [second]


def test_a_run_is_removed_with_its_texts(study: Any, client: Any, done: str) -> None:
    assert client.delete(f"/api/runs/{done}").status_code == 204
    assert client.get(f"/runs/{done}").status_code == 404
    assert b"text of report 3" not in study.project.store.read_bytes()


def test_a_run_that_reviews_rest_on_stays(study: Any, client: Any, done: str) -> None:
    made = client.post("/api/reviews", json={"run": done})
    assert made.status_code == 201, made.text
    answer = client.delete(f"/api/runs/{done}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert open_run(study.project, done).counts.done == 6


@pytest.mark.parametrize(
    "name", ["job-none", "none", "%2e%2e%2fetc", "a'b", "x" * 200, "%00", "<script>alert(1)</script>"]
)
def test_forged_names_are_not_there(study: Any, client: Any, done: str, name: str) -> None:
    for method, path in [
        ("GET", ""),
        ("GET", "/manifest"),
        ("POST", "/pause"),
        ("POST", "/resume"),
        ("POST", "/cancel"),
        ("DELETE", ""),
    ]:
        assert client.request(method, f"/api/runs/{name}{path}").status_code == 404, (method, path)
    page = client.get(f"/runs/{name}")
    assert page.status_code == 404
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "http://evil.example/v1#m"},
        {"engine": "scripted:/etc/passwd"},
        {"reports": "../../etc/passwd"},
        {"codebook": "../secret"},
        {"reports": "none.csv"},
        {"limit": 0},
        {"options": {"samples": 0}},
        {"options": {"form": "guess"}},
        {"ids": []},
        {"codebook_text": "name: x"},
    ],
)
def test_requests_that_cannot_be_are_refused(study: Any, client: Any, change: Any) -> None:
    plain = body(study) | change
    for path in ("/api/runs", "/api/preflight", "/runs/preflight"):
        answer = client.post(path, json=plain)
        assert answer.status_code in (404, 422), (path, answer.text)
    assert client.get("/api/runs").json()["runs"] == []


def test_the_look_before_is_shown_and_told(study: Any, client: Any, done: str) -> None:
    engine = f"scripted:{study.project.folder / 'script.jsonl'}"
    from epicrisis.studio.database import Database
    from epicrisis.studio.engines import Engines

    Engines(Database(study.project.database)).add(engine, "script", by="test")
    asked = body(study, engine=engine, options={}, settings={})
    told = client.post("/api/preflight", json=asked).json()
    assert (told["known"], told["asked"], told["pace_of"]) == (6, 0, done)
    shown = client.post("/runs/preflight", json=asked)
    assert "all is answered already" in shown.text
    assert "<html" not in shown.text


def test_a_new_run_is_filled_in_by_its_address(study: Any, client: Any) -> None:
    found = client.get("/api/runs/new?reports=library:brain-mri").json()
    assert found["chosen_codebook"] == found["chosen_reports"] == "library:brain-mri"
    found = client.get("/api/runs/new").json()
    assert (found["chosen_reports"], found["chosen_codebook"]) == ("reports.csv", "kidney")
    assert found["chosen_engine"] == study.server.address
    page = client.get("/runs/new?codebook=kidney&gold=library:brain-mri")
    assert '<option value="library:brain-mri" selected>' in page.text


def test_pages_of_a_long_list(study: Any, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("epicrisis.studio.pages.runs.listing._PER_PAGE", 3)
    for _ in range(5):
        study.add(limit=1)
    first, second = client.get("/api/runs").json(), client.get("/api/runs?page=2").json()
    assert (len(first["runs"]), first["more"], len(second["runs"]), second["more"]) == (3, True, 2, False)
    names = [one["name"] for one in [*first["runs"], *second["runs"]]]
    assert names == [job.id for job in study.jobs.all()]
    assert client.get("/runs?page=2").status_code == 200


@pytest.fixture
def client_of(study: Any, accounts: Any) -> Iterator[Any]:
    """Browsers of people with accounts."""
    from contextlib import ExitStack

    from fastapi.testclient import TestClient

    from epicrisis.studio.app import create_app
    from epicrisis.studio.settings import Settings

    with ExitStack() as stack:

        def log_in(name: str) -> Any:
            app = create_app(study.project, Settings(accounts=True))
            browser = stack.enter_context(TestClient(app, base_url="http://127.0.0.1:8100"))
            answer = browser.post("/api/login", json={"name": name, "password": "correct horse battery"})
            browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
            return browser

        yield log_in


def test_roles(study: Any, client_of: Any) -> None:
    viewer, editor, admin = client_of("viewer"), client_of("editor"), client_of("admin")
    assert viewer.post("/api/runs", json=body(study)).status_code == 403
    assert viewer.post("/api/preflight", json=body(study)).status_code == 403
    assert "role editor" in viewer.get("/runs/new").text
    job = editor.post("/api/runs", json=body(study)).json()["id"]
    assert viewer.get(f"/api/runs/{job}").status_code == 200
    assert "Cancel" not in viewer.get(f"/runs/{job}").text
    for act in ("pause", "resume", "cancel"):
        assert viewer.post(f"/api/runs/{job}/{act}").status_code == 403
    assert editor.post(f"/api/runs/{job}/cancel").status_code == 200
    assert editor.delete(f"/api/runs/{job}").status_code == 403
    assert admin.delete(f"/api/runs/{job}").status_code == 204


def test_the_python_call_and_the_studio_share_a_store(study: Any, client: Any) -> None:
    run = extract(
        ["a report"], study.project.shelf("codebooks") / "kidney.yaml",
        f"scripted:{_script(study)}", store=study.project.store,
    )  # fmt: skip
    assert client.get(f"/api/runs/{run.id}").json()["reports"] is None
    assert client.get(f"/runs/{run.id}").status_code == 200


def _script(study: Any) -> str:
    script = study.project.folder / "other.jsonl"
    script.write_text(json.dumps({"reply": {"normal": {"quote": None, "value": None}}}) + "\n", "utf-8")
    return str(script)
