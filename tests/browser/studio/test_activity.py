"""Who did what and when, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.studio.database import Database
from epicrisis.studio.people.activity import note
from epicrisis.studio.project import Project


@pytest.fixture
def busy(project: Project) -> None:
    """A project in which a lot was done."""
    with Database(project.database).writing() as db:
        for number in range(70):
            note(db, "anna", "run.ask", f"mri-{number}", reports="brain.csv", codebook="brain-mri")
        note(db, "bo", "codebook.save", "brain-mri", variables=30, changes=["side", "size"])
        note(db, "cleo", "decision.take", "rev1", report="R-1", variable="side", reviewer="anna")


@pytest.mark.usefixtures("busy")
def test_it_is_searched_while_one_types(serve: Callable[..., Any], opened: Callable[..., Any]) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/activity")
    expect(page.get_by_role("status")).to_contain_text("72 lines")
    expect(page.locator("tbody tr").first).to_contain_text("took a reviewer's answer in review rev1")

    page.get_by_role("searchbox").fill("mri-69")
    expect(page.get_by_role("status")).to_contain_text("1 line")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Person").select_option("bo")
    expect(page.locator("tbody tr")).to_contain_text(["saved the codebook brain-mri"])
    assert "who=bo" in page.url

    page.get_by_role("link", name="Show all").click()
    page.get_by_role("link", name="Older").click()
    expect(page.locator("tbody tr")).to_have_count(22)
    page.get_by_role("link", name="Newest").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Take along as CSV").click()
    assert download.value.suggested_filename == "activity.csv"


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    violations: Callable[[Page], list[str]],
    scheme: str,
) -> None:
    served, page = serve(), opened(color_scheme=scheme).page
    for there in ("/activity", "/activity?text=nothing+at+all"):
        page.goto(served.address + there)
        assert violations(page) == []


@pytest.mark.usefixtures("busy")
def test_on_a_phone(serve: Callable[..., Any], opened: Callable[..., Any]) -> None:
    served = serve()
    page = opened(viewport={"width": 380, "height": 700}).page
    page.goto(f"{served.address}/activity")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
