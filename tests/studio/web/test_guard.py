"""What stands before every page: host, origin, token, session, size, headers."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.web.shield import POLICY

ACCOUNTS = Settings(accounts=True)


def test_every_answer_carries_the_policy(client: Any) -> None:
    for path in ("/", "/api/me", "/login", "/nowhere", "/api/nowhere", "/static/studio.css"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["referrer-policy"] == "same-origin", path
    assert "unsafe" not in POLICY


def test_only_named_static_files_are_kept_by_browsers(client: Any) -> None:
    assert client.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/static/studio.css?abc").headers["cache-control"]
    assert client.get("/static/../app.py").status_code == 404
    assert client.get("/static/%2e%2e/app.py").status_code == 404
    assert client.get("/static/studio.css/../../app.py").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8100", "127.0.0.1.evil.example", "", "[::1"])
def test_a_name_that_is_not_ours_is_refused(client: Any, host: str) -> None:
    answer = client.get("/api/me", headers={"host": host})
    assert answer.status_code == 400
    assert "csrf" not in answer.json()


@pytest.mark.parametrize("host", ["localhost:8100", "127.0.0.1:8100", "[::1]:8100", "LOCALHOST"])
def test_our_own_names_are_answered(client: Any, host: str) -> None:
    assert client.get("/api/me", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("token", [None, "", "guess", "ä"])
def test_a_change_needs_the_token(client: Any, token: str | None) -> None:
    headers = {} if token is None else {"X-CSRF-Token": token.encode()}
    client.headers.pop("X-CSRF-Token")
    answer = client.put("/api/language", json={"language": "nl"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    assert "epicrisis-language" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_change_from_elsewhere_is_refused_in_spite_of_the_token(client: Any, headers: Any) -> None:
    answer = client.put("/api/language", json={"language": "nl"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin")


def test_a_change_from_here_is_made(client: Any) -> None:
    headers = {"origin": "http://127.0.0.1:8100", "sec-fetch-site": "same-origin"}
    assert client.put("/api/language", json={"language": "nl"}, headers=headers).status_code == 204


def test_login_from_another_site_is_refused(make_client: Any, accounts: Any) -> None:
    client = make_client(ACCOUNTS)
    answer = client.post(
        "/api/login",
        json={"name": "admin", "password": "correct horse battery"},
        headers={"origin": "https://evil.example"},
    )
    assert answer.status_code == 403


def test_who_is_not_logged_in_gets_nothing_but_the_login(make_client: Any, accounts: Any) -> None:
    client = make_client(ACCOUNTS)
    page = client.get("/runs?x=1")
    assert page.status_code == 303
    assert page.headers["location"] == "/login?then=%2Fruns%3Fx%3D1"
    assert client.get("/api/home").status_code == 401
    assert client.get("/api/openapi.json").status_code == 401
    assert client.post("/api/logout").status_code == 401
    assert client.get("/login").status_code == 200


@pytest.mark.parametrize(
    "there", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_login_leads_nowhere_else(make_client: Any, accounts: Any, there: str) -> None:
    page = make_client(ACCOUNTS).get("/login", params={"then": there})
    assert "evil" not in page.text
    assert "javascript:" not in page.text
    assert 'data-then="/"' in page.text


def test_a_session_is_not_to_be_read_or_carried_elsewhere(make_client: Any, accounts: Any) -> None:
    client = make_client(Settings(accounts=True, secure=True))
    answer = client.post("/api/login", json={"name": "viewer", "password": "correct horse battery"})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-epicrisis=")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"]


def test_roles_are_kept(make_client: Any, accounts: Any) -> None:
    client = make_client(ACCOUNTS)
    client.log_in("viewer")
    assert client.get("/api/me").json()["role"] == "viewer"
    accounts.change_role("viewer", "editor", by="test")
    assert client.get("/api/me").json()["role"] == "editor"
    accounts.remove("viewer", by="test")
    assert client.get("/api/me").status_code == 401


def test_a_body_that_is_too_large_is_refused(make_client: Any) -> None:
    client = make_client(Settings(body=1000, upload=2000)).with_token()
    declared = client.put("/api/language", content=b"x" * 1001)
    streamed = client.put("/api/language", content=(b"x" * 500 for _ in range(3)))
    assert (declared.status_code, declared.json()["code"]) == (413, "too-large")
    assert (streamed.status_code, streamed.json()["code"]) == (413, "too-large")


def test_an_unforeseen_error_says_no_words_of_a_report(
    make_client: Any, project: Project, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the patient has a lesion")

    monkeypatch.setattr("epicrisis.studio.project.Project.shelf", broken)
    client = make_client(raise_server_exceptions=False).with_token()
    answer = client.get("/api/home")
    assert answer.status_code == 500
    assert answer.json()["code"] == "unforeseen"
    assert "lesion" not in answer.text
    assert "lesion" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_malformed_input_is_not_repeated(client: Any) -> None:
    answer = client.put("/api/language", json={"language": ["a lesion"]})
    assert answer.status_code == 422
    assert "lesion" not in answer.text
    assert "language" in answer.json()["message"]
