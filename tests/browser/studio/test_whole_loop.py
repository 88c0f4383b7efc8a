"""From an empty project to an evaluated run, as somebody goes who has read nothing: where the pages lead."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

TEXTS = {
    "T-1": "CT thorax. Solide nodus van 8 mm in de rechter bovenkwab. Geen pleuravocht.",
    "T-2": "CT thorax, controle. De nodus in de rechter bovenkwab meet nu 12 mm. Geen pleuravocht.",
    "T-3": "CT thorax. Drie nodi links, de grootste 6 mm. <script>alert(1)</script> Geen pleuravocht.",
    "T-4": "CT thorax. Geen nodi. Gering pleuravocht rechts.",
    "T-5": "CT thorax. Nodus van 5 mm rechts en mogelijk een tweede links. Geen pleuravocht.",
    "T-6": "CT thorax zonder afwijkingen.",
}
#: One patient is called as a formula.
PATIENTS = {"T-1": "P-1", "T-2": "P-1", "T-3": "P-2", "T-4": "=1+1", "T-5": "P-4", "T-6": "P-5"}
SILENT = {"quote": None, "value": None}


def _reply(quote: str, side: Any, count: Any, size: Any) -> dict[str, Any]:
    return {
        "nodule": {"quote": quote, "value": not quote.startswith("Geen")},
        "side": {"quote": side[0], "value": side[1]} if side else SILENT,
        "nodules": {"quote": count[0], "value": count[1]} if count else SILENT,
        "size": {"quote": size, "value": size} if size else SILENT,
    }


#: What the model says: the side of T-2 and the number in T-3 are wrong, the side of T-5 is only half of it.
REPLIES: dict[str | None, Any] = {
    "T-1": _reply("Solide nodus", ("rechter bovenkwab", "right"), ("Solide nodus", 1), "8 mm"),
    "T-2": _reply("De nodus", ("rechter bovenkwab", "left"), ("De nodus", 1), "12 mm"),
    "T-3": _reply("Drie nodi", ("Drie nodi links", "left"), ("Drie nodi", 2), "6 mm"),
    "T-4": _reply("Geen nodi", None, None, None),
    "T-5": _reply("Nodus", ("rechts", "right"), ("Nodus", 1), "5 mm"),
    "T-6": {"nodule": SILENT, "side": SILENT, "nodules": SILENT, "size": SILENT},
}


def _table() -> bytes:
    lines = csv.writer(made := io.StringIO(), lineterminator="\n")
    lines.writerow(["nummer", "patient", "onderzoeksdatum", "verslag"])
    for day, (name, text) in enumerate(TEXTS.items(), 10):
        lines.writerow([name, PATIENTS[name], f"2024-03-{day}", text])
    return made.getvalue().encode()


class Newcomer:
    """Somebody at the studio for the first time. ``said`` are dialogs that a script of a report opened."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.said: list[str] = []
        page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.accept()))

    def next_step(self, name: str) -> None:
        """Back to the project, whose one great button says what comes next."""
        self.page.get_by_role("link", name="Project", exact=True).click()
        offered = self.page.locator(".next .main")
        expect(offered).to_have_text(name)
        offered.click()


def test_from_an_empty_project_to_an_evaluated_run(
    serve: Callable[..., Any], opened: Callable[..., Any], add_script: Callable[..., str], tmp_path: Path
) -> None:
    add_script(REPLIES, "The ward's model")
    served = serve()
    who = Newcomer(opened().page, served.address)
    who.page.goto(served.address)
    _make_a_codebook(who)
    _bring_reports(who)
    _run(who)
    _look_at_results(who)
    _review(who)
    _evaluate(who)
    _export(who, tmp_path)
    assert who.said == []


