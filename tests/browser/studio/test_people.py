"""Accounts, in a real browser: from a studio of one's own to one of several people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PASSWORD = "correct horse battery"
OTHER = "another horse battery"


def test_from_alone_to_several(serve: Callable[..., Any], opened: Callable[..., Any]) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/people")
    expect(page.get_by_text("This studio is for you alone.")).to_be_visible()
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Add the account, and log in").click()

    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="anna (you)")).to_be_visible()
    expect(page.get_by_text("The only admin")).to_be_visible()

    adding = page.locator("section", has=page.get_by_role("heading", name="Add somebody"))
    adding.get_by_label("Name").fill("bo")
    adding.get_by_label("Password").fill("short")
    adding.get_by_label("Password").press("Enter")
    assert adding.get_by_label("Password").evaluate("field => field.validity.tooShort")
    adding.get_by_label("Password").fill(PASSWORD)
    adding.get_by_label("Password").press("Enter")
    bo = page.locator("[data-account=bo]")
    expect(bo.get_by_label("Role")).to_have_value("reviewer")

    bo.get_by_label("Role").select_option("editor")
    with page.expect_navigation():
        bo.get_by_role("button", name="Change bo").click()
    expect(bo.get_by_label("Role")).to_have_value("editor")
    page.once("dialog", lambda dialog: dialog.accept())
    bo.get_by_role("button", name="Remove bo").click()
    expect(bo).to_have_count(0)


def test_ones_own_password(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    add_people: Callable[..., None],
    log_in: Callable[..., None],
) -> None:
    add_people(head="admin", anna="reviewer")
    served, page = serve(), opened().page
    log_in(page, served, "anna")
    page.get_by_role("link", name="anna").click()
    page.get_by_label("Your password so far").fill("not my password")
    page.get_by_label("The new one").fill(OTHER)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("alert")).to_contain_text("another one")
    page.get_by_label("Your password so far").fill(PASSWORD)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(OTHER)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{served.address}/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    add_people: Callable[..., None],
    log_in: Callable[..., None],
    violations: Callable[[Page], list[str]],
    scheme: str,
) -> None:
    served, page = serve(), opened(color_scheme=scheme).page
    for there in ("/people", "/account"):
        page.goto(served.address + there)
        assert violations(page) == []
    add_people(head="admin", anna="reviewer")
    log_in(page, served, "head")
    for there in ("/people", "/account"):
        page.goto(served.address + there)
        assert violations(page) == []
    page.goto(f"{served.address}/people")
    page.locator("[data-account=anna] summary").click()
    assert violations(page) == []


def test_on_a_phone(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    add_people: Callable[..., None],
    log_in: Callable[..., None],
) -> None:
    add_people(head="admin", someone_with_a_rather_long_name="reviewer")
    served = serve()
    page = opened(viewport={"width": 380, "height": 700}).page
    log_in(page, served, "head")
    for there in ("/people", "/account"):
        page.goto(served.address + there)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
