"""The studio in a real browser: served on loopback, driven by Playwright, looked over by axe."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from epicrisis.studio.app import create_app
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.people.sessions import has_accounts
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Hashes that are cheap to make: these passwords protect nothing."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("epicrisis.studio.people.accounts._hasher", lambda: hasher)
        yield


AXE = Path(__file__).parent.parent / "vendored" / "axe.min.js"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Served:
    """A studio that is being served, until ``stop``."""

    def __init__(self, project: Project, **changed: Any) -> None:
        self.project = project
        accounts = has_accounts(Database(project.database))
        settings = Settings(port=changed.pop("port", 0), accounts=accounts, **changed)
        config = uvicorn.Config(
            create_app(project, settings), port=settings.port, log_level="error", access_log=False
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, daemon=True)
        self._thread.start()
        while not self.server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the studio did not start")
            self._thread.join(0.01)
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.at(tmp_path / "study")


@pytest.fixture
def serve(project: Project) -> Iterator[Callable[..., Served]]:
    """Serve the project; everything that was started is stopped in the end."""
    with contextlib.ExitStack() as stack:

        def serve(**changed: Any) -> Served:
            served = Served(project, **changed)
            stack.callback(served.stop)
            return served

        yield serve


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Opened:
    """One person's browser. ``troubles`` are errors of scripts and refused requests."""

    context: BrowserContext
    page: Page
    troubles: list[str]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Open another browser window, with nothing shared with the others; at the end none had an error."""
    every: list[Opened] = []

    def opened(**options: Any) -> Opened:
        context = browser.new_context(
            **({"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options)
        )
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None,
        )
        every.append(Opened(context, page, troubles))
        return every[-1]

    yield opened
    for one in every:
        one.context.close()
    assert [trouble for one in every for trouble in one.troubles] == []


def _violations(page: Page) -> list[str]:
    """What axe finds that is serious or critical: rule and places."""
    # Not add_script_tag: the page's own content security policy would refuse it, as it should.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def _log_in(page: Page, served: Served, name: str) -> None:
    page.goto(f"{served.address}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{served.address}/")


def _add_people(project: Project, roles: dict[str, str]) -> None:
    """Accounts by name and role, all with the same password."""
    accounts = Accounts(Database(project.database))
    for name, role in roles.items():
        accounts.add(name, role, PASSWORD, by="test")


def _add_script(project: Project, replies: dict[str | None, Any], name: str = "script") -> str:
    """An engine of the project that answers by report id (``None``: all others); gives its address."""
    path = project.folder / f"{name}.jsonl"
    lines = [
        {"reply": reply} | ({} if report is None else {"report_id": report})
        for report, reply in replies.items()
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    address = f"scripted:{path}"
    Engines(Database(project.database)).add(address, name, by="test")
    return address


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe finds on a page that is serious or critical."""
    return _violations


@pytest.fixture
def log_in() -> Callable[[Page, Served, str], None]:
    """Log in as one of the people of ``add_people``."""
    return _log_in


@pytest.fixture
def add_people(project: Project) -> Callable[..., None]:
    """``add_people(anna="admin", bo="reviewer")``: accounts, all with the same password."""
    return lambda **roles: _add_people(project, roles)


@pytest.fixture
def add_script(project: Project) -> Callable[..., str]:
    """``add_script({"R-1": {...}, None: {...}})``: an engine that answers by report id; gives its address."""
    return lambda replies, name="script": _add_script(project, replies, name)
