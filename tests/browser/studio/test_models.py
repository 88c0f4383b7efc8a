"""Models in a browser: fetching with progress, engines, on a phone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.engines import fetch
from epicrisis.engines.store import ModelStore, Progress
from epicrisis.studio.modelling import reachable


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("EPICRISIS_MODELS", raising=False)
    monkeypatch.setattr(reachable, "PORTS", {})


def test_a_model_is_fetched_and_deleted(
    serve: Callable[..., Any], opened: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def ensure(entry: Any, report: Any = None, **_more: Any) -> None:
        report(Progress(entry.name, entry.size // 2, entry.size, "somewhere"))
        go_on.wait(60)
        report(Progress(entry.name, entry.size, entry.size, "somewhere"))
        path = ModelStore().path(entry.sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")

    monkeypatch.setattr(fetch, "ensure", ensure)
    served, page = serve(), opened().page
    page.goto(f"{served.address}/models")
    model = page.locator("[data-model=smollm2-135m-instruct]")

    model.get_by_role("button", name="Fetch").click()

    expect(model.get_by_role("progressbar")).to_have_js_property("position", 0.5)
    expect(model.get_by_role("button", name="Cancel")).to_be_visible()
    go_on.set()
    expect(model.get_by_text("here", exact=True)).to_be_visible(timeout=30_000)
    page.once("dialog", lambda dialog: dialog.accept())
    model.get_by_role("button", name="Delete").click()
    expect(model.get_by_text("not here", exact=True)).to_be_visible()


def test_an_engine_is_allowed_and_removed_by_keyboard(
    serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/models")

    page.get_by_label("Address").focus()
    page.keyboard.type("/etc/passwd")
    page.keyboard.press("Enter")
    expect(
        page.locator("#engines").get_by_role("alert").filter(has_text="Files are not named here")
    ).to_be_visible()
    page.get_by_label("Address").fill("http://127.0.0.1:9/v1#llama")
    page.keyboard.press("Tab")
    page.keyboard.type("Ward server")
    page.keyboard.press("Enter")

    remove = page.get_by_role("button", name="Remove Ward server")
    expect(remove).to_be_visible()
    expect(page.get_by_text("does not answer")).to_be_visible(timeout=30_000)
    page.once("dialog", lambda dialog: dialog.accept())
    remove.press("Enter")
    expect(remove).not_to_be_visible()


def test_who_is_no_admin_looks_only(
    add_people: Callable[..., None],
    log_in: Callable[..., None],
    serve: Callable[..., Any],
    opened: Callable[..., Any],
) -> None:
    add_people(anna="admin", bo="editor")
    served, page = serve(), opened().page
    log_in(page, served, "bo")
    page.goto(f"{served.address}/models")

    expect(page.get_by_text("SmolLM2 135M Instruct")).to_be_visible()
    expect(page.get_by_role("button", name="Fetch")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_anybody(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    violations: Callable[[Page], list[str]],
    project: Any,
    scheme: str,
) -> None:
    (project.shelf("adapters") / "broken.gguf").write_bytes(b"GGUF")
    served = serve()
    page = opened(color_scheme=scheme, viewport={"width": 380, "height": 800}).page
    page.goto(f"{served.address}/models")

    expect(page.get_by_text("Looking on this machine")).to_have_count(0, timeout=30_000)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
