"""Building a codebook: the form beside the YAML, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.codebook import load
from epicrisis.studio.project import Project

TEXT = """\
# By hand.
name: brain
version: "1"  # raise it
languages: [nl, en]
variables:
  # Vascular
  - name: infarct
    kind: boolean
    definition: Any infarct.
  - name: side
    kind: category
    definition: Of the largest one.
    options:
      - {value: left, definition: Left of the midline.}
      - {value: right, definition: Right of the midline.}
    when: infarct == true
"""


@pytest.fixture
def brain(project: Project) -> Path:
    path = project.shelf("codebooks") / "brain.yaml"
    path.write_text(TEXT, "utf-8")
    return path


def go(page: Page, served: Any, name: str = "brain") -> None:
    page.goto(f"{served.address}/codebooks/{name}")
    expect(page.locator("[data-builder][data-ready]")).to_be_attached()


def yaml(page: Page) -> Any:
    return page.get_by_label("YAML of the codebook")


def card(page: Page, name: str) -> Any:
    return page.locator(".variable").filter(has=page.locator(".head .title", has_text=name)).first


def open_card(page: Page, name: str) -> Any:
    found = card(page, name)
    found.locator(".open").first.click()
    return found


def field(holder: Any, key: str) -> Any:
    """The field of a key of the codebook in a card."""
    return holder.locator(f"[data-key={key}]").first.locator("input, textarea, select").first


def saved(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-notices]")).to_contain_text("Saved as version")


def test_from_nothing_to_a_codebook_by_form(
    serve: Callable[..., Any], opened: Callable[..., Any], project: Project
) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/codebooks")
    expect(page.get_by_text("This project has no codebook yet.")).to_be_visible()
    start = page.locator("section", has=page.get_by_role("heading", name="Write one"))
    start.get_by_label("Name").fill("lungs")
    start.get_by_label("Languages of the reports").fill("nl, en")
    start.get_by_role("button", name="Start").click()
    expect(page.locator("[data-builder][data-ready]")).to_be_attached()
    expect(page.get_by_text("No variables yet.")).to_be_visible()

    page.get_by_role("button", name="Add a variable").click()
    first = page.locator(".variable").first
    field(first, "name").fill("nodule")
    field(first, "definition").fill("A pulmonary nodule.")
    page.get_by_label("Kind of the new variable").select_option("category")
    page.get_by_role("button", name="Add a variable").click()
    second = page.locator(".variable").nth(1)
    field(second, "name").fill("lobe")
    field(second, "definition").fill("Where the largest one is.")
    for value in ("upper", "lower"):
        second.get_by_role("button", name="Add an option").click()
        option = second.locator(".option").last
        option.locator("[data-of=value]").fill(value)
        option.get_by_label("Definition").fill(f"The {value} lobe.")
    second.get_by_label("Variable that decides").select_option("nodule")
    second.locator("[data-value] select").select_option("true")

    expect(yaml(page)).to_have_value(
        "name: lungs\n"
        'version: "1"\n'
        'title: ""\n'
        "languages: [nl, en]\n"
        'instructions: ""\n'
        "\n"
        "variables:\n"
        "  - name: nodule\n"
        "    kind: boolean\n"
        "    definition: A pulmonary nodule.\n"
        "\n"
        "  - name: lobe\n"
        "    kind: category\n"
        "    definition: Where the largest one is.\n"
        "    options:\n"
        "      - value: upper\n"
        "        definition: The upper lobe.\n"
        "      - value: lower\n"
        "        definition: The lower lobe.\n"
        "    when: nodule == true\n"
    )
    expect(page.locator("[data-count]")).to_have_text("No findings")
    saved(page)
    assert load(project.shelf("codebooks") / "lungs.yaml").names == ["nodule", "lobe"]


def test_what_is_typed_in_the_yaml_shows_in_the_form(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path
) -> None:
    served, page = serve(), opened().page
    go(page, served)
    area = yaml(page)
    area.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("  - name: seen\nkind: date\ndefinition: When.", delay=15)
    # Typing was not interrupted, and the focus is where it was.
    expect(area).to_be_focused()
    expect(area).to_have_value(TEXT + "  - name: seen\n    kind: date\n    definition: When.")
    expect(card(page, "seen")).to_be_visible()
    assert field(open_card(page, "seen"), "definition").input_value() == "When."


def test_findings_stand_beside_the_line_and_the_field(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path
) -> None:
    served, page = serve(), opened().page
    go(page, served)
    side = open_card(page, "side")
    side.locator(".option [data-of=value]").first.fill("right")
    expect(page.locator("[data-count]")).to_have_text("1 error")
    expect(side.locator(".option .finding.error")).to_contain_text("is there twice")
    expect(page.locator(".ghost.error")).to_contain_text("is there twice")
    expect(page.locator("[data-gutter] .error")).to_have_text("✗ 15")
    page.get_by_role("button", name="line 15").click()
    assert (
        yaml(page)
        .evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
        .startswith("      - {value: right")
    )

    side.locator(".open").first.click()
    page.get_by_role("button", name="Show in the form").click()
    expect(side.locator(".option [data-of=value]").nth(1)).to_be_focused()

    yaml(page).fill("name: [")
    expect(page.get_by_text("The form waits")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-notices]")).to_contain_text("It is a draft")


def test_comments_stay_and_a_variable_takes_its_own_along(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path
) -> None:
    served, page = serve(), opened().page
    go(page, served)
    opener = card(page, "infarct").locator(".open")
    opener.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(opener).to_be_focused()
    moved = TEXT.replace(TEXT[TEXT.index("  # Vascular") : TEXT.index("  - name: side")], "")
    moved += "  # Vascular\n  - name: infarct\n    kind: boolean\n    definition: Any infarct.\n"
    expect(yaml(page)).to_have_value(moved)

    page.get_by_role("button", name="Remove: infarct").click()
    expect(page.locator("[data-notices]")).to_contain_text("# Vascular")
    page.get_by_role("button", name="Undo").click()
    expect(yaml(page)).to_have_value(moved)
    page.get_by_role("button", name="Undo").click()
    expect(yaml(page)).to_have_value(TEXT)
    expect(page.locator("[data-saved]")).to_have_text("✓ Everything is saved")
    page.get_by_role("button", name="Redo").click()
    expect(yaml(page)).to_have_value(moved)


def test_a_variable_can_be_dragged(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path
) -> None:
    served, page = serve(), opened().page
    go(page, served)
    card(page, "side").locator(".handle").drag_to(card(page, "infarct"))
    expect(page.locator(".variable .title").first).to_have_text("side")
    expect(yaml(page)).to_have_value(
        TEXT[: TEXT.index("  # Vascular")]
        + TEXT[TEXT.index("  - name: side") :]
        + TEXT[TEXT.index("  # Vascular") : TEXT.index("  - name: side")]
    )


def test_a_yaml_that_must_be_written_anew_asks_first(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path
) -> None:
    text = "# Why.\n{name: x, variables: [{name: a, kind: date, definition: A.}]}\n"
    brain.write_text(text, "utf-8")
    served, page = serve(), opened().page
    go(page, served)
    definition = field(open_card(page, "a"), "definition")
    definition.fill("B.")
    expect(page.get_by_role("dialog")).to_contain_text("# Why.")
    page.get_by_role("button", name="Keep the YAML").click()
    expect(field(card(page, "a"), "definition")).to_have_value("A.")
    expect(yaml(page)).to_have_value(text)
    field(card(page, "a"), "definition").fill("C.")
    page.get_by_role("button", name="Write it anew").click()
    expect(yaml(page)).to_have_value("name: x\nvariables:\n  - name: a\n    kind: date\n    definition: C.\n")


def test_a_reload_loses_nothing(serve: Callable[..., Any], opened: Callable[..., Any], brain: Path) -> None:
    served, page = serve(), opened().page
    go(page, served)
    field(open_card(page, "infarct"), "definition").fill("Any infarct, old or new.")
    page.reload()
    expect(page.locator("[data-builder][data-ready]")).to_be_attached()
    expect(page.get_by_text("Your changes from before were kept")).to_be_visible()
    expect(page.locator("[data-saved]")).to_have_text("● Changes that are not saved")
    assert field(open_card(page, "infarct"), "definition").input_value() == "Any infarct, old or new."
    expect(yaml(page)).to_have_value(TEXT.replace("Any infarct.", "Any infarct, old or new."))
    assert brain.read_text("utf-8") == TEXT
    page.keyboard.press("Control+s")
    expect(page.locator("[data-notices]")).to_contain_text("It asks otherwise than before")
    assert "old or new" in brain.read_text("utf-8")


def test_two_people_see_the_difference_and_choose(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path
) -> None:
    served = serve()
    anna, bo = opened().page, opened().page
    for page in (anna, bo):
        go(page, served)
    field(open_card(anna, "infarct"), "definition").fill("Anna says.")
    saved(anna)
    field(open_card(bo, "infarct"), "definition").fill("Bo says.")
    bo.get_by_role("button", name="Save").click()
    dialog = bo.get_by_role("dialog")
    expect(dialog.locator("del")).to_contain_text("Anna says.")
    expect(dialog.locator("ins")).to_contain_text("Bo says.")
    assert "Anna says." in brain.read_text("utf-8")
    dialog.get_by_role("button", name="Save mine").click()
    expect(bo.locator("[data-notices]")).to_contain_text("Saved as version 3")
    assert "Bo says." in brain.read_text("utf-8")

    bo.get_by_role("link", name="Version 3").click()
    expect(bo.get_by_role("heading", name="From version 2 to version 3")).to_be_visible()
    expect(bo.get_by_text("It asks otherwise.")).to_be_visible()
    bo.once("dialog", lambda dialog: dialog.accept())
    bo.get_by_role("button", name="Restore version 2").click()
    expect(bo.locator("[data-builder][data-ready]")).to_be_attached()
    assert "Anna says." in brain.read_text("utf-8")


def test_every_kind_has_its_fields(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path
) -> None:
    served, page = serve(), opened().page
    go(page, served)
    page.get_by_label("Kind of the new variable").select_option("group")
    page.get_by_role("button", name="Add a variable").click()
    group = page.locator(".variable").nth(2)
    field(group, "name").fill("lesions")
    field(group, "definition").fill("Each lesion.")
    group.locator(".adding select").select_option("quantity")
    group.get_by_role("button", name="Add a question").click()
    size = group.locator(".variable")
    field(size, "name").fill("size")
    field(size, "definition").fill("Its diameter.")
    field(size, "unit").fill("mm")
    size.get_by_label("Other units").fill("cm")
    size.get_by_label("Lowest").fill("0")
    size.get_by_label("Of several measurements").select_option("max")
    expect(yaml(page)).to_have_value(
        TEXT + "  - name: lesions\n    kind: group\n    definition: Each lesion.\n    variables:\n"
        "      - name: size\n        kind: quantity\n        definition: Its diameter.\n        unit: mm\n"
        "        units: [cm]\n        range: {min: 0}\n        reduce: max\n"
    )
    page.locator("[data-part=derive] > summary").click()
    page.get_by_label("Kind of the derived value").select_option("boolean")
    page.get_by_role("button", name="Add a derived value").click()
    derived = page.locator("[data-list=derive] .variable")
    derived.get_by_role("textbox", name="Formula").fill("infarct and side is not null")
    page.locator("[data-part=rules] > summary").click()
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_label("Rule", exact=True).fill("side is not null -> infarct")
    expect(page.locator("[data-count]")).not_to_contain_text("error")
    # A new name is followed by the conditions about it.
    open_card(page, "infarct")
    name = field(page.locator(".variable").first, "name")
    name.fill("stroke")
    name.press("Tab")
    expect(yaml(page)).to_have_value(TEXT_WITH_STROKE)


TEXT_WITH_STROKE = (
    TEXT.replace("name: infarct", "name: stroke").replace("infarct == true", "stroke == true")
    + "  - name: lesions\n    kind: group\n    definition: Each lesion.\n    variables:\n"
    "      - name: size\n        kind: quantity\n        definition: Its diameter.\n        unit: mm\n"
    "        units: [cm]\n        range: {min: 0}\n        reduce: max\n"
    "\nderive:\n  - name: derived_1\n    kind: boolean\n    definition: ''\n"
    "    formula: infarct and side is not null\n"
    "\nrules:\n  - side is not null -> infarct\n"
)


def test_unsaved_changes_can_be_tried_and_shown(
    serve: Callable[..., Any], opened: Callable[..., Any], brain: Path, add_script: Callable[..., str]
) -> None:
    add_script({None: {"infarct": True, "side": "left"}})
    served, page = serve(), opened().page
    go(page, served)
    field(open_card(page, "infarct"), "definition").fill("Any INFARCT whatever.")
    page.get_by_role("tab", name="What the model sees").click()
    expect(page.locator("[data-messages]")).to_contain_text("Any INFARCT whatever.")
    expect(page.locator("[data-tokens]")).to_contain_text("an estimate")
    page.get_by_label("Count with").select_option(label="script")
    expect(page.locator("[data-tokens]")).to_contain_text("counted by")

    page.get_by_role("tab", name="Try on a report").click()
    page.locator("[data-reports]").select_option("library:brain-mri")
    expect(page.get_by_label("Report", exact=True)).not_to_have_value("")
    page.get_by_role("button", name="Next").click()
    page.locator("[data-reports]").select_option("")
    page.get_by_label("Report", exact=True).fill("An old infarct on the left side.")
    page.locator("[data-engine]").select_option(label="script")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("[data-try-state] .status")).to_have_text("finished")
    expect(page.locator("[data-answers] tr").nth(1)).to_contain_text("left")


def test_a_file_is_brought_in(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    tmp_path: Path,
    violations: Callable[[Page], list[str]],
) -> None:
    source = tmp_path / "My study.csv"
    source.write_text(
        "Variable / Field Name,Form Name,Field Type,Field Label,"
        '"Choices, Calculations, OR Slider Labels"\nrecord_id,r,text,Record,\nseen,r,yesno,Seen,\n',
        "utf-8",
    )
    served, page = serve(), opened().page
    page.goto(f"{served.address}/codebooks")
    section = page.locator("section", has=page.get_by_role("heading", name="Bring what you have"))
    section.get_by_label("File").set_input_files(source)
    expect(section.get_by_label("Name", exact=True)).to_have_value("My study")
    section.get_by_role("button", name="Bring it in").click()
    expect(section).to_contain_text("record_id: skipped")
    assert violations(page) == []
    section.get_by_role("link", name="Open it").click()
    expect(card(page, "Seen")).to_be_visible()


def test_a_viewer_looks_only(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    brain: Path,
    add_people: Callable[..., None],
    log_in: Callable[..., None],
) -> None:
    add_people(vera="viewer", ada="admin")
    served, page = serve(), opened().page
    log_in(page, served, "vera")
    go(page, served)
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(field(open_card(page, "infarct"), "definition")).to_be_disabled()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_axe(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    brain: Path,
    violations: Callable[[Page], list[str]],
    scheme: str,
) -> None:
    brain.write_text(TEXT.replace("value: right", "value: left"), "utf-8")
    served, page = serve(), opened(color_scheme=scheme).page
    page.goto(f"{served.address}/codebooks")
    assert violations(page) == []
    go(page, served)
    side = open_card(page, "side")
    side.get_by_text("More", exact=True).click()
    assert violations(page) == []
    side.locator(".option [data-of=value]").nth(1).fill("right")
    for tab in ("What the model sees", "Try on a report"):
        page.get_by_role("tab", name=tab).click()
        expect(page.locator("[data-messages] pre").first).to_be_attached()
        assert violations(page) == []
    saved(page)
    page.goto(f"{served.address}/codebooks/brain/versions")
    expect(page.locator(".lines ins")).to_have_count(1)
    assert violations(page) == []


def test_a_phone_shows_one_view_at_a_time(
    serve: Callable[..., Any],
    opened: Callable[..., Any],
    brain: Path,
    violations: Callable[[Page], list[str]],
) -> None:
    served, page = serve(), opened(viewport={"width": 380, "height": 800}).page
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    for address in ("/codebooks", "/codebooks/brain/versions"):
        page.goto(f"{served.address}{address}")
        assert page.evaluate(fits)
    go(page, served)
    open_card(page, "side")
    assert page.evaluate(fits)
    expect(yaml(page)).not_to_be_visible()
    for tab in ("YAML", "What the model sees", "Try on a report"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate(fits)
        assert violations(page) == []
    page.get_by_role("tab", name="Form").click()
    expect(card(page, "infarct")).to_be_visible()
