"""What people write or name stays text, on every page."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest


class Looking(HTMLParser):
    """Gathers what a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        source = given.get("src") or ""
        if tag == "script":
            self._in_script = True
            if not source.startswith("/static/"):
                self.found.append(f"script {source}")
        if tag == "img" and not source.startswith("/static/"):
            self.found.append(f"img {source}")
        if tag in ("iframe", "object", "embed", "base", "style"):
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith(("on", "hx-on", "hx-vals", "hx-headers")) or name == "style":
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "hx-get", "formaction") and not (value or "").startswith(
                ("/", "#", "?")
            ):
                self.found.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._in_script = False

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.found.append(f"inline script {data[:40]}")


@pytest.fixture
def client(make_on: Callable[..., Any]) -> Any:
    return make_on("admin")


def test_nothing_runs_on_any_page(client: Any, addresses: Any) -> None:
    troubles = []
    for path, query in addresses:
        answer = client.get(path, params=query)
        looking = Looking()
        looking.feed(answer.text)
        troubles += [f"{path}: {one}" for one in looking.found]
        if answer.status_code >= 500:
            troubles.append(f"{path}: {answer.status_code}")
        assert "text/html" in answer.headers["content-type"], path
        assert "alert(2)&gt;49" not in answer.text, path
    assert troubles == []


def test_json_is_never_taken_for_a_page(client: Any, addresses: Any) -> None:
    for path, query in addresses:
        twin = "/api" + {"/": "/home", "/evaluate": "/evaluations"}.get(path, path)
        answer = client.get(twin, params=query)
        if path != "/login":
            assert answer.headers["content-type"] == "application/json", twin
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_downloads_are_saved_and_not_shown(client: Any, wicked: Any) -> None:
    for path in (
        f"/api/runs/{wicked.run}/export?format=csv",
        f"/api/runs/{wicked.run}/export?format=jsonl&form=long",
        "/api/reports/wicked.csv/file",
        "/api/gold/wicked.csv/file",
        "/api/codebooks/wicked/yaml",
        "/api/activity/export",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
        given = answer.headers["content-disposition"]
        assert given.startswith("attachment"), path
        assert not set(given) & set("<>\\\r\n"), path
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


def test_reports_of_evaluations_hold_no_scripts(client: Any, wicked: Any) -> None:
    address = f"/api/evaluate/{wicked.run}"
    for _ in range(200):
        state = client.get(address, params={"gold": "wicked.csv"}).json()["state"]
        if state in ("ready", "refused", "failed"):
            break
    assert state == "ready"
    page = client.get(f"{address}/report.html", params={"gold": "wicked.csv", "text": True})
    assert page.status_code == 200
    assert page.headers["content-disposition"].startswith("attachment")
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


def test_a_spreadsheet_finds_no_formula_in_the_activity(client: Any) -> None:
    client.get("/api/activity/export")
    rows = client.get("/api/activity/export").text.splitlines()
    assert not any(cell[:1] in "=+@" for row in rows for cell in row.split(",") if cell)
