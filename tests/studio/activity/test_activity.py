"""Who did what and when: only added to, searched, taken along."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from epicrisis.studio.app import create_app
from epicrisis.studio.database import Database
from epicrisis.studio.people.activity import note
from epicrisis.studio.people.history import PAGE, History, Wanted
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def database(project: Project) -> Database:
    return Database(project.database)


@pytest.fixture
def add(database: Database) -> Callable[..., None]:
    """``add(person, action, object, **details)``: one line."""

    def add(person: str, action: str, what: str, **details: object) -> None:
        with database.writing() as db:
            note(db, person, action, what, **details)

    return add


@pytest.fixture
def as_role(project: Project, accounts: Any) -> Callable[[str], TestClient]:
    """Browsers of people who are logged in."""
    app = create_app(project, Settings(accounts=True))

    def as_role(name: str) -> TestClient:
        browser = TestClient(app, base_url="http://127.0.0.1:8100", follow_redirects=False)
        answer = browser.post("/api/login", json={"name": name, "password": PASSWORD})
        browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return browser

    return as_role


def objects(client: Any, **filters: Any) -> list[str]:
    return [one["object"] for one in client.get("/api/activity", params=filters).json()["lines"]]


def test_the_list_is_only_added_to(database: Database, add: Callable[..., None]) -> None:
    add("anna", "run.ask", "r1")
    with closing(sqlite3.connect(database.path)) as db:
        for change in (
            "UPDATE activity SET person = 'bo'",
            "DELETE FROM activity",
            "DELETE FROM activity WHERE number = 1",
            "INSERT OR REPLACE INTO activity SELECT number, at, 'bo', action, object, details FROM activity",
            "REPLACE INTO activity VALUES (1, 'then', 'bo', 'run.ask', 'r1', '{}')",
            "UPDATE OR REPLACE activity SET number = 2",
        ):
            with pytest.raises(sqlite3.DatabaseError, match="only added to"):
                db.execute(change)
    assert [line.person for line in History(database).page(Wanted())] == ["anna"]


def test_the_newest_comes_first(client: Any, add: Callable[..., None]) -> None:
    for number in range(3):
        add("anna", "run.ask", f"r{number}")
    assert objects(client) == ["r2", "r1", "r0"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"who": "ANNA"}, ["mri", "r1"]),
        ({"action": "codebook.save"}, ["mri"]),
        ({"object": "r"}, ["r2", "mri", "r1"]),
        ({"object": "r2"}, ["r2"]),
        ({"text": "tiny run"}, ["r2"]),
        ({"text": "100%"}, ["mri"]),
        ({"text": "%"}, ["mri"]),
        ({"text": "_"}, []),
        ({"text": "\\"}, []),
        ({"text": "' OR 1=1 --"}, []),
        ({"since": "", "until": ""}, ["r2", "mri", "r1"]),
        ({"since": str(date.today() + timedelta(days=2))}, []),
        ({"until": str(date.today() - timedelta(days=2))}, []),
        ({"since": "0001-01-01", "until": "9999-12-31"}, ["r2", "mri", "r1"]),
        ({"since": str(date.today() - timedelta(days=1)), "who": "bo"}, ["r2"]),
    ],
)
def test_it_is_searched(
    client: Any, add: Callable[..., None], filters: dict[str, str], found: list[str]
) -> None:
    add("anna", "run.ask", "r1")
    add("anna", "codebook.save", "mri", done="100%")
    add("bo", "run.ask", "r2", engine="tiny")
    assert objects(client, **filters) == found
    page = client.get("/activity", params=filters)
    assert page.status_code == 200
    assert ("Nothing fits" in page.text) is (not found)


def test_page_by_page(client: Any, add: Callable[..., None]) -> None:
    for number in range(2 * PAGE + 5):
        add("anna", "run.ask", f"r{number}")
    seen: list[str] = []
    before: dict[str, int] = {}
    while True:
        view = client.get("/api/activity", params=before).json()
        assert view["count"] == 2 * PAGE + 5
        seen += [one["object"] for one in view["lines"]]
        if view["older"] is None:
            break
        before = {"before": view["older"]}
    assert seen == [f"r{number}" for number in reversed(range(2 * PAGE + 5))]
    assert 'rel="next"' in client.get("/activity").text


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_it_is_taken_along(client: Any, add: Callable[..., None], form: str) -> None:
    for number in range(1203):
        add("anna", "run.ask", f"r{number}", reports=number)
    add("bo", "run.ask", 'a "b", c\nd')
    answer = client.get("/api/activity/export", params={"form": form, "action": "run.ask"})
    assert answer.headers["content-disposition"] == f'attachment; filename="activity.{form}"'
    if form == "csv":
        found = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    else:
        found = [json.loads(line) for line in answer.text.splitlines()]
    assert len(found) == 1204
    assert found[0]["object"] == 'a "b", c\nd'
    details = found[-1]["details"]
    assert (json.loads(details) if form == "csv" else details) == {"reports": 0}
    # Taking it along is an action too.
    assert objects(client, action="activity.export") == [form]


def test_details_of_any_shape(client: Any, add: Callable[..., None]) -> None:
    add(
        "anna", "run.ask", "<script>alert(1)</script>", files=["a", "b"], deep={"x": [1]}, none=None, yes=True
    )
    page = client.get("/activity")
    assert "<script>alert" not in page.text
    assert "a, b" in page.text


def test_who_sees_what(as_role: Callable[[str], Any], add: Callable[..., None]) -> None:
    add("someone", "run.ask", "r1")
    reviewer, viewer, editor, admin = (as_role(one) for one in ("reviewer", "viewer", "editor", "admin"))
    assert "r1" in objects(reviewer)
    view = viewer.get("/api/activity", params={"who": "someone"}).json()
    assert {one["person"] for one in view["lines"]} == {"viewer"}
    assert (view["people"], view["only_own"]) == (["viewer"], True)
    assert "what you did yourself" in viewer.get("/activity").text
    for browser, status in ((viewer, 403), (reviewer, 403), (editor, 403), (admin, 200)):
        assert browser.get("/api/activity/export").status_code == status
        assert ("Take along" in browser.get("/activity").text) is (status == 200)


def test_it_is_said_in_plain_words(client: Any, add: Callable[..., None]) -> None:
    add("anna", "decision.take", "rev1", reviewer="bo")
    add("anna", "something.new", "x")
    page = client.get("/activity").text
    assert "took a reviewer's answer in review" in page
    assert "something.new" in page


def test_every_action_has_words() -> None:
    """Actions that are written out somewhere in the studio."""
    studio = Path(str(resources.files("epicrisis.studio")))
    words = set(
        re.findall(r'^  "([a-z]+\.[a-z_]+)": _', (studio / "templates/activity.html").read_text(), re.M)
    )
    known: set[str] = set()
    for path in studio.rglob("*.py"):
        source = path.read_text("utf-8")
        known |= set(re.findall(r'note\(\s*\w+,\s*[\w.]+,\s*"([a-z]+\.[a-z_]+)"', source))
    assert known - words == set()