def _make_a_codebook(who: Newcomer) -> None:
    page = who.page
    who.next_step("Make a codebook")
    start = page.locator("section", has=page.get_by_role("heading", name="Write one"))
    start.get_by_label("Name").fill("longnodi")
    start.get_by_label("Languages of the reports").fill("nl")
    start.get_by_role("button", name="Start").click()
    expect(page.locator("[data-builder][data-ready]")).to_be_attached()

    nodule = _variable(page, "boolean", "nodule", "A pulmonary nodule is seen.")
    expect(nodule).to_be_visible()
    side = _variable(page, "category", "side", "Where the nodules are.")
    for value, definition in (
        ("right", "Only in the right lung."),
        ("left", "Only in the left lung."),
        ("both", "In both lungs, even if one is doubtful."),
    ):
        side.get_by_role("button", name="Add an option").click()
        option = side.locator(".option").last
        option.locator("[data-of=value]").fill(value)
        option.get_by_label("Definition").fill(definition)
    count = _variable(page, "count", "nodules", "How many nodules there are.")
    count.get_by_label("Variable that decides").select_option("nodule")
    count.locator("[data-value] select").select_option("true")
    size = _variable(page, "quantity", "size", "Diameter of the largest nodule.")
    _field(size, "unit").fill("mm")
    page.locator("[data-part=rules] > summary").click()
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Rule", exact=True).fill("size is not null -> nodule")
    expect(page.locator("[data-count]")).to_have_text("No findings")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-notices]")).to_contain_text("Saved as version")


def _variable(page: Page, kind: str, name: str, definition: str) -> Locator:
    page.get_by_label("Kind of the new variable").select_option(kind)
    page.get_by_role("button", name="Add a variable").click()
    made = page.locator("[data-list=variables] > .variable").last
    _field(made, "name").fill(name)
    _field(made, "definition").fill(definition)
    return made


def _field(holder: Locator, key: str) -> Locator:
    return holder.locator(f"[data-key={key}]").first.locator("input, textarea, select").first


def _bring_reports(who: Newcomer) -> None:
    page = who.page
    who.next_step("Add reports")
    page.get_by_label("Choose files to add").set_input_files(
        {"name": "ct thorax.csv", "mimeType": "text/csv", "buffer": _table()}
    )
    page.wait_for_url("**/reports/*/reading*")
    preview = page.get_by_role("region", name="The first reports, as they will be read")
    if not preview.is_visible():
        page.get_by_label("Text of the report").select_option("verslag")
    page.get_by_role("combobox", name=re.compile("^Id")).select_option("nummer")
    page.get_by_role("combobox", name=re.compile("^Date")).select_option("onderzoeksdatum")
    expect(preview).to_contain_text("2024-03-12")
    expect(preview).to_contain_text("<script>alert(1)</script>")
    expect(preview.get_by_role("cell", name="=1+1", exact=True)).to_be_visible()
    page.get_by_role("button", name="Read it like this").click()
    expect(page.locator("#summary")).to_contain_text("6 reports")
    expect(page.locator("#summary")).to_contain_text("5 patients")


def _run(who: Newcomer) -> None:
    page = who.page
    who.next_step("Start a run")
    expect(page.locator("[data-preflight]")).to_contain_text("6 reports")
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url("**/runs/job-*")
    expect(page.locator("#live .status")).to_have_text("finished", timeout=30_000)
    expect(page.get_by_text("6 of 6 reports")).to_be_visible()


def _look_at_results(who: Newcomer) -> None:
    page = who.page
    page.get_by_role("link", name="Results").click()
    rows = page.locator(".table tbody tr")
    expect(rows).to_have_count(6)
    expect(page.get_by_role("link", name="=1+1", exact=True)).to_be_visible()
    page.get_by_role("link", name="T-3", exact=True).click()
    expect(page.locator(".report")).to_contain_text("<script>alert(1)</script>")


