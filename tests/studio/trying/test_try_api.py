"""Trying over the API: what can be chosen, what is refused, and that nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import epicrisis
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineUnreachableError
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.settings import Settings

REPORT = {"report_set": "library:brain-mri", "report_id": "BM-001"}
QUESTION = {"codebook": "library:brain-mri"}
CANARY = "CANARY-51d2"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model of whoever runs the tests."""
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("EPICRISIS_MODELS", raising=False)


@pytest.fixture
def script(project: Any, tmp_path: Path) -> str:
    """An engine of the project; gives its address."""
    answer = {
        "mta_left": {"quote": "MTA links 2", "value": 2},
        "mta_right": {"quote": "=rechts", "value": 1},
        "gca": {"quote": f"{CANARY} <script>", "value": 1},
    }
    path = tmp_path / "script.jsonl"
    path.write_text(json.dumps({"reply": answer}) + "\n", "utf-8")
    Engines(Database(project.database)).add(f"scripted:{path}", "A script", by="test")
    return f"scripted:{path}"


@pytest.fixture
def finished(client: Any, script: str) -> Callable[..., str]:
    """Try, and wait until it is over; gives the id."""

    def finished(**changed: Any) -> str:
        answer = client.post("/api/tries", json={**QUESTION, "engine": script, **(changed or REPORT)})
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        assert "event: over" in client.get(f"/api/tries/{found}/events").text
        return found

    return finished


def test_a_first_visit_has_everything_chosen(client: Any, script: str) -> None:
    view = client.get("/api/try").json()
    assert (view["codebook"], view["report"]["id"], view["engine"]) == ("library:brain-mri", "BM-001", script)
    assert view["report"]["text"].startswith("MRI hersenen")
    assert [one["ready"] for one in view["engines"]] == [True, False, False, False]
    assert not view["slow"]
    page = client.get("/try").text
    assert "Structure this report" in page
    assert "Not fetched yet" in page


def test_without_an_engine_it_says_what_to_do(client: Any) -> None:
    assert client.get("/api/try").json()["engine"] is None
    page = client.get("/try").text
    assert "Structure this report" not in page
    assert '<a class="button main" href="/models">Get a model</a>' in page


def test_another_page_may_choose(client: Any, project: Any, script: str) -> None:
    (project.shelf("reports") / "mine.csv").write_text("id,text\na,First.\nb/2,Second <b>.\n", "utf-8")
    view = client.get("/api/try", params={"reports": "mine.csv", "id": "b/2"}).json()
    assert (view["report"]["text"], view["asked"]) == ("Second <b>.", True)
    assert [one["name"] for one in view["report_sets"]][:2] == ["mine.csv", "library:brain-mri"]
    for forged in ({"reports": "none.csv"}, {"reports": "mine.csv", "id": "c"}, {"codebook": "none"}):
        assert client.get("/api/try", params=forged).status_code == 404


def test_reports_are_listed_and_found(client: Any, project: Any) -> None:
    rows = "".join(f"R-{number},Text {number}.\n" for number in range(250))
    (project.shelf("reports") / "many.csv").write_text(f"id,text\n{rows}", "utf-8")
    found = client.get("/api/try/reports", params={"reports": "many.csv"}).json()
    assert (len(found["reports"]), found["more"]) == (200, True)
    found = client.get("/api/try/reports", params={"reports": "many.csv", "holding": "r-24"}).json()
    assert ([one["id"] for one in found["reports"]][:2], found["more"]) == (["R-24", "R-240"], False)
    one = client.get("/api/try/report", params={"reports": "many.csv", "id": "R-249"}).json()
    assert one["text"] == "Text 249."
    assert client.get("/api/try/report", params={"reports": "many.csv", "id": "R-250"}).status_code == 404


