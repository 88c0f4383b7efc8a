"""The frame around all pages: languages, the menu on a phone, logging in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect


def test_another_language_is_chosen_and_kept(serve: Callable[..., Any], opened: Callable[..., Any]) -> None:
    served, page = serve(), opened(locale="de-AT").page
    page.goto(served.address)
    expect(page.locator("html")).to_have_attribute("lang", "de")

    page.locator("[data-language]").select_option("nl")

    expect(page.locator("html")).to_have_attribute("lang", "nl")


def test_the_menu_folds_on_a_phone(serve: Callable[..., Any], opened: Callable[..., Any]) -> None:
    served = serve()
    page = opened(viewport={"width": 380, "height": 700}).page
    page.goto(served.address)
    link = page.locator("nav").get_by_role("link", name="Codebooks", exact=True)
    expect(link).not_to_be_visible()

    page.get_by_text("Menu", exact=True).click()

    expect(link).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