def _review(who: Newcomer) -> None:
    page = who.page
    who.next_step("Start a review")
    page.get_by_role("combobox", name=re.compile("^Order")).select_option("random")
    page.get_by_role("button", name="Make the review").click()
    expect(page.get_by_text("Reports done: 0 of 6")).to_be_visible()
    page.get_by_role("button", name="Start").focus()
    # From here on without a mouse.
    page.keyboard.press("Enter")
    done: list[str] = []
    while len(done) < len(TEXTS):
        expect(page.locator("#review[data-ready]")).to_be_visible()
        report = re.findall(r"id=([\w-]+)", page.url)[0]
        assert report not in done
        expect(page.locator("#text")).to_contain_text(TEXTS[report][:20])
        _judge(page, report)
        expect(page.locator("#saving")).to_contain_text("Everything is saved")
        expect(page.locator("#judged")).to_have_text(f"{3 if report == 'T-4' else 4} of 4 judged")
        done.append(report)
        before = page.url
        page.keyboard.press("d")
        page.wait_for_url(lambda url, before=before: url != before)  # type: ignore[misc]
    expect(page.get_by_text("Reports done: 6 of 6")).to_be_visible()


def _judge(page: Page, report: str) -> None:
    keys, current = page.keyboard, page.locator(".answer.current")
    expect(current).to_have_attribute("data-variable", "nodule")
    keys.press("a")
    expect(current).to_have_attribute("data-variable", "side")
    if report == "T-2":
        keys.press("1")
        expect(current.locator(".value")).to_have_text("right")
        keys.press("j")
    elif report == "T-5":
        keys.press("3")
        expect(current.locator(".value")).to_have_text("both")
        keys.press("c")
        keys.type("the second is doubtful")
        keys.press("Enter")
        expect(current.get_by_role("img", name="has a comment")).to_be_visible()
        # Other words: from "Nodus" on.
        keys.press("s")
        keys.press("Home")
        keys.press("Control+ArrowRight")
        keys.press("Control+Shift+ArrowRight")
        keys.press("Enter")
        expect(current.locator("q")).to_be_visible()
        keys.press("j")
    else:
        keys.press("a")
    # Without a nodule there is nothing to count, and nobody is asked.
    if report != "T-4":
        expect(current).to_have_attribute("data-variable", "nodules")
    if report == "T-3":
        keys.type("3")
        keys.press("Enter")
        expect(current.locator(".value")).to_have_text("3")
        keys.press("j")
    elif report != "T-4":
        keys.press("a")
    expect(current).to_have_attribute("data-variable", "size")
    keys.press("m" if report in ("T-4", "T-6") else "a")


def _evaluate(who: Newcomer) -> None:
    page = who.page
    expect(page.get_by_role("link", name="See how good the answers are")).to_be_visible()
    who.next_step("Evaluate the run")
    expect(page.locator("#measured[data-state=ready]")).to_be_visible(timeout=60_000)
    expect(page.locator("#measured")).to_contain_text("6 reports and 4 variables were scored")
    # 21 of 24: two sides and one number are wrong.
    expect(page.locator(".figure").first).to_contain_text("87.5%")
    page.get_by_role("region", name="Variables").get_by_role("link", name="side", exact=True).click()
    page.get_by_role("link", name="Gold right, answer left: 1").click()
    found = page.locator("#reports")
    expect(found).to_be_in_viewport()
    found.get_by_role("link", name="T-2", exact=True).click()
    side = page.locator(".answer[data-variable=side]")
    expect(side).to_contain_text("left")
    expect(side.locator(".others")).to_contain_text("right")


def _export(who: Newcomer, tmp_path: Path) -> None:
    page = who.page
    who.next_step("Export the table")
    page.get_by_text("Download a table").click()
    page.get_by_label("File").select_option("csv")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    download.value.save_as(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["nummer"]: row for row in csv.DictReader(file)}
    assert list(rows) == list(TEXTS)
    assert rows["T-3"]["nodules"] == "2"
    # No spreadsheet takes it for a formula.
    assert rows["T-4"]["patient"] == "'=1+1"
    page.get_by_role("link", name="Project", exact=True).click()
    expect(page.get_by_text("All steps are done.")).to_be_visible()