def test_answers_with_evidence(client: Any, finished: Callable[..., str]) -> None:
    found = finished()
    view = client.get(f"/api/tries/{found}").json()
    assert (view["progress"]["status"], view["report_id"], view["engine"]) == (
        "finished",
        "BM-001",
        "A script",
    )
    first = view["answers"][0]
    assert (first["label"], first["status"], first["evidence"]["quote"]) == (
        "MTA left",
        "stated",
        "MTA links 2",
    )
    assert "".join(piece["text"] for piece in view["pieces"]).startswith("MRI hersenen")
    dutch = client.get(f"/api/tries/{found}", headers={"Accept-Language": "nl"}).json()
    assert dutch["answers"][0]["label"] == "MTA links"


def test_what_is_taken_along(client: Any, finished: Callable[..., str]) -> None:
    found = finished(text="=rechts 1. MTA links 2.")
    answers = client.get(f"/api/tries/{found}/answers")
    assert answers.headers["content-disposition"] == 'attachment; filename="answers.json"'
    assert answers.json()["mta_left"]["value"] == 2
    table = client.get(f"/api/tries/{found}/table")
    assert table.headers["content-type"].startswith("text/tab-separated-values")
    rows = [line.split("\t") for line in table.text.splitlines()]
    assert rows[0][:1] == ["variable"]
    # A sheet would take it for a formula.
    assert all(not cell.startswith("=") for row in rows for cell in row)


def test_what_a_report_says_is_shown_as_text(client: Any, finished: Callable[..., str]) -> None:
    found = finished(text=f'</textarea><script>alert(1)</script> {CANARY} <script> "x"')
    page = client.get(f"/try/{found}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_odd_characters_do_no_harm(client: Any, finished: Callable[..., str], script: str) -> None:
    found = finished(text="MTA links 2 \x00\x0b\u2028 \ufffe")
    for path in (f"/try/{found}", f"/api/tries/{found}/table", f"/api/tries/{found}/answers"):
        assert client.get(path).status_code == 200
    # JSON can spell half a surrogate pair.
    half = json.dumps({**QUESTION, "engine": script, "text": "\ud800"})
    answer = client.post("/api/tries", content=half, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


def test_nothing_of_it_is_written(client: Any, project: Any, finished: Callable[..., str]) -> None:
    found = finished(text=f"{CANARY} MTA links 2.")
    assert CANARY in client.get(f"/try/{found}").text
    for path in project.folder.rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({}, 422, "report"),
        ({"text": "x", **REPORT}, 422, "report"),
        ({"report_set": "library:brain-mri"}, 422, "report"),
        ({"text": " \n"}, 422, "empty"),
        ({"text": "x" * 400_001}, 422, "malformed"),
        ({"text": "x", "codebook": "none"}, 404, "not-found"),
        ({"text": "x", "codebook": "../x"}, 422, "option"),
        ({"report_set": "../x", "report_id": "a"}, 422, "option"),
        ({**REPORT, "report_id": "BM-999"}, 404, "not-found"),
        ({"text": "x", "engine": "/etc/passwd.gguf"}, 422, "option"),
        ({"text": "x", "engine": "smollm2-135m-instruct"}, 409, "not-fetched"),
        ({"text": "x", "options": {"think": -1}}, 422, "malformed"),
        ({"text": "x", "options": {"translate": "en"}}, 422, "malformed"),
    ],
)
def test_what_is_refused(client: Any, script: str, changed: dict[str, Any], status: int, code: str) -> None:
    answer = client.post("/api/tries", json={**QUESTION, "engine": script, **changed})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["hint"]


def test_forged_ids_and_unfinished_tries(client: Any, monkeypatch: pytest.MonkeyPatch, gated: Any) -> None:
    for path in (
        "/api/tries/x",
        "/api/tries/x/events",
        "/api/tries/x/table",
        "/api/tries/x/answers",
        "/try/x",
    ):
        assert client.get(path).status_code == 404
    assert client.delete("/api/tries/x").status_code == 404
    engine = gated()
    monkeypatch.setattr("epicrisis.engines.address.open_engine", lambda address, **_: engine)
    Engines(Database(client.project.database)).add("http://127.0.0.1:9/v1", "A server", by="test")
    new = {**QUESTION, "engine": "http://127.0.0.1:9/v1", "text": "x"}
    found = client.post("/api/tries", json=new).json()["id"]
    assert client.get(f"/api/tries/{found}/table").status_code == 409
    assert client.delete(f"/api/tries/{found}").status_code == 204
    assert "event: over" in client.get(f"/api/tries/{found}/events").text
    assert client.get(f"/api/tries/{found}").json()["progress"]["status"] == "cancelled"
    assert "Cancelled." in client.get(f"/try/{found}").text
    assert client.delete(f"/api/tries/{found}").status_code == 204
    assert client.get(f"/api/tries/{found}").status_code == 404


