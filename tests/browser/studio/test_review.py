"""Review: by keyboard alone, by phone, blind; nothing typed is lost, nothing is overwritten unseen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import epicrisis
from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction.codec import dump_answers, load_answers
from epicrisis.studio.project import Project
from epicrisis.studio.reviewing import NewReview, Reviews
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

CODEBOOK = {
    "name": "nodules",
    "languages": ["en"],
    "variables": [
        {"name": "malignant", "kind": "boolean"},
        {"name": "side", "kind": "category", "options": ["left", "right", "both"]},
        {"name": "grade", "kind": "ordinal", "options": [0, 0.5, 1, 2]},
        {"name": "size", "kind": "quantity", "unit": "mm", "units": ["cm"]},
        {"name": "remark", "kind": "text"},
        {"name": "drugs", "kind": "spans", "options": ["drug", "dose"]},
        {"name": "lesions", "kind": "group", "max_items": 3, "variables": [
            {"name": "place", "kind": "text"},
            {"name": "width", "kind": "quantity", "unit": "mm", "units": ["cm"]},
        ]},
    ],
}  # fmt: skip
TEXTS = {
    "R-1": "Nodule on the left of 12 mm. Grade 2. Takes aspirin 80 mg daily.\r\nNo <script>x</script> here.",
    "R-2": "𝒳 Nodule on the right of 8 mm, benign.",
    "R-3": "Normal.",
}
REPLIES: dict[str, dict[str, Any]] = {
    "R-1": {"malignant": True, "side": "left", "size": "12 mm"},
    "R-2": {"malignant": False, "side": "right", "size": "8 mm"},
    "R-3": {"malignant": False},
}
SURE = {"R-1": 0.4, "R-2": 0.7, "R-3": 0.9}


@pytest.fixture
def run(project: Project) -> str:
    """A finished run; the model is least sure of R-1, and of its size."""
    codebook = Codebook.model_validate(CODEBOOK)
    silent = dict.fromkeys(codebook.names)
    found = epicrisis.extract(
        list(TEXTS.items()),
        codebook,
        ScriptedEngine({name: json.dumps({**silent, **said}) for name, said in REPLIES.items()}),
        options=epicrisis.ExtractionOptions(repair=False, second_look=False),
        store=project.store,
    )
    with closing(sqlite3.connect(project.store)) as db, db:
        for number, report, answers in db.execute(
            "SELECT x.id, r.report_id, x.answers FROM run_reports r JOIN results x ON x.id = r.result"
        ).fetchall():
            sure = {
                name: replace(answer, confidence=SURE[report] if name == "size" else 0.95)
                for name, answer in load_answers(answers).items()
            }
            db.execute("UPDATE results SET answers = ? WHERE id = ?", (dump_answers(sure), number))
    return found.id


@pytest.fixture
def begin(project: Project, run: str) -> Callable[..., str]:
    """``begin(blind=True)``: a review of the run; gives its id."""

    def begin(**settings: Any) -> str:
        return Reviews(Studio(project, Settings())).create(NewReview(run=run, **settings), by="test").id

    return begin


@pytest.fixture
def judged(project: Project) -> Callable[[str], dict[str, Any]]:
    """What the studio's file holds of a report: (status, value) by variable."""

    def judged(report: str) -> dict[str, Any]:
        with Studio(project, Settings()).database.reading() as db:
            rows = db.execute("SELECT * FROM judgements WHERE report_id = ?", (report,)).fetchall()
        return {row["variable"]: (row["status"], json.loads(row["value"])) for row in rows}

    return judged


def _ready(page: Page) -> None:
    expect(page.locator("#review[data-ready]")).to_be_visible()


def _open(page: Page, served: Any, review: str, report: str = "R-1") -> None:
    page.goto(f"{served.address}/reviews/{review}/report?id={report}")
    _ready(page)


