"""Runs in a real browser: one is started, watched, paused, reloaded, and finished."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.engines.instances import instance
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.project import Project

CODEBOOK = """\
name: kidney
variables:
  - {name: normal, kind: boolean, definition: Whether the kidney is called normal.}
"""
_TEXT = re.compile(r"text of report \d+")
_PATIENCE = 60.0


class GatedServer:
    """An OpenAI-compatible server that answers about a report once ``let`` or ``open`` allows it."""

    def __init__(self) -> None:
        self._passes = threading.Semaphore(0)
        self._open = threading.Event()
        gated = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: object) -> None:
                """Keep the test output quiet."""

            def do_GET(self) -> None:
                self._send({"object": "list", "data": [{"id": "gated", "object": "model"}]})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if _TEXT.search(body["messages"][-1]["content"]) and not gated._open.is_set():
                    gated._passes.acquire(timeout=_PATIENCE)
                schema = body["response_format"]["json_schema"]["schema"]
                message = {"content": json.dumps(instance(schema, 1))}
                choice = {"index": 0, "finish_reason": "stop", "message": message}
                self._send({"choices": [choice], "usage": {"prompt_tokens": 100, "completion_tokens": 5}})

            def _send(self, content: Any) -> None:
                data = json.dumps(content).encode()
                try:
                    self.send_response(200 if self.path.startswith("/v1/") else 404)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    """Whoever asked has gone."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}/v1#gated"

    def let(self, count: int) -> None:
        self._passes.release(count)

    def open(self) -> None:
        self._open.set()
        self._passes.release(100)

    def close(self) -> None:
        self.open()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def model(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[GatedServer]:
    """An engine of the project that waits, with a codebook and ten reports."""
    for name in ("EPICRISIS_API_KEY", "OPENAI_API_KEY", "EPICRISIS_STORE"):
        monkeypatch.delenv(name, raising=False)
    (project.shelf("codebooks") / "kidney.yaml").write_text(CODEBOOK, "utf-8")
    rows = "".join(f"r{n},text of report {n}\n" for n in range(10))
    (project.shelf("reports") / "reports.csv").write_text(f"id,text\n{rows}", "utf-8")
    gated = GatedServer()
    Engines(Database(project.database)).add(gated.address, "Gated", by="test")
    yield gated
    gated.close()


def test_a_run_is_started_watched_left_and_finished(
    serve: Callable[..., Any], opened: Callable[..., Any], model: GatedServer, violations: Any
) -> None:
    served, first = serve(), opened()
    page: Page = first.page
    page.goto(f"{served.address}/runs")
    page.get_by_role("link", name="Start the first run").click()
    page.get_by_label("Engine", exact=False).first.select_option(label="Gated")
    expect(page.get_by_text("10 reports")).to_be_visible()
    expect(page.get_by_text("Not known yet")).to_be_visible()
    page.get_by_text("More options").click()
    page.get_by_label("Second look").uncheck()
    page.get_by_label("Reports at once").fill("1")
    assert violations(page) == []
    page.get_by_role("button", name="Start the run").click()

    page.wait_for_url("**/runs/job-*")
    model.let(3)
    expect(page.get_by_text("3 of 10 reports")).to_be_visible(timeout=20_000)
    assert violations(page) == []
    page.reload()
    expect(page.get_by_text("3 of 10 reports")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=20_000)
    expect(page.locator("#live .status")).to_have_text("paused")
    address = page.url
    first.context.close()

    second: Page = opened().page
    second.goto(address)
    second.get_by_role("button", name="Go on").click()
    model.open()
    expect(second.locator("#live .status")).to_have_text("finished", timeout=20_000)
    expect(second.get_by_text("10 of 10 reports")).to_be_visible()
    expect(second.get_by_role("link", name="Results")).to_be_visible()
    expect(second.locator("#live")).not_to_have_attribute("hx-trigger", re.compile(".*"))
    assert violations(second) == []

    second.get_by_role("link", name="Runs").first.click()
    expect(second.get_by_role("row", name=re.compile("kidney.*finished"))).to_be_visible()
    assert violations(second) == []


def test_first_reports_are_measured_and_their_answers_kept(
    serve: Callable[..., Any], opened: Callable[..., Any], model: GatedServer, violations: Any
) -> None:
    served, page = serve(), opened(color_scheme="dark").page
    model.open()
    page.goto(f"{served.address}/runs/new")
    page.get_by_label("Engine", exact=False).first.select_option(label="Gated")
    page.get_by_role("button", name="Measure on 2 reports").click()
    expect(page.get_by_text("The first reports are answered.")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("2 of them answered before and not asked again")).to_be_visible()
    expect(page.get_by_text(re.compile("as measured on 2 reports"))).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator("#live .status")).to_have_text("finished", timeout=20_000)
    expect(page.get_by_text("10 of 10 reports")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{served.address}/runs")
    assert violations(page) == []


def test_a_run_by_keyboard_on_a_phone(
    serve: Callable[..., Any], opened: Callable[..., Any], model: GatedServer
) -> None:
    served, page = serve(), opened(viewport={"width": 380, "height": 700}).page

    def fits() -> bool:
        return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    page.goto(f"{served.address}/runs/new")
    page.get_by_label("Engine", exact=False).first.select_option(label="Gated")
    expect(page.get_by_text("10 reports")).to_be_visible()
    summary = page.get_by_text("More options")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reports at once")).to_be_visible()
    assert fits()
    page.keyboard.press("Tab")
    page.keyboard.type("4")
    expect(page.get_by_text("4 reports")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/runs/job-*")
    assert fits()
    cancel = page.get_by_role("button", name="Cancel")
    page.on("dialog", lambda dialog: dialog.accept())
    cancel.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#live .status")).to_have_text("cancelled", timeout=20_000)
    page.goto(f"{served.address}/runs")
    expect(page.get_by_role("row", name=re.compile("kidney.*cancelled"))).to_be_visible()
    assert fits()


def test_what_is_wrong_keeps_a_run_from_starting(
    serve: Callable[..., Any], opened: Callable[..., Any], model: GatedServer, project: Project
) -> None:
    (project.shelf("reports") / "reports.csv").write_text("id,text\nr1,<b>a</b>\nr1,b\n", "utf-8")
    served, page = serve(), opened().page
    page.goto(f"{served.address}/runs/new")
    page.get_by_label("Engine", exact=False).first.select_option(label="Gated")
    expect(page.get_by_text("occurs more than once")).to_be_visible()
    expect(page.get_by_role("button", name="Start the run")).to_be_disabled()
    expect(page.get_by_role("link", name="How these reports are read")).to_be_visible()


def test_a_run_is_removed(serve: Callable[..., Any], opened: Callable[..., Any], model: GatedServer) -> None:
    served, page = serve(), opened().page
    model.open()
    page.goto(f"{served.address}/runs/new")
    page.get_by_label("Engine", exact=False).first.select_option(label="Gated")
    expect(page.get_by_text("10 reports")).to_be_visible()
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator("#live .status")).to_have_text("finished", timeout=20_000)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_text("Remove this run").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    page.wait_for_url(f"{served.address}/runs")
    expect(page.get_by_text("Nothing was run yet")).to_be_visible()
