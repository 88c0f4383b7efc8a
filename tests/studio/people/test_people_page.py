"""Accounts on the page People, and one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from epicrisis.studio.app import create_app
from epicrisis.studio.database import Database
from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

PASSWORD = "correct horse battery"
OTHER = "another horse battery"


@pytest.fixture
def browser(project: Project, accounts: Any) -> Callable[..., Any]:
    """``browser(name)``: somebody who is logged in."""
    app = create_app(project, Settings(accounts=True))

    def browser(name: str, password: str = PASSWORD) -> Any:
        found = TestClient(app, base_url="http://127.0.0.1:8100", follow_redirects=False)
        answer = found.post("/api/login", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        found.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return found

    return browser


def names(client: Any) -> dict[str, str]:
    return {one["name"]: one["role"] for one in client.get("/api/people").json()["accounts"]}


def test_without_accounts_it_says_what_one_means(client: Any) -> None:
    page = client.get("/people").text
    assert "for you alone" in page
    assert "nothing needs to be started again" in page
    assert "need no account" in client.get("/account").text
    assert client.put("/api/account/password", json={"old": "x", "new": "y"}).status_code == 409


def test_the_first_account_closes_the_studio_at_once(client: Any) -> None:
    refused = client.post("/api/people", json={"name": "bo", "role": "viewer", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (422, "first-account")
    assert client.get("/api/home").status_code == 200

    assert (
        client.post("/api/people", json={"name": "anna", "role": "admin", "password": PASSWORD}).status_code
        == 201
    )

    assert client.get("/api/home").status_code == 401
    assert client.get("/people").headers["location"].startswith("/login")
    # Nor does the token of before do anything.
    assert client.post(
        "/api/people", json={"name": "eve", "role": "admin", "password": PASSWORD}
    ).status_code in (401, 403)
    client.log_in("anna")
    assert names(client) == {"anna": "admin"}
    assert "Log out" in client.get("/people").text


def test_an_account_from_the_command_line_closes_it_too(client: Any, project: Project) -> None:
    assert client.get("/api/home").status_code == 200
    Accounts(Database(project.database)).add("anna", "admin", PASSWORD, by="shell")
    assert client.get("/api/home").status_code == 401


def test_an_admin_manages_accounts(browser: Callable[..., Any]) -> None:
    admin = browser("admin")
    new = {"name": "new.one@clinic", "role": "reviewer", "password": PASSWORD}
    assert admin.post("/api/people", json=new).status_code == 201
    assert admin.post("/api/people", json=new).status_code == 409
    person = browser("new.one@clinic")
    assert admin.put("/api/people/new.one@clinic/role", json={"role": "viewer"}).status_code == 200
    assert person.get("/api/me").json()["role"] == "viewer"
    password = {"password": OTHER}
    assert admin.put("/api/people/NEW.one@clinic/password", json=password).status_code == 204
    assert person.get("/api/me").status_code == 401
    person = browser("new.one@clinic", OTHER)
    assert admin.delete("/api/people/new.one@clinic").status_code == 204
    assert person.get("/api/me").status_code == 401
    assert "new.one@clinic" not in names(admin)


@pytest.mark.parametrize(
    "new",
    [
        {"name": "x y", "role": "viewer", "password": PASSWORD},
        {"name": "x", "role": "owner", "password": PASSWORD},
        {"name": "x", "role": "viewer", "password": "short"},
        {"name": "x", "role": "viewer", "password": "x" * 201},
        {"name": "", "role": "viewer", "password": PASSWORD},
        {"name": "x"},
    ],
)
def test_what_is_no_account_is_refused(browser: Callable[..., Any], new: dict[str, str]) -> None:
    answer = browser("admin").post("/api/people", json=new)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text


def test_the_only_admin_stays(browser: Callable[..., Any]) -> None:
    admin = browser("admin")
    assert admin.delete("/api/people/admin").status_code == 422
    assert admin.put("/api/people/admin/role", json={"role": "viewer"}).status_code == 422
    assert names(admin)["admin"] == "admin"
    assert "The only admin" in admin.get("/people").text


def test_nobody_else_manages_them(browser: Callable[..., Any]) -> None:
    for name in ("viewer", "reviewer", "editor"):
        person = browser(name)
        assert person.get("/people").status_code == 403
        assert person.get("/api/people").status_code == 403
        assert person.put(f"/api/people/{name}/role", json={"role": "admin"}).status_code == 403
        assert person.put("/api/people/admin/password", json={"password": OTHER}).status_code == 403
        assert person.delete("/api/people/second").status_code == 403
        new = {"name": "x", "role": "admin", "password": PASSWORD}
        assert person.post("/api/people", json=new).status_code == 403


@pytest.mark.parametrize("method", ["delete", "put"])
def test_accounts_that_are_not_there(browser: Callable[..., Any], method: str) -> None:
    admin = browser("admin")
    if method == "delete":
        assert admin.delete("/api/people/none").status_code == 404
    else:
        assert admin.put("/api/people/none/role", json={"role": "admin"}).status_code == 404
        assert admin.put("/api/people/none/password", json={"password": OTHER}).status_code == 404


def test_everybody_changes_his_own_password(browser: Callable[..., Any]) -> None:
    person, elsewhere = browser("viewer"), browser("viewer")
    assert "Change your password" in person.get("/account").text
    change = "/api/account/password"
    assert person.put(change, json={"old": OTHER, "new": OTHER}).status_code == 422
    assert person.put(change, json={"old": PASSWORD, "new": "short"}).status_code == 422
    assert person.get("/api/me").status_code == 200
    assert person.put(change, json={"old": PASSWORD, "new": OTHER}).status_code == 204
    for one in (person, elsewhere):
        assert one.get("/api/me").status_code == 401
    browser("viewer", OTHER)


def test_guessing_the_old_password_is_slow(browser: Callable[..., Any]) -> None:
    person = browser("viewer")
    tried = [
        person.put("/api/account/password", json={"old": f"guess {number}", "new": OTHER}).status_code
        for number in range(7)
    ]
    assert tried == [422] * 5 + [429] * 2


def test_names_and_passwords_of_broken_text(browser: Callable[..., Any]) -> None:
    admin = browser("admin")
    admin.headers["content-type"] = "application/json"
    broken = '{"name": "x\\ud800", "role": "viewer", "password": "correct horse battery"}'
    assert admin.post("/api/people", content=broken).status_code == 422
    broken = '{"old": "\\ud800", "new": "correct horse battery"}'
    assert admin.put("/api/account/password", content=broken).status_code == 422