def _saved(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text("Everything is saved")


def test_three_reports_by_keyboard_alone(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    begin: Callable[..., str],
    judged: Callable[[str], dict[str, Any]],
) -> None:
    review = begin()
    served, page = serve(), opened().page
    page.goto(f"{served.address}/reviews/{review}")
    page.get_by_role("button", name="Start").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/report?id=R-1")
    _ready(page)
    expect(page.locator(".facts")).to_contain_text("least sure answer: 40%")
    current = page.locator(".answer.current")

    # Uncertain first, then back to the top.
    page.keyboard.press("n")
    expect(current).to_have_attribute("data-variable", "size")
    expect(current).to_be_focused()
    page.keyboard.type("1,5 cm")
    page.keyboard.press("Enter")
    expect(current.locator(".value")).to_have_text("15 mm")
    for _ in range(3):
        page.keyboard.press("k")
    expect(current).to_have_attribute("data-variable", "malignant")
    page.keyboard.press("e")
    page.keyboard.press("n")
    expect(current.locator(".value")).to_have_text("no")
    page.keyboard.press("j")
    page.keyboard.press("3")
    expect(current.locator(".value")).to_have_text("both")
    page.keyboard.press("z")
    expect(current.locator(".value")).to_have_text("left")
    page.keyboard.press("a")
    expect(current).to_have_attribute("data-variable", "grade")
    # A number chooses itself, not what stands at that place.
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    expect(current.locator(".value")).to_have_text("2")
    page.keyboard.press("u")
    expect(current.locator(".said .status")).to_have_text("uncertain")
    page.keyboard.press("c")
    page.keyboard.type("hedged? n d m")
    page.keyboard.press("Enter")
    expect(current.get_by_role("img", name="has a comment")).to_be_visible()

    # Words of the text, chosen by keyboard.
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(current).to_have_attribute("data-variable", "remark")
    page.keyboard.press("s")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    expect(current.locator(".value")).to_have_text("left of 12")
    expect(page.locator("#text mark.on")).to_have_text(["left", " of 12"])
    page.keyboard.press("j")
    expect(current).to_have_attribute("data-variable", "drugs")
    page.keyboard.press("s")
    for _ in range(13):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("2")
    expect(current.locator(".value")).to_have_text("80 mg [dose]")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.type("lung")
    page.keyboard.press("Tab")
    page.keyboard.type("1 cm")
    page.keyboard.press("Enter")
    expect(current.locator(".parts")).to_have_text("place lung, width 10 mm")
    _saved(page)
    assert judged("R-1") == {
        "malignant": ("stated", False),
        "side": ("stated", "left"),
        "grade": ("uncertain", 2),
        "size": ("stated", {"value": 15.0, "unit": "mm"}),
        "remark": ("stated", "left of 12"),
        "drugs": ("stated", [{"text": "80 mg", "type": "dose", "start": 52, "end": 57}]),
        "lesions": ("stated", [{"place": "lung", "width": {"value": 10.0, "unit": "mm"}}]),
    }

    # The second: all accepted one by one; the third: at once.
    page.keyboard.press("d")
    page.wait_for_url("**/report?id=R-2")
    _ready(page)
    for _ in CODEBOOK["variables"]:
        page.keyboard.press("Enter")
    expect(page.locator("#judged")).to_have_text("7 of 7 judged")
    page.keyboard.press("d")
    page.wait_for_url("**/report?id=R-3")
    _ready(page)
    page.keyboard.press("m")
    page.keyboard.press("d")
    expect(page.get_by_role("dialog")).to_contain_text("Not judged yet: 6")
    page.keyboard.press("1")
    page.wait_for_url(f"**/reviews/{review}")
    expect(page.get_by_text("Reports done: 3 of 3")).to_be_visible()
    assert judged("R-3")["malignant"] == ("not_mentioned", None)
    assert len(judged("R-3")) == 7


def test_a_reload_loses_nothing_and_lost_saves_are_made_up_for(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    begin: Callable[..., str],
    judged: Callable[[str], dict[str, Any]],
) -> None:
    review = begin()
    served, window = serve(), opened()
    page = window.page
    _open(page, served, review)
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("Control+a")
    page.keyboard.type("2.5 c")
    page.locator("#row-remark .line").click()
    page.keyboard.press("c")
    page.keyboard.type("is this one?")

    page.reload()
    _ready(page)
    expect(page.locator("#row-size .draft")).to_have_text("not saved yet")
    expect(page.locator("#row-remark .draft")).to_have_text("not saved yet")
    page.locator("#row-remark .line").click()
    expect(page.locator("#row-remark textarea")).to_have_value("is this one?")
    page.locator("#row-size .line").click()
    field = page.locator("#row-size input")
    expect(field).to_have_value("2.5 c")
    # Not while something is half typed.
    page.keyboard.press("d")
    expect(page.locator("#told")).to_contain_text("not saved yet")

    page.on("dialog", lambda dialog: dialog.accept())
    window.context.set_offline(True)
    field.fill("2.5 cm")
    field.press("Enter")
    expect(page.locator("#saving")).to_contain_text("Not saved: 1")
    assert judged("R-1") == {}
    window.context.set_offline(False)
    page.reload()
    _ready(page)
    expect(page.locator("#row-size .value")).to_have_text("25 mm")
    expect(page.locator("#row-size .beside")).to_contain_text("saved ")
    assert judged("R-1") == {"size": ("stated", {"value": 25.0, "unit": "mm"})}

    # What the codebook does not allow comes back to its field, with the reason.
    page.locator("#row-size .line").click()
    page.keyboard.press("e")
    field.fill("3 kg")
    field.press("Enter")
    expect(page.locator("#row-size [role=alert]")).to_contain_text("the unit must be one of: mm, cm")
    expect(field).to_have_value("3 kg")
    assert judged("R-1")["size"] == ("stated", {"value": 25.0, "unit": "mm"})


def test_two_tabs_cannot_overwrite_each_other(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    begin: Callable[..., str],
    judged: Callable[[str], dict[str, Any]],
) -> None:
    review = begin()
    served, window = serve(), opened()
    here, there = window.page, window.context.new_page()
    _open(here, served, review)
    _open(there, served, review)
    there.locator("#row-side .line").click()
    there.keyboard.press("2")
    _saved(there)

    here.locator("#row-side .line").click()
    here.keyboard.press("3")
    dialog = here.get_by_role("dialog", name="side was changed elsewhere")
    expect(dialog).to_contain_text("Keep mineboth")
    expect(dialog).to_contain_text("right")
    assert judged("R-1") == {"side": ("stated", "right")}
    here.keyboard.press("2")
    expect(here.locator("#row-side .value")).to_have_text("right")

    there.keyboard.press("1")
    _saved(there)
    here.keyboard.press("3")
    expect(dialog).to_be_visible()
    here.keyboard.press("1")
    expect(here.locator("#row-side .value")).to_have_text("both")
    _saved(here)
    assert judged("R-1") == {"side": ("stated", "both")}


def test_a_blind_review_shows_neither_the_model_nor_the_other_reviewer(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    add_people: Callable[..., None],
    log_in: Callable[..., None],
    begin: Callable[..., str],
) -> None:
    add_people(anna="reviewer", bo="reviewer", ed="admin")
    review = begin(blind=True, raters=2, size=1)
    served = serve()
    anna, bo = opened().page, opened().page
    for page, name in ((anna, "anna"), (bo, "bo")):
        log_in(page, served, name)
        _open(page, served, review)
        expect(page.locator("#row-side .said")).to_have_text("no answer yet")
        expect(page.locator("#text mark")).to_have_count(0)
    anna.locator("#row-side .line").click()
    anna.keyboard.press("2")
    _saved(anna)
    bo.reload()
    _ready(bo)
    expect(bo.locator("#row-side .said")).to_have_text("no answer yet")
    bo.keyboard.press("Enter")
    expect(bo.locator("#told")).to_be_visible()

    anna.keyboard.press("d")
    anna.get_by_role("button", name="They are not mentioned").click()
    anna.wait_for_url(f"**/reviews/{review}")
    _open(anna, served, review)
    anna.locator("#row-side .line").click()
    expect(anna.locator("#row-side .detail")).to_contain_text("The model said: left")


def test_on_a_phone(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    begin: Callable[..., str],
    judged: Callable[[str], dict[str, Any]],
) -> None:
    review = begin()
    served = serve()
    page = opened(viewport={"width": 380, "height": 740}, has_touch=True, is_mobile=True).page
    for path in ("/reviews", f"/reviews/{review}"):
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    _open(page, served, review)
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator("#row-side")).not_to_be_visible()
    page.get_by_role("tab", name="Answers").tap()
    page.locator("#row-side .line").tap()
    page.locator("#row-side").get_by_role("button", name="both").tap()
    _saved(page)
    page.get_by_role("tab", name="Text").tap()
    # A finger selects words; the button takes them.
    page.evaluate("""() => {
        const text = document.getElementById("text");
        const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
        const node = walker.nextNode();
        window.getSelection().setBaseAndExtent(node, 0, node, 6);
    }""")
    page.get_by_role("button", name="Use the selected words").tap()
    expect(page.locator("#row-side q")).to_have_text("Nodule")
    _saved(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert judged("R-1") == {"side": ("stated", "both")}


def test_a_review_is_made_and_closed(serve: Callable[..., Any], opened: Callable[..., Any], run: str) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/reviews")
    page.get_by_label("Name").fill("Sample of two")
    page.locator("[name=sequence]").select_option("sample")
    page.get_by_label("At most so many reports").fill("2")
    page.get_by_role("button", name="Make the review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sample of two")
    expect(page.get_by_text("Reports done: 0 of 2")).to_be_visible()
    page.get_by_text("Name, close or remove this review").click()
    page.get_by_role("button", name="Close the review").click()
    expect(page.get_by_text("Nobody can change it any more")).to_be_visible()
    expect(page.get_by_role("button", name="Start")).not_to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_these_pages(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    begin: Callable[..., str],
    violations: Callable[[Page], list[str]],
    scheme: str,
) -> None:
    review = begin()
    served, page = serve(), opened(color_scheme=scheme).page
    for path in ("/reviews", f"/reviews/{review}"):
        page.goto(served.address + path)
        assert violations(page) == []
    _open(page, served, review)
    assert violations(page) == []
    page.keyboard.press("3")
    page.keyboard.press("c")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#row-lesions .line").click()
    page.keyboard.press("e")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert violations(page) == []
