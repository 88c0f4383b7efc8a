"""Results in a real browser: find, look at, set beside each other, take away, send to review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.api import extract
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.studio.project import Project

CODEBOOK = Codebook.model_validate(
    {
        "name": "lungs",
        "variables": [
            {"name": "nodule", "kind": "boolean", "label": "Nodule", "section": "Finding"},
            {"name": "side", "kind": "category", "label": "Side", "options": ["left", "right"]},
            {"name": "size", "kind": "quantity", "label": "Size", "unit": "mm"},
            *({"name": f"more_{n}", "kind": "count", "label": f"More of number {n}"} for n in range(9)),
        ],
    }
)
SIDES = ("left", "right")


def _text(number: int) -> str:
    words = f"Nodule of {4 + number % 9} mm on the {SIDES[number % 2]}."
    return f"{words} Number {number}. <script>document.title = 'taken'</script>"


def _reply(number: int) -> dict[str, Any]:
    words = f"{4 + number % 9} mm"
    silent = {"quote": None, "value": None}
    return {
        "nodule": {"quote": "Nodule", "value": True},
        "side": {"quote": f"on the {SIDES[number % 2]}", "value": SIDES[number % 2]}
        if number % 5
        else silent,
        "size": {"quote": words, "value": words},
        **{f"more_{n}": silent for n in range(9)},
    }


@pytest.fixture
def run(project: Project) -> str:
    """Sixty reports of fifteen patients."""
    rows = [
        {
            "id": f"R-{n}",
            "text": _text(n),
            "patient": f"P-{n // 4}",
            "date": f"2024-{1 + n % 12:02}-15",
        }
        for n in range(60)
    ]
    engine = ScriptedEngine({f"R-{n}": _reply(n) for n in range(60)}, default={}, logprobs=True)
    done = extract(rows, CODEBOOK, engine, store=project.store)
    (project.shelf("gold") / "mine.csv").write_text(
        "id,side\n" + "".join(f"R-{n},{SIDES[n % 2] if n != 3 else 'left'}\n" for n in range(1, 5)), "utf-8"
    )
    return done.id


@pytest.fixture
def table(serve: Callable[..., Any], opened: Callable[..., Any], run: str) -> Callable[..., Page]:
    """The table of results in a new browser window."""

    def table(path: str = "results", **options: Any) -> Page:
        page: Page = opened(**options).page
        page.goto(f"{serve().address}/runs/{run}/{path}")
        return page

    return table


def test_finding_reports_and_looking_at_them(table: Callable[..., Page]) -> None:
    page = table()
    rows = page.locator(".table tbody tr")
    expect(rows).to_have_count(50)
    page.get_by_role("link", name="Next →").click()
    expect(rows).to_have_count(10)

    page.get_by_text("Add a filter").click()
    page.get_by_role("combobox", name="Variable", exact=True).select_option(label="Side")
    page.get_by_label("What about it").select_option(label="value is")
    page.get_by_role("combobox", name="Value", exact=True).select_option("right")
    page.get_by_role("button", name="Add the filter").click()
    expect(page.locator(".chip")).to_have_text("Side = right ✕")
    expect(rows).to_have_count(24)
    assert "filter=side" in page.url

    page.get_by_label("Count the values of").select_option(label="Size")
    expect(page.locator(".counts")).to_contain_text("highest 12 mm")
    page.get_by_role("link", name="Size", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Size")
    expect(rows.first).to_contain_text("4 mm")

    page.get_by_label("Search").fill("p-1 r-7")
    expect(page.locator(".table tbody")).to_contain_text("R-7")
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Count the values of")).to_have_value("size")

    page.get_by_role("link", name="R-7", exact=True).click()
    expect(page.locator(".report")).to_contain_text("<script>document.title")
    expect(page.locator("mark").first).to_have_text("Nodule")
    page.locator(".answer[data-variable=size]").hover()
    expect(page.locator("mark.on")).to_have_text("11 mm")
    assert page.title() != "taken"
    page.get_by_role("link", name="To the table").click()
    expect(rows).to_have_count(1)


def test_the_table_without_a_mouse(table: Callable[..., Page]) -> None:
    page = table()
    page.locator("#sort-size").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Size")
    expect(page.locator("#sort-size")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Size")

    page.get_by_text("Columns").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="None").focus()
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name="Side").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show these").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".table thead th")).to_have_count(5)
    expect(page.locator("details[open] .ticks")).to_have_count(0)
    page.go_back()
    expect(page.locator(".table thead th")).to_have_count(14)


def test_gold_beside_and_a_patient_over_time(table: Callable[..., Page]) -> None:
    page = table("results?filter=side.differs%3Dgold:mine.csv")
    rows = page.locator(".table tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("≠")
    page.get_by_role("link", name="R-3", exact=True).click()
    beside = page.locator(".answer[data-variable=side] .others")
    expect(beside).to_contain_text("left")
    expect(beside).to_contain_text("differs")

    page.get_by_role("link", name="P-0").click()
    expect(page.locator(".timeline thead th")).to_have_count(5)
    size = page.get_by_role("row", name="Size")
    expect(size.locator(".change").first).to_contain_text("higher than 4 mm")
    expect(page.get_by_role("img", name="Size from 4 to 7")).to_be_visible()


def test_a_table_to_take_away(table: Callable[..., Page], tmp_path: Path) -> None:
    page = table("results?filter=side%3Dleft")
    page.get_by_text("Download a table").click()
    page.get_by_label("File").select_option("csv")
    page.get_by_label("status", exact=True).check()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    path = tmp_path / "table.csv"
    download.value.save_as(path)
    assert download.value.suggested_filename.endswith("-selection.csv")
    lines = path.read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + 24
    assert "side__status" in lines[0]


def test_what_was_found_is_sent_to_review(table: Callable[..., Page]) -> None:
    page = table("results?filter=side%3Dright")
    page.get_by_text("Review these 24 reports").click()
    page.get_by_label("Name of the review").fill("Right side")
    page.get_by_role("button", name="Make the review").click()
    page.wait_for_url("**/reviews/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Right side")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_stands_in_the_way(
    table: Callable[..., Page], run: str, violations: Callable[[Page], list[str]], scheme: str
) -> None:
    page = table(color_scheme=scheme)
    home = page.url.rpartition("/")[0]
    for path in (
        "results?count=side&filter=size>=5&sort=-size",
        "report?id=R-3&gold=mine.csv",
        "patients",
        "patient?id=P-0",
    ):
        page.goto(f"{home}/{path}")
        assert violations(page) == [], path


def test_on_a_phone(table: Callable[..., Page]) -> None:
    page = table(viewport={"width": 380, "height": 700})
    home = page.url.rpartition("/")[0]
    for path in ("results?count=side&filter=size>=5", "report?id=R-3", "patients", "patient?id=P-0"):
        page.goto(f"{home}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    page.goto(f"{home}/results")
    box = page.locator(".scroll.table")
    box.evaluate("box => { box.scrollLeft = 500 }")
    first, inside = page.locator("tbody .first").first.bounding_box(), box.bounding_box()
    assert first is not None
    assert inside is not None
    assert abs(first["x"] - inside["x"]) < 3
