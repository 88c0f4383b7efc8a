"""The start page, sets of reports and gold, as people use them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.studio.project import Project

ODD = "nummer;bevinding;dag\n" + "".join(
    f"{number};Laesie van {number} mm.;2024-01-{number:02d}\n" for number in range(1, 31)
)
PAGES = (
    "/",
    "/reports",
    "/reports/odd.csv",
    "/reports/odd.csv/reading",
    "/reports/brain-mri.csv?id=BM-002",
    "/reports/brain-mri.csv/reading",
    "/gold?name=brain-mri.csv&codebook=brain-mri",
)


@pytest.fixture
def odd(project: Project) -> Path:
    path = project.shelf("reports") / "odd.csv"
    path.write_text(ODD, "utf-8")
    return path


def _file(name: str, content: str | bytes) -> dict[str, Any]:
    content = content if isinstance(content, bytes) else content.encode()
    return {"name": name, "mimeType": "text/csv", "buffer": content}


def _choose(page: Page, *files: dict[str, Any]) -> None:
    page.get_by_label("Choose files to add").set_input_files(list(files))


def test_an_empty_project_begins_with_the_example(
    serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    served, page = serve(), opened().page
    page.goto(served.address)
    step = page.locator("[aria-current=step]")
    expect(step.get_by_role("link", name="Make a codebook")).to_be_visible()
    expect(page.get_by_role("link", name="Try it on one report")).to_have_attribute("href", "/try")

    page.get_by_role("button", name="Start with the brain-MRI example").click()

    expect(step.get_by_role("heading", name="Run")).to_be_visible()
    expect(page.get_by_text("24 reports")).to_be_visible()
    expect(page.get_by_role("button", name="Start with the brain-MRI example")).to_have_count(0)


def test_from_a_file_with_odd_columns_to_one_report(
    serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/reports")
    _choose(page, _file("export.csv", ODD))
    page.wait_for_url("**/reports/export.csv/reading")
    expect(page.get_by_text("No column is recognisable as the text")).to_be_visible()

    page.get_by_label("Text of the report").select_option("bevinding")
    preview = page.get_by_role("region", name="The first reports, as they will be read")
    expect(preview.get_by_text("Laesie van 3 mm.")).to_be_visible()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    page.get_by_label("Id", exact=False).first.select_option("nummer")
    page.get_by_label("Date").select_option("dag")
    expect(preview.get_by_text("2024-01-03")).to_be_visible()
    page.get_by_role("button", name="Read it like this").click()

    page.wait_for_url("**/reports/export.csv")
    expect(page.locator("#summary").get_by_text("30 reports")).to_be_visible()
    expect(page.locator("#summary").get_by_text("2024-01-01 to 2024-01-30")).to_be_visible()
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_text("Page 2 of 2")).to_be_visible()
    page.get_by_label("Search by id or patient").fill("17")
    page.get_by_role("link", name="17", exact=True).click()
    expect(page.get_by_role("region", name="Text of the report")).to_have_text("Laesie van 17 mm.")
    expect(page.get_by_role("link", name="Try this one")).to_have_attribute(
        "href", "/try?reports=export.csv&id=17"
    )
    expect(page.get_by_role("link", name="Run on this set")).to_have_attribute(
        "href", "/runs/new?reports=export.csv"
    )
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("region", name="Text of the report")).to_have_text("Laesie van 18 mm.")
    page.reload()
    expect(page.get_by_role("region", name="Text of the report")).to_have_text("Laesie van 18 mm.")


def test_several_files_at_once_each_with_its_verdict(
    serve: Callable[..., Any], opened: Callable[..., Any], odd: Path, project: Project
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/reports")
    _choose(
        page,
        _file("odd.csv", "id,text\n1,new\n"),
        _file("picture.csv", b"\x89PNG\r\n\x1a\n"),
        _file("good.csv", "id,text\n1,a\n"),
        _file("a.txt", "one"),
        _file("b.txt", "two"),
    )
    rows = page.locator("[data-uploads] > li")
    expect(rows.filter(has_text="picture.csv")).to_contain_text("This looks like an image, not CSV.")
    expect(rows.filter(has_text="good.csv")).to_contain_text("✓ Added")
    expect(rows.filter(has_text="texts (2)")).to_contain_text("2 texts became one set of reports.")
    asked = rows.filter(has_text="odd.csv")
    expect(asked).to_contain_text("There is one of that name already.")
    expect(page.locator("#sets").get_by_role("link", name="good.csv")).to_be_visible()
    assert odd.read_text() == ODD

    asked.get_by_role("button", name="Leave it").click()
    expect(asked).to_contain_text("Not added")
    _choose(page, _file("odd.csv", "id,text\n1,new\n"))
    rows.last.get_by_role("button", name="Keep both").click()
    page.wait_for_url("**/reports/odd%20(2).csv/reading")
    assert odd.read_text() == ODD

    page.goto(f"{served.address}/reports")
    _choose(page, _file("odd.csv", "id,text\n1,new\n"))
    rows.last.get_by_role("button", name="Replace it").click()
    page.wait_for_url("**/reports/odd.csv/reading")
    expect(page.get_by_role("region").get_by_text("new")).to_be_visible()


def test_a_file_that_is_too_large_is_not_even_sent(
    serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    served, page = serve(upload=1000), opened().page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.goto(f"{served.address}/reports")
    expect(page.get_by_text("At most 1.0 kB at a time")).to_be_visible()
    _choose(page, _file("big.csv", "x" * 2000))
    expect(page.locator("[data-uploads]")).to_contain_text("larger than 1.0 kB")
    assert sent == []


def test_a_report_is_chosen_with_the_keyboard(
    serve: Callable[..., Any], opened: Callable[..., Any], odd: Path
) -> None:
    odd.write_text(ODD.replace("bevinding", "tekst").replace("nummer", "id"), "utf-8")
    served, page = serve(), opened().page
    page.goto(f"{served.address}/reports/odd.csv")
    page.get_by_label("Search by id or patient").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="1", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Text of the report")).to_have_text("Laesie van 2 mm.")
    # Where one was in the list stays.
    expect(page.get_by_role("link", name="2", exact=True)).to_be_focused()
    expect(page.get_by_role("link", name="2", exact=True)).to_have_attribute("aria-current", "true")


def test_a_set_is_renamed_and_removed(
    serve: Callable[..., Any], opened: Callable[..., Any], odd: Path
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/reports/odd.csv")
    page.get_by_text("Download, rename, remove").click()
    page.get_by_label("New name").fill("scans & letters")
    page.get_by_role("button", name="Rename").click()
    page.wait_for_url("**/reports/scans%20-%20letters.csv")
    page.get_by_text("Download, rename, remove").click()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove this set").click()
    page.wait_for_url("**/reports")
    expect(page.get_by_text("No reports yet.")).to_be_visible()


def test_gold_is_brought_and_checked(
    serve: Callable[..., Any], opened: Callable[..., Any], project: Project
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/gold")
    _choose(page, _file("mine.csv", "id,fazekas\nBM-001,1\nBM-002,9\n"))
    file = page.locator("#golds").get_by_role("listitem").filter(has_text="mine.csv")
    expect(file.get_by_text("Fits the codebook library:brain-mri: 1 of 30")).to_be_visible()
    file.get_by_role("button", name="Check").click()
    expect(file.get_by_role("status")).to_contain_text("line 3: 'fazekas'")
    _choose(page, _file("mine.csv", "id,fazekas\nBM-001,1\nBM-002,3\n"))
    page.get_by_role("button", name="Replace it").click()
    expect(page.locator("[data-uploads]")).to_contain_text("✓ Added")
    file.get_by_role("button", name="Check").click()
    expect(file.get_by_role("status")).to_contain_text("All of it can be used")


@pytest.mark.parametrize(
    "looks",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"viewport": {"width": 380, "height": 750}, "color_scheme": "light"},
    ],
    ids=["light", "dark", "phone"],
)
def test_everybody_can_read_the_pages(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    violations: Callable[[Page], list[str]],
    odd: Path,
    looks: dict[str, Any],
) -> None:
    served, page = serve(), opened(**looks).page
    page.goto(served.address)
    assert violations(page) == []
    page.request.post(
        f"{served.address}/api/project/example",
        headers={"X-CSRF-Token": page.locator("meta[name=csrf]").get_attribute("content") or ""},
    )
    for there in PAGES:
        page.goto(f"{served.address}{there}")
        expect(page.get_by_text(re.compile("Counting"))).to_have_count(0)
        assert violations(page) == [], there
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), there
