"""Getting in without a right to, staying in, and making others do it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from epicrisis.studio.people.limits import PER_ADDRESS, PER_NAME
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

PASSWORD = "correct horse battery"
ACCOUNTS = Settings(accounts=True)
COOKIE = f"epicrisis-{ACCOUNTS.port}"


@pytest.fixture
def client(make_client: Callable[..., Any], accounts: Any) -> Any:
    return make_client(ACCOUNTS)


def test_a_cookie_that_was_planted_is_not_taken_over(client: Any) -> None:
    client.cookies.set(COOKIE, "planted")
    answer = client.post("/api/login", json={"name": "viewer", "password": PASSWORD})
    assert "planted" not in answer.headers["set-cookie"]
    client.cookies.clear()
    assert client.get("/api/me", headers={"cookie": f"{COOKIE}=planted"}).status_code == 401


def test_logging_in_again_ends_the_session_before(client: Any) -> None:
    client.log_in("viewer")
    before = client.cookies[COOKIE]
    client.log_in("viewer")
    client.cookies.clear()
    assert client.get("/api/me", headers={"cookie": f"{COOKIE}={before}"}).status_code == 401


def test_the_token_of_another_session_does_not_do(client: Any, make_client: Any) -> None:
    client.log_in("admin")
    mine = client.headers["X-CSRF-Token"]
    other = make_client(ACCOUNTS).log_in("admin")
    assert other.headers["X-CSRF-Token"] != mine
    answer = other.put("/api/language", json={"language": "nl"}, headers={"X-CSRF-Token": mine})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")


def test_removed_or_with_another_password_is_out_at_once(
    client: Any, make_client: Any, accounts: Any
) -> None:
    client.log_in("editor")
    other = make_client(ACCOUNTS).log_in("viewer")
    accounts.change_password("editor", "another horse battery", by="test")
    accounts.remove("viewer", by="test")
    assert client.get("/api/me").status_code == 401
    assert other.get("/api/me").status_code == 401
    accounts.add("viewer", "admin", PASSWORD, by="test")
    assert other.get("/api/me").status_code == 401, "the old session is not that of the new account"


def test_nobody_makes_himself_more(client: Any, accounts: Any) -> None:
    client.log_in("editor")
    for change in (
        client.put("/api/people/editor/role", json={"role": "admin"}),
        client.post("/api/people", json={"name": "x", "role": "admin", "password": PASSWORD}),
        client.put("/api/people/admin/password", json={"password": PASSWORD}),
        client.delete("/api/people/admin"),
    ):
        assert change.status_code == 403
    assert accounts.find("editor").role.word == "editor"


def test_many_guesses_at_the_same_moment_are_no_more_than_one_after_the_other(client: Any) -> None:
    def guess(number: int) -> int:
        return int(
            client.post("/api/login", json={"name": "admin", "password": f"guess {number}"}).status_code
        )

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count(401) <= PER_NAME
    assert set(answers) <= {401, 429}


@pytest.mark.parametrize(("behind", "counted"), [(False, False), (True, True)])
def test_only_a_proxy_says_who_asks(
    make_client: Callable[..., Any], accounts: Any, behind: bool, counted: bool
) -> None:
    """Whatever the asker himself writes before the address that the proxy saw."""
    client = make_client(Settings(accounts=True, trust_proxy=behind))
    answers = []
    for number in range(PER_ADDRESS + 1):
        forged = {"X-Forwarded-For": f"10.1.1.{number}, 192.0.2.7", "Forwarded": f"for=10.1.1.{number}"}
        answers.append(
            client.post(
                "/api/login", json={"name": f"n{number}", "password": "x" * 12}, headers=forged
            ).status_code
        )
    assert answers[-1] == 429
    elsewhere = client.post(
        "/api/login", json={"name": "viewer", "password": PASSWORD}, headers={"X-Forwarded-For": "192.0.2.8"}
    )
    assert elsewhere.status_code == (200 if counted else 429)


@pytest.mark.parametrize(
    "there", ["/\t/evil.example", "/\n/evil.example", "/\\evil", "\x01//evil", "http:/evil", "/ /x"]
)
def test_login_leads_nowhere_else(client: Any, there: str) -> None:
    page = client.get("/login", params={"then": there})
    assert 'data-then="/"' in page.text


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "OPTIONS", "HEAD", "PROPFIND"])
def test_other_methods_change_nothing(client: Any, method: str) -> None:
    client.log_in("admin")
    for path in ("/api/people/viewer", "/api/reports/x", "/"):
        answer = client.request(
            method, path, headers={"X-HTTP-Method-Override": "DELETE", "X-Method": "DELETE"}
        )
        assert answer.status_code in (403, 404, 405), path
        assert answer.headers["content-security-policy"]
    assert client.get("/api/people").json()["accounts"][-1]["name"] == "viewer"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_form_elsewhere_cannot_write_json(client: Any, kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = client.post(
        "/api/login", content=b'{"name": "viewer", "password": "' + PASSWORD.encode() + b'"}', headers=headers
    )
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_others_embed_is_not_made(client: Any, site: str) -> None:
    client.log_in("admin")
    for path in ("/api/home", "/api/activity/export", "/runs/x/export", "/"):
        headers = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
        assert client.get(path, headers=headers).status_code == 403, path
    followed = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/", headers=followed).status_code == 200


def test_websockets_are_refused(client: Any) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/api/home"):
        pass


def test_even_what_breaks_carries_the_policy(
    make_client: Any, project: Project, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the patient has a zanzibarquartz")

    monkeypatch.setattr("epicrisis.studio.pages.home.glance", broken)
    client = make_client(Settings(body=1000))
    client.with_token()
    with pytest.raises(Exception) as raised:  # what the server that carries the studio is told
        client.get("/")
    assert "zanzibarquartz" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    quiet = make_client(raise_server_exceptions=False)
    for path in ("/", "/api/home"):
        answer = quiet.get(path)
        assert answer.status_code == 500
        assert answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "zanzibarquartz" not in answer.text
    assert "zanzibarquartz" not in caplog.text
    large = client.put("/api/language", content=b"x" * 2000)
    assert (large.status_code, bool(large.headers["content-security-policy"])) == (413, True)
