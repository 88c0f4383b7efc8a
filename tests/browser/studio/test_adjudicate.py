"""Deciding between two reviewers, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.api import extract
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.evaluation.gold import read_gold
from epicrisis.studio import golds
from epicrisis.studio.database import Database
from epicrisis.studio.people.activity import now
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

TEXT = (
    "MRI brain. Clinical question: cognitive decline since two years.\n\n"
    "FINDINGS – Öld infarct in the left thalamus, 5 mm; a second one, 9 mm, in the right pons. No "
    "microbleeds. Aspirin 80 mg was given.\n\nCONCLUSION: two lacunar infarcts."
)
CODEBOOK: dict[str, Any] = {
    "name": "mri",
    "variables": [
        {
            "name": "side",
            "kind": "category",
            "label": "Side of the infarct",
            "definition": "The side of the largest infarct.",
            "options": [{"value": "left", "label": "Left"}, {"value": "right", "label": "Right"}],
        },
        {"name": "size", "kind": "quantity", "unit": "mm", "label": "Largest infarct"},
        {"name": "drugs", "kind": "spans", "options": ["drug", "dose"], "label": "Drugs"},
        {
            "name": "lesions",
            "kind": "group",
            "label": "Lesions",
            "variables": [
                {"name": "site", "kind": "text", "label": "Site"},
                {"name": "old", "kind": "boolean", "label": "Old"},
            ],
        },
    ],
}
REPLY = {
    "side": {"quote": "left thalamus", "value": "left"},
    "size": {"quote": "5 mm", "value": "5 mm"},
    "drugs": [{"text": "Aspirin", "type": "drug"}],
    "lesions": [{"quote": "left thalamus", "site": "thalamus", "old": True}],
}
SAID: dict[str, dict[str, tuple[Any, str | None]]] = {
    "anna": {
        "side": ("left", "left thalamus"),
        "size": ({"value": 5, "unit": "mm"}, "5 mm"),
        "drugs": (
            [
                {
                    "text": "Aspirin",
                    "type": "drug",
                    "start": TEXT.index("Aspirin"),
                    "end": TEXT.index("Aspirin") + 7,
                }
            ],
            None,
        ),
        "lesions": ([{"site": "thalamus", "old": True}], None),
    },
    "bo": {
        "side": ("right", "right pons"),
        "size": (None, None),
        "drugs": (None, None),
        "lesions": (
            [{"site": "thalamus", "old": True}, {"site": "pons", "old": None}],
            "Öld infarct in the left thalamus, 5 mm; a second one, 9 mm, in the right pons",
        ),
    },
}


@pytest.fixture
def review(project: Project) -> str:
    """Two reviewers of two reports, who differ in all of the first one's answers; gives the address."""
    reports = [{"id": "R 1/a", "text": TEXT}, {"id": "R-2", "text": TEXT}]
    codebook = Codebook.model_validate(CODEBOOK)
    run = extract(reports, codebook, ScriptedEngine(default=REPLY), store=project.store)
    with Database(project.database).writing() as db:
        db.execute(
            "INSERT INTO reviews VALUES ('two', 'Two readers', ?, 'random', 0, 2, 0, 'head', ?, NULL)",
            (run.id, now()),
        )
        for place, report in enumerate(reports):
            db.execute(
                "INSERT INTO review_reports (review, seq, report_id) VALUES ('two', ?, ?)",
                (place, report["id"]),
            )
        for person, answers in SAID.items():
            for name, (value, quote) in answers.items():
                start = None if quote is None else TEXT.index(quote)
                db.execute(
                    "INSERT INTO judgements (review, report_id, reviewer, variable, status, value, quote,"
                    ' start, "end", comment, how, version, at)'
                    " VALUES ('two', ?, ?, ?, ?, ?, ?, ?, ?, ?, 'changed', 1, ?)",
                    (
                        reports[0]["id"], person, name, "not_mentioned" if value is None else "stated",
                        json.dumps(value), quote, start, None if quote is None else start + len(quote),
                        "not sure" if name == "side" else "", now(),
                    ),
                )  # fmt: skip
                db.execute(
                    "INSERT INTO judgements (review, report_id, reviewer, variable, status, value, comment,"
                    " how, version, at) VALUES ('two', 'R-2', ?, 'side', 'stated', '\"left\"', '',"
                    " 'accepted', 1, ?) ON CONFLICT DO NOTHING",
                    (person, now()),
                )
    return "/reviews/two/adjudicate"


