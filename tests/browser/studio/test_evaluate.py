"""Evaluate and Compare in a browser: measuring, a cell's reports, how much to review, calibration."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import epicrisis
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.studio.project import Project

CODEBOOK = """\
name: kidney
version: "1"
variables:
  - name: side
    label: Side of the cyst
    kind: category
    definition: The side.
    options: [left, right]
  - name: cyst
    kind: boolean
    definition: Whether there is a cyst.
"""
REPORTS, GOLD = 40, 28


@pytest.fixture
def run(project: Project) -> Callable[[int], str]:
    """``run(4)``: a run in which every fourth side is wrong; gold of the first reports is there."""
    codebook = project.shelf("codebooks") / "kidney.yaml"
    codebook.write_text(CODEBOOK, "utf-8")
    sides = ["left" if number % 3 else "right" for number in range(REPORTS)]
    with (project.shelf("gold") / "gold.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "side", "cyst"])
        rows.writerows([f"R-{number:02}", sides[number], "true"] for number in range(GOLD))

    def run(every: int) -> str:
        other = {"left": "right", "right": "left"}
        replies = {
            f"R-{number:02}": {
                "side": other[side] if number % every == 0 else side,
                "cyst": True,
            }
            for number, side in enumerate(sides)
        }
        made = epicrisis.extract(
            [
                (f"R-{number:02}", f"Report {number}: a cyst of the {side} kidney.")
                for number, side in enumerate(sides)
            ],
            codebook,
            ScriptedEngine(replies, logprobs=True, model=f"by-hand-{every}"),
            store=project.store,
        )
        return made.id

    return run


def evaluated(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#measured[data-state=ready]")).to_be_visible(timeout=60_000)


def test_from_choosing_gold_to_the_reports_of_a_cell(
    run: Callable[[int], str], serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    made = run(4)
    served, page = serve(), opened().page
    page.goto(f"{served.address}/evaluate")
    page.locator("select[name=gold]").select_option("gold.csv")
    page.get_by_role("button", name="Evaluate").click()

    expect(page.locator("#measured[data-state=ready]")).to_be_visible(timeout=60_000)
    expect(page.locator(".figures .big").first).to_have_text("87.5%")
    page.locator("#variables").get_by_role("button", name="wrong").click()
    expect(page.locator("#variables tbody tr").first).to_contain_text("side")
    expect(page.locator("#variables th[aria-sort=descending]")).to_have_text("wrong")
    page.locator("#variables").get_by_role("link", name="side", exact=True).click()

    page.get_by_role("link", name="Gold left, answer right: 4").click()
    reports = page.locator("#reports")
    expect(reports.get_by_role("heading")).to_contain_text("4 reports")
    link = reports.get_by_role("link", name="R-04")
    expect(link).to_have_attribute("href", f"/runs/{made}/report?id=R-04")
    page.get_by_role("link", name="cyst →").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("cyst")


def test_the_slider_says_what_review_brings_and_begins_one(
    run: Callable[[int], str], serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    made = run(4)
    served, page = serve(), opened().page
    evaluated(page, f"{served.address}/evaluate/{made}?gold=gold.csv")
    slider = page.get_by_label("Share of the reports that people read")
    button = page.get_by_role("button", name="Review these")
    expect(button).to_be_disabled()

    # By keyboard alone.
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("[data-out=reports]")).to_have_text("12")
    expect(page.locator("[data-out=answers]")).to_have_text("24")
    expect(page.locator("[data-out=accuracy]")).to_have_text("100.0%")
    page.get_by_label("Reports read in a minute").fill("0.5")
    expect(page.locator("[data-out=time]")).to_have_text("24 min")
    page.keyboard.press("Tab")
    page.keyboard.type("90")
    expect(page.locator("[data-out=accuracy]")).not_to_have_text("100.0%")
    asked: list[Any] = []

    def answer(route: Any) -> None:
        asked.append(route.request.post_data_json)
        route.fulfill(status=201, json={"id": "rev-1"})

    page.route("**/api/reviews", answer)
    button.click()
    page.wait_for_url(f"{served.address}/reviews/rev-1")
    assert asked[0]["run"] == made
    assert asked[0]["sequence"] == "uncertain"
    assert set(asked[0]["report_ids"]) <= {f"R-{number}" for number in range(GOLD, REPORTS)}
    assert asked[0]["report_ids"]


def test_gold_calibrates_confidences(
    run: Callable[[int], str], project: Project, serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    made = run(2)
    served, page = serve(), opened().page
    evaluated(page, f"{served.address}/evaluate/{made}?gold=gold.csv")

    page.get_by_role("button", name="Use this gold to calibrate confidences").click()

    expect(page.locator("[data-made]")).to_contain_text("cross-validated on 56 answers")
    assert (project.shelf("codebooks") / "kidney.calibration.json").is_file()


def test_two_runs_side_by_side(
    run: Callable[[int], str], serve: Callable[..., Any], opened: Callable[..., Any]
) -> None:
    first, second = run(2), run(10)
    served, page = serve(), opened().page
    page.goto(f"{served.address}/compare")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("Choose two runs or more.")
    page.get_by_label("Baseline").select_option(first)
    page.locator(f"input[type=checkbox][value='{second}']").check()
    page.locator("select[name=gold]").select_option("gold.csv")
    page.get_by_role("button", name="Compare", exact=True).click()

    expect(page.locator("#measured[data-state=ready]")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name=f"{second} beside {first}")).to_be_visible()
    page.get_by_role("link", name="side: mended 11").click()
    expect(page.locator("#cells")).to_contain_text("11 cells differ")
    links = page.locator("#cells").get_by_role("link", name="new", exact=True)
    expect(links.first).to_have_attribute("href", f"/runs/{second}/report?id=R-02")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_in_the_way_of_anybody(
    run: Callable[[int], str],
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    violations: Callable[[Page], list[str]],
    scheme: str,
) -> None:
    first, second = run(2), run(10)
    served = serve()
    page = opened(color_scheme=scheme, viewport={"width": 380, "height": 800}).page
    query = f"/evaluate/{first}?gold=gold.csv"
    evaluated(page, f"{served.address}{query}")
    variable = f"/evaluate/{first}/variable?gold=gold.csv&variable=side&said=left&answer=right"
    evaluated(page, f"{served.address}/compare?run={first}&run={second}&gold=gold.csv")
    for address in ("/evaluate", query, variable, f"/compare?run={first}&run={second}&gold=gold.csv"):
        page.goto(f"{served.address}{address}")
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address
