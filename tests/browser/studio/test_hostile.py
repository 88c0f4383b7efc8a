"""What people write or name never runs in a real browser, wherever it is shown."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from epicrisis.api import extract
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions
from epicrisis.extraction.answer import Status
from epicrisis.studio.project import Project
from epicrisis.studio.reviewing import NewReview, Reviews
from epicrisis.studio.reviewing.desk import Desk
from epicrisis.studio.reviewing.judging import Saying
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

EVIL = "<script>window.owned=1</script>\"'><img src=x onerror=window.owned=2>{{7*7}}</title></textarea>"
REPORT = f"R-1 {EVIL}"


def _fill(project: Project, add_script: Callable[..., str]) -> tuple[str, str]:
    """A run and a review of it with two reviewers, who differ."""
    path = project.shelf("reports") / "wicked.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "patient", "date", "text", EVIL])
        table.writerows(
            [one, f"P {EVIL}", "2024-02-03", f"A lesion. {EVIL}", EVIL] for one in (REPORT, "R-2")
        )
    with (project.shelf("gold") / "wicked.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "side", "words"], [REPORT, "left", EVIL], ["R-2", EVIL, "x"]])
    codebook = {
        "name": "wicked",
        "title": EVIL,
        "instructions": EVIL,
        "variables": [
            {
                "name": "side",
                "kind": "category",
                "options": ["left", EVIL],
                "label": EVIL,
                "definition": EVIL,
            },
            {"name": "words", "kind": "text", "label": "javascript:window.owned=3", "section": EVIL},
            {"name": "drugs", "kind": "spans", "options": [EVIL, "dose"], "section": EVIL},
        ],
    }
    (project.shelf("codebooks") / "wicked.yaml").write_text(json.dumps(codebook), "utf-8")
    reply = {
        "side": {"quote": EVIL, "value": EVIL},
        "words": {"quote": "A lesion", "value": EVIL},
        "drugs": [{"text": "lesion", "type": EVIL}],
    }
    run = extract(
        path,
        project.shelf("codebooks") / "wicked.yaml",
        ScriptedEngine(dict.fromkeys((REPORT, "R-2"), reply), model=EVIL),
        options=ExtractionOptions(repair=False, second_look=False),
        store=project.store,
    )
    add_script({None: reply}, EVIL.replace("/", "")[:60])
    studio = Studio(project, Settings())
    review = Reviews(studio).create(NewReview(run=run.id, name=EVIL, raters=2), by=EVIL).id
    for person, value in (("anna", EVIL), ("bram", f"{EVIL} 2")):
        desk = Desk(studio, review, REPORT, person)
        desk.save("words", Saying(Status.STATED, value, None), comment=EVIL, version=0)
    return run.id, review


def _calm(page: Page) -> None:
    """Nothing ran, nothing was put where a script could be."""
    assert page.evaluate("window.owned") is None
    assert (
        page.evaluate("document.querySelectorAll('img:not([src^=\"/static/\"]), script:not([src])').length")
        == 0
    )
    assert page.evaluate("[...document.querySelectorAll('[href^=\"javascript:\" i]')].length") == 0


def test_nothing_runs(
    project: Project, serve: Callable[..., Any], opened: Callable[..., Any], add_script: Callable[..., str]
) -> None:
    run, review = _fill(project, add_script)
    page = opened().page
    page.on("dialog", lambda dialog: (_ for _ in ()).throw(AssertionError(dialog.message)))
    served = serve()
    from urllib.parse import quote

    report = quote(REPORT, safe="")
    for path in (
        "/",
        "/codebooks",
        "/codebooks/wicked",
        "/codebooks/wicked/versions",
        "/reports/wicked.csv",
        f"/reports/wicked.csv?id={report}",
        "/reports/wicked.csv/reading",
        "/gold?name=wicked.csv&codebook=wicked",
        "/runs",
        f"/runs/{run}",
        f"/runs/{run}/results?count=side",
        f"/runs/{run}/report?id={report}&gold=wicked.csv",
        f"/runs/{run}/patient?id={quote('P ' + EVIL, safe='')}",
        f"/reviews/{review}",
        f"/reviews/{review}/report?id={report}",
        f"/reviews/{review}/agreement",
        f"/reviews/{review}/adjudicate",
        f"/evaluate/{run}?gold=wicked.csv",
        f"/evaluate/{run}/variable?gold=wicked.csv&variable=side",
        "/models",
        f"/activity?text={quote(EVIL, safe='')}",
        "/runs/new?reports=wicked.csv&codebook=wicked",
    ):
        page.goto(f"{served.address}{path}")
        page.wait_for_load_state("networkidle")
        _calm(page)
    page.goto(f"{served.address}/runs/{run}/report?id={report}")
    expect(page.get_by_text("onerror=window.owned=2").first).to_be_visible()


def test_nothing_runs_while_one_tries(
    project: Project, serve: Callable[..., Any], opened: Callable[..., Any], add_script: Callable[..., str]
) -> None:
    _fill(project, add_script)
    page = opened().page
    served = serve()
    page.goto(f"{served.address}/try?codebook=wicked&reports=wicked.csv")
    _calm(page)
    page.locator("main").get_by_role("button", name="Structure").first.click()
    page.wait_for_url("**/try/*")
    expect(page.locator("[data-answers]").get_by_text("owned=2").first).to_be_visible()
    _calm(page)