def decided(project: Project) -> dict[str, Any]:
    """What is gold now of the first report, by variable."""
    path = golds.path_of(Studio(project, Settings()), "review:two")
    gold = read_gold(path, Codebook.model_validate(CODEBOOK))
    return {name: cell.value for name, cell in gold.cells.get("R 1/a", {}).items()}


def select(page: Page, words: str) -> None:
    """Select words of the report that stand in one stretch of it."""
    page.evaluate(
        """(words) => {
            const text = document.querySelector('[data-text]');
            const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const place = walker.currentNode.data.indexOf(words);
                if (place < 0) continue;
                const range = document.createRange();
                range.setStart(walker.currentNode, place);
                range.setEnd(walker.currentNode, place + words.length);
                const selection = window.getSelection();
                selection.removeAllRanges();
                selection.addRange(range);
                return;
            }
            throw new Error('not there');
        }""",
        words,
    )


def test_by_keyboard_to_the_end(
    serve: Callable[..., Any], opened: Callable[..., Any], review: str, project: Project
) -> None:
    served, page = serve(), opened().page
    page.goto(served.address + review)
    expect(page.get_by_role("heading", name="Side of the infarct")).to_be_focused()
    expect(page.get_by_text("0 of 4 decided")).to_be_visible()
    # Both evidences are in the text, each with its reviewer's sign.
    expect(page.locator("mark.by-1.by-M")).to_have_text("left thalamus")
    expect(page.locator("mark.by-2")).to_have_attribute("data-by", "2")

    page.keyboard.press("c")
    page.keyboard.type("2 is the larger one")
    page.keyboard.press("Escape")
    page.keyboard.press("2")

    expect(page.get_by_role("heading", name="Largest infarct")).to_be_focused()
    expect(page.get_by_text("1 of 4 decided")).to_be_visible()
    expect(page.locator("#comment")).to_have_value("")
    page.keyboard.press("e")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("9 kg")
    page.keyboard.press("Enter")
    expect(page.locator("form [role=alert]")).to_contain_text("size", timeout=20_000)
    page.locator("[data-values] [data-part]").fill("0.9 cm")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Drugs")).to_be_focused()
    page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Largest infarct")).to_be_focused()
    expect(page.locator("#decision")).to_contain_text("9 mm")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Drugs")).to_be_focused()
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Lesions")).to_be_focused()
    page.keyboard.press("1")

    expect(page.get_by_role("heading", name="All differences are decided")).to_be_visible()
    assert decided(project) == {
        "side": "right",
        "size": {"value": 9.0, "unit": "mm"},
        "drugs": [
            {
                "text": "Aspirin",
                "type": "drug",
                "start": TEXT.index("Aspirin"),
                "end": TEXT.index("Aspirin") + 7,
            }
        ],
        "lesions": [{"site": "thalamus", "old": True}],
    }
    page.get_by_label("Keep it as a file").fill("final")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved as final.csv.")).to_be_visible()
    assert (project.shelf("gold") / "final.csv").is_file()