def test_an_engine_that_does_not_answer(client: Any, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    def fail(address: str, **_: Any) -> None:
        raise EngineUnreachableError("The server is down.", hint="Start it.")

    monkeypatch.setattr("epicrisis.engines.address.open_engine", fail)
    found = client.post("/api/tries", json={**QUESTION, "engine": script, "text": "x"}).json()["id"]
    client.get(f"/api/tries/{found}/events")
    assert client.get(f"/api/tries/{found}").json()["error"]["hint"] == "Start it."
    page = client.get(f"/try/{found}").text
    assert "The server is down." in page
    assert 'href="/models"' in page


def test_everybody_has_their_own(project: Any, accounts: Any, script: str) -> None:
    from fastapi.testclient import TestClient

    from epicrisis.studio.app import create_app

    app = create_app(project, Settings(accounts=True))
    people = {}
    for name in ("viewer", "second"):
        people[name] = TestClient(app, base_url="http://127.0.0.1:8100", follow_redirects=False)
        logged = people[name].post("/api/login", json={"name": name, "password": "correct horse battery"})
        people[name].headers["X-CSRF-Token"] = logged.json()["csrf"]
    new = {**QUESTION, "engine": script, "text": "x"}
    found = people["viewer"].post("/api/tries", json=new).json()["id"]
    assert people["viewer"].get(f"/api/tries/{found}").status_code == 200
    for path in (f"/api/tries/{found}", f"/api/tries/{found}/events", f"/try/{found}"):
        assert people["second"].get(path).status_code == 404
    assert people["second"].delete(f"/api/tries/{found}").status_code == 404
    del people["viewer"].headers["X-CSRF-Token"]
    assert people["viewer"].post("/api/tries", json=new).status_code == 403
    app.state.studio.tries.close()


def test_a_model_of_this_machine(client: Any, tiny_gguf: Path) -> None:
    variables = "- {name: mass, kind: boolean}\n- {name: side, kind: category, options: [l, r]}\n"
    book = f"name: small\nvariables:\n{variables}"
    (client.project.shelf("codebooks") / "small.yaml").write_text(book, "utf-8")
    address = f"llamacpp:{tiny_gguf}"
    Engines(Database(client.project.database)).add(address, "Tiny", by="test")
    new = {"codebook": "small", "engine": address, "text": "A mass on the left."}
    options = {"think": 20, "group_size": 1, "second_look": False}
    ids = [client.post("/api/tries", json={**new, "options": some}).json()["id"] for some in ({}, options)]
    views = []
    for found in ids:
        while "event: over" not in client.get(f"/api/tries/{found}/events").text:
            pass
        views.append(client.get(f"/api/tries/{found}").json())
    assert [view["error"] for view in views] == [None, None]
    assert [view["loaded"] for view in views] == [True, False]
    assert views[1]["requests"] >= 4
    assert [one["variable"] for one in views[0]["answers"]] == ["mass", "side"]


def test_a_run_at_work_is_told(client: Any, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = epicrisis.extract(
        ["Some text."], "brain-mri", ScriptedEngine.from_schema(), store=client.project.store, keep_text=False
    )
    assert run.status == "finished"
    assert client.get("/api/try").json()["slow"] is False
    monkeypatch.setattr(type(run).__mro__[1], "status", "running")
    assert client.get("/api/try").json()["slow"] is True
    assert "A run is at work" in client.get("/try").text
