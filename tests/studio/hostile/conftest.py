"""A project in which everything that people can name or write tries to run as a script."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from argon2 import PasswordHasher

from epicrisis.api import extract
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions
from epicrisis.extraction.answer import Status
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.project import Project
from epicrisis.studio.reviewing import NewReview, Reviews
from epicrisis.studio.reviewing.desk import Desk
from epicrisis.studio.reviewing.judging import Saying
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

PASSWORD = "correct horse battery"
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}</title></textarea>"
#: A word that only reports, comments and values hold.
CANARY = "zanzibarquartz"
CODEBOOK: dict[str, Any] = {
    "name": "wicked",
    "title": EVIL,
    "instructions": EVIL,
    "variables": [
        {"name": "lesion", "kind": "boolean", "label": EVIL, "definition": EVIL, "section": EVIL},
        {"name": "side", "kind": "category", "options": ["left", EVIL], "section": EVIL},
        {"name": "words", "kind": "text", "label": "javascript:alert(3)"},
        {"name": "drugs", "kind": "spans", "options": [EVIL, "dose"]},
    ],
    "rules": [{"rule": "side == 'left'", "message": EVIL}],
}


class Wicked(NamedTuple):
    """The project, its run, a review that is blind and one with two reviewers, and the ids of reports."""

    project: Project
    run: str
    blind: str
    two: str
    reports: list[str]
    engine: str


def make_wicked(project: Project) -> Wicked:
    """Fill a project."""
    reports = [f"R-1 {EVIL}", "javascript:alert(4)", "../../../etc/passwd", "R-4"]
    text = f"A lesion left. {EVIL} {CANARY} Aspirin."
    path = project.shelf("reports") / "wicked.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "patient", "date", "text", EVIL])
        table.writerows([one, f"P {EVIL}", "2024-02-03", text, EVIL] for one in reports)
    (project.shelf("codebooks") / "wicked.yaml").write_text(json.dumps(CODEBOOK, ensure_ascii=False), "utf-8")
    with (project.shelf("gold") / "wicked.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "lesion", "side", "words"])
        table.writerows([one, "true", EVIL, EVIL] for one in reports)
    reply = {
        "lesion": {"quote": "A lesion", "value": True},
        "side": {"quote": EVIL, "value": EVIL},
        "words": {"quote": CANARY, "value": f"{EVIL} {CANARY}"},
        "drugs": [{"text": "Aspirin", "type": EVIL}],
    }
    run = extract(
        path,
        project.shelf("codebooks") / "wicked.yaml",
        ScriptedEngine(dict.fromkeys(reports, reply), model=EVIL),
        options=ExtractionOptions(repair=False, second_look=False),
        store=project.store,
    )
    script = project.folder / "script.jsonl"
    script.write_text(json.dumps({"reply": reply}) + "\n", "utf-8")
    studio = Studio(project, Settings())
    engine = f"scripted:{script}"
    Engines(studio.database).add(engine, EVIL, by="test")
    accounts = Accounts(Database(project.database))
    for name, role in (
        ("admin", "admin"), ("editor", "editor"), ("reviewer", "reviewer"),
        ("second", "reviewer"), ("viewer", "viewer"),
    ):  # fmt: skip
        accounts.add(name, role, PASSWORD, by="test")
    made = [
        Reviews(studio).create(NewReview(run=run.id, name=EVIL, blind=blind, raters=2), by="editor").id
        for blind in (True, False)
    ]
    for review, word in zip(made, ("secondsaid", "secondtwo"), strict=True):
        desk = Desk(studio, review, reports[0], "second")
        desk.save("lesion", Saying(Status.STATED, False, None), comment=f"{EVIL} {CANARY}", version=0)
        desk.save("words", Saying(Status.STATED, word, None), comment="", version=0)
    _put_adapter(project)
    return Wicked(project, run.id, made[0], made[1], reports, engine)


def _put_adapter(project: Project) -> None:
    """An adapter whose card and history say the same everywhere."""
    folder = project.shelf("adapters") / "wicked"
    folder.mkdir()
    estimate = {"value": 0.5, "low": 0.4, "high": 0.6}
    compared = {"name": EVIL, "metric": EVIL, "before": estimate, "after": estimate}
    card = {
        "format": 1, "name": EVIL, "digest": EVIL, "created": EVIL,
        "base": {"name": EVIL, "digest": EVIL, "kind": EVIL, "architecture": EVIL, "licence": EVIL},
        "codebook": {"name": EVIL, "version": EVIL, "digest": EVIL},
        "data": {"gold": EVIL, "dropped": [{"why": EVIL, "count": 1}]},
        "settings": {EVIL: EVIL, "targets": [EVIL]},
        "training": {"device": EVIL, "seconds": 1.0},
        "metrics": compared | {"variables": [compared]},
        "notes": [EVIL],
        "versions": {EVIL: EVIL},
    }  # fmt: skip
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    events = [
        {"event": "stage", "stage": EVIL},
        {"event": "start", "steps": 2, "base": EVIL, "device": EVIL},
        {"event": "step", "step": 1, "loss": 1.0},
        {"event": "validation", "step": 1, "score": 0.5, "metric": EVIL, "best": True},
        {"event": "note", "text": EVIL},
        {"event": "end", "status": EVIL, "error": EVIL},
    ]
    (folder / "history.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events), "utf-8")


@pytest.fixture(scope="module")
def wicked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wicked]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPICRISIS_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("EPICRISIS_MODELS", raising=False)
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("epicrisis.studio.people.accounts._hasher", lambda: hasher)
        yield make_wicked(Project.at(tmp_path_factory.mktemp("wicked") / "study"))


@pytest.fixture
def addresses(wicked: Wicked) -> list[tuple[str, dict[str, Any]]]:
    """Every page of it, by path and query."""
    run, report = wicked.run, wicked.reports[0]
    pages: list[tuple[str, dict[str, Any]]] = [
        ("/", {}),
        ("/try", {"codebook": "wicked", "reports": "wicked.csv", "report_id": report}),
        ("/codebooks", {}),
        ("/codebooks/wicked", {}),
        ("/codebooks/wicked/versions", {}),
        ("/reports", {}),
        ("/reports/wicked.csv", {"id": report, "search": EVIL}),
        ("/reports/wicked.csv/reading", {}),
        ("/gold", {"name": "wicked.csv", "codebook": "wicked"}),
        ("/runs", {}),
        ("/runs/new", {"reports": EVIL, "codebook": EVIL, "engine": EVIL, "gold": EVIL, "adapter": EVIL}),
        (f"/runs/{run}", {}),
        (f"/runs/{run}/results", {"q": "R-", "count": "side", "filter": f"words~{EVIL}"}),
        (f"/runs/{run}/results", {"count": "side", "gold": EVIL}),
        (f"/runs/{run}/report", {"id": report, "gold": "wicked.csv"}),
        (f"/runs/{run}/patients", {"q": EVIL}),
        (f"/runs/{run}/patient", {"id": f"P {EVIL}"}),
        ("/reviews", {"run": EVIL}),
        ("/models", {}),
        ("/people", {}),
        ("/account", {}),
        ("/activity", {"text": EVIL, "who": EVIL}),
        ("/evaluate", {}),
        (f"/evaluate/{run}", {"gold": "wicked.csv"}),
        (f"/evaluate/{run}/variable", {"gold": "wicked.csv", "variable": "side"}),
        ("/compare", {}),
        ("/tune", {}),
        ("/tune/new", {"reports": EVIL, "codebook": EVIL, "gold": EVIL, "base": EVIL, "like": EVIL}),
        ("/tune/wicked", {}),
        ("/nowhere", {"x": EVIL}),
        ("/login", {"then": EVIL}),
    ]
    for review in (wicked.blind, wicked.two):
        pages += [
            (f"/reviews/{review}", {}),
            (f"/reviews/{review}/report", {"id": report}),
            (f"/reviews/{review}/agreement", {}),
            (f"/reviews/{review}/adjudicate", {}),
        ]
    return pages


@pytest.fixture
def make_on(wicked: Wicked) -> Any:
    """``make_on("admin")``: somebody's browser in the wicked project."""
    from fastapi.testclient import TestClient

    from epicrisis.studio.app import create_app

    app = create_app(wicked.project, Settings(accounts=True))

    def make(name: str | None, **options: Any) -> Any:
        client = TestClient(app, base_url="http://127.0.0.1:8100", follow_redirects=False, **options)
        if name is not None:
            answer = client.post("/api/login", json={"name": name, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client

    return make