def test_mentions_items_and_evidence_are_given(
    serve: Callable[..., Any], opened: Callable[..., Any], review: str, project: Project
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}{review}?report=R+1%2Fa&variable=drugs")
    page.locator("#other summary").click()
    page.get_by_role("button", name="Add the selected words").click()
    expect(page.get_by_text("First select words in the report.")).to_be_visible()
    select(page, "80 mg")
    page.get_by_role("button", name="Add the selected words").click()
    page.locator(".item select").nth(1).select_option("dose")
    page.get_by_role("button", name="Decide this").click()
    expect(page.get_by_role("heading", name="Lesions")).to_be_focused()

    page.locator("#other summary").click()
    page.get_by_role("button", name="Add one").click()
    item = page.locator(".item").nth(1)
    item.get_by_label("Site").fill("pons")
    item.get_by_label("Old").select_option("no")
    select(page, "two lacunar")
    page.get_by_role("button", name="Use the selected words").click()
    expect(page.get_by_text("“two lacunar”")).to_be_visible()
    page.get_by_role("button", name="Decide this").click()
    expect(page.get_by_text("2 of 4 decided")).to_be_visible()

    found = decided(project)
    assert found["drugs"] == [
        {"text": "Aspirin", "type": "drug", "start": TEXT.index("Aspirin"), "end": TEXT.index("Aspirin") + 7},
        {"text": "80 mg", "type": "dose", "start": TEXT.index("80 mg"), "end": TEXT.index("80 mg") + 5},
    ]
    assert found["lesions"] == [{"site": "thalamus", "old": True}, {"site": "pons", "old": False}]
    with Database(project.database).reading() as db:
        row = db.execute("SELECT quote, start FROM decisions WHERE variable = 'lesions'").fetchone()
    assert tuple(row) == ("two lacunar", TEXT.index("two lacunar"))


def test_two_adjudicators_at_once(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    add_people: Callable[..., None],
    log_in: Callable[..., None],
    review: str,
    project: Project,
) -> None:
    add_people(head="admin", ed="editor")
    served, first, second = serve(), opened().page, opened().page
    for page, name in ((first, "head"), (second, "ed")):
        log_in(page, served, name)
        page.goto(served.address + review)
        expect(page.get_by_role("heading", name="Side of the infarct")).to_be_focused()
    second.get_by_label("Why").fill("a careful thought")
    first.keyboard.press("1")
    expect(first.get_by_text("1 of 4 decided")).to_be_visible()

    second.keyboard.press("Escape")
    second.keyboard.press("2")
    expect(second.locator("#theirs")).to_contain_text("head decided this meanwhile.")
    assert decided(project)["side"] == "left"
    second.get_by_role("link", name="Look at it").click()
    expect(second.get_by_role("heading", name="Side of the infarct")).to_be_focused()
    expect(second.locator("#decision")).to_contain_text("Decided by head")
    # Nothing typed is lost, and now it can be decided with open eyes.
    expect(second.get_by_label("Why")).to_have_value("a careful thought")
    second.keyboard.press("Escape")
    second.keyboard.press("2")
    expect(second.get_by_role("heading", name="Largest infarct")).to_be_visible()
    assert decided(project)["side"] == "right"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    violations: Callable[[Page], list[str]],
    review: str,
    scheme: str,
) -> None:
    served, page = serve(), opened(color_scheme=scheme).page
    for there in (
        review,
        f"{review}?report=R+1%2Fa&variable=lesions",
        f"{review}?report=R+1%2Fa&variable=drugs",
        "/reviews/two/agreement",
    ):
        page.goto(served.address + there)
        if there != "/reviews/two/agreement":
            page.locator("#other summary").click()
        assert violations(page) == []
    page.goto(served.address + review)
    expect(page.get_by_role("heading", name="Side of the infarct")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    assert violations(page) == []


def test_on_a_phone(serve: Callable[..., Any], opened: Callable[..., Any], review: str) -> None:
    served = serve()
    page = opened(viewport={"width": 380, "height": 700}).page
    for there in (f"{review}?report=R+1%2Fa&variable=lesions", "/reviews/two/agreement"):
        page.goto(served.address + there)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
