"""Logging in over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.studio.people.limits import PER_NAME
from epicrisis.studio.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def client(make_client: Any, accounts: Any) -> Any:
    return make_client(Settings(accounts=True))


def test_in_and_out(client: Any) -> None:
    client.log_in("editor", PASSWORD)
    assert client.get("/api/home").status_code == 200
    cookie = dict(client.cookies)

    assert client.post("/api/logout").status_code == 204

    assert client.get("/api/home").status_code == 401
    client.cookies.update(cookie)
    assert client.get("/api/home").status_code == 401, "the session itself has ended"


def test_a_wrong_name_and_a_wrong_password_read_the_same(client: Any) -> None:
    answers = [
        client.post("/api/login", json={"name": name, "password": "wrong wrong wrong"})
        for name in ("editor", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()


def test_guessing_is_stopped_even_for_the_right_password(client: Any) -> None:
    for _ in range(PER_NAME):
        client.post("/api/login", json={"name": "editor", "password": "wrong wrong wrong"})
    answer = client.post("/api/login", json={"name": "editor", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "too-often")
    assert "minutes" in answer.json()["hint"]
    assert client.post("/api/login", json={"name": "admin", "password": PASSWORD}).status_code == 200
