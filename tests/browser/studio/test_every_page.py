"""Every page of the studio, as it comes: in light and dark, on a wide screen and on a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page

from epicrisis.studio.pages import every_page

LOOKS = [
    pytest.param(scheme, width, id=f"{scheme}-{width}")
    for scheme in ("light", "dark")
    for width in (1280, 380)
]
GOLD = "brain-mri.csv"
#: Where each page is looked at; a page without a sample fails the test. {names} are those of the clinic.
SAMPLES: dict[str, list[str]] = {
    "/": ["/"],
    "/account": ["/account"],
    "/activity": ["/activity", "/activity?who=bram"],
    "/codebooks": ["/codebooks"],
    "/codebooks/{name}": ["/codebooks/brain-mri"],
    "/codebooks/{name}/versions": ["/codebooks/brain-mri/versions"],
    "/compare": ["/compare", f"/compare?run={{run}}&run={{other}}&gold={GOLD}"],
    "/evaluate": ["/evaluate"],
    "/evaluate/{run}": ["/evaluate/{run}", f"/evaluate/{{run}}?gold={GOLD}"],
    "/evaluate/{run}/variable": [f"/evaluate/{{run}}/variable?gold={GOLD}&variable=fazekas"],
    "/gold": ["/gold"],
    "/models": ["/models"],
    "/people": ["/people"],
    "/reports": ["/reports"],
    "/reports/{name}": ["/reports/brain-mri.csv"],
    "/reports/{name}/reading": ["/reports/brain-mri.csv/reading"],
    "/reviews": ["/reviews?run={run}"],
    "/reviews/{review}": ["/reviews/{review}", "/reviews/{mine}"],
    "/reviews/{review}/adjudicate": ["/reviews/{review}/adjudicate"],
    "/reviews/{review}/agreement": ["/reviews/{review}/agreement"],
    "/reviews/{review}/report": [
        "/reviews/{mine}/report?id={current}",
        "/reviews/{review}/report?id={reviewed}",
    ],
    "/runs": ["/runs"],
    "/runs/new": ["/runs/new"],
    "/runs/{run}": ["/runs/{run}", "/runs/{job}"],
    "/runs/{run}/patient": ["/runs/{run}/patient?id=P-0339"],
    "/runs/{run}/patients": ["/runs/{run}/patients"],
    "/runs/{run}/report": ["/runs/{run}/report?id=BM-004", f"/runs/{{run}}/report?id=BM-004&gold={GOLD}"],
    "/runs/{run}/results": ["/runs/{run}/results", "/runs/{run}/results?count=fazekas"],
    "/try": ["/try"],
    "/try/{try_id}": ["/try/{try_id}"],
    "/tune": ["/tune"],
    "/tune/new": ["/tune/new"],
    "/tune/{name}": ["/tune/elmtex-qwen2.5-coder-0.5b"],
}
#: Not pages: they lead to one, or give a file.
OTHERS = {"/evaluate/open", "/runs/{run}/export", "/runs/preflight", "/login"}
_PATIENCE = 30_000
_UNFILLED = re.compile(r"%\(\w+\)|\{\{|\}\}|\{%|\b(?:undefined|NaN|null)\b|[:=(,] ?None\b")


def test_there_is_a_sample_of_every_page() -> None:
    every = {route.path for part in every_page() for route in part.pages.routes if "GET" in route.methods}
    assert every - OTHERS == set(SAMPLES) - OTHERS


@pytest.fixture(scope="module")
def addresses(clinic: Any, browser: Browser) -> list[str]:
    """All samples, of things that are there: what is worked out in the background was waited for."""
    context = browser.new_context(base_url=clinic.address)
    _enter(context.new_page(), clinic)
    ask = context.request
    token = {"X-CSRF-Token": ask.get("/api/me").json()["csrf"]}
    begun = ask.post(
        "/api/tries",
        headers=token,
        data={
            "report_set": "brain-mri.csv",
            "report_id": "BM-004",
            "codebook": "brain-mri",
            "engine": clinic.engine,
        },
    )
    assert begun.status == 201, begun.text()
    ids = clinic.ids | {"current": clinic.current, "reviewed": clinic.reviewed, "try_id": begun.json()["id"]}
    found = [address.format(**ids) for addresses in SAMPLES.values() for address in addresses]
    for address in found:
        if address.startswith(("/evaluate/", "/compare?", "/reports/", "/try/")):
            _wait(lambda address=address: ask.get(_twin(address)))  # type: ignore[misc]
    context.close()
    return found


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_every_page(
    clinic: Any,
    addresses: list[str],
    opened: Callable[..., Any],
    violations: Callable[[Page], list[str]],
    scheme: str,
    width: int,
) -> None:
    window = opened(
        base_url=clinic.address,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    page: Page = window.page
    wrong: list[str] = []
    errors: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("requestfailed", lambda asked: errors.append(f"{asked.url}: {asked.failure}"))
    page.goto("/login")
    wrong += _look("/login", page, violations)
    _enter(page, clinic)
    for address in addresses:
        # What the page before this one was still asking for is not this page's.
        page.wait_for_load_state("load")
        errors.clear()
        window.troubles.clear()
        answer = page.goto(address)
        if answer is None or answer.status != 200:
            wrong.append(f"{address}: {answer and answer.status}")
            continue
        wrong += _look(address, page, violations)
        wrong += [
            f"{address}: {error}" for error in (*errors, *window.troubles) if "ERR_ABORTED" not in error
        ]
    window.troubles.clear()
    assert not wrong, "\n".join(wrong)


def _look(address: str, page: Page, violations: Callable[[Page], list[str]]) -> list[str]:
    """What is wrong with the page that is shown."""
    wrong = []
    headings = page.locator("h1").all_inner_texts()
    if len(headings) != 1 or not headings[0].strip():
        wrong.append(f"headings of the first level: {headings}")
    if not page.title().removesuffix(" · epicrisis").strip() or "·" not in page.title():
        wrong.append(f"title: {page.title()!r}")
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    if wide[0] > wide[1]:
        wrong.append(f"{wide[0]} px wide: {page.evaluate(_WIDEST)}")
    # Words that a template forgot to fill in.
    if left := re.findall(_UNFILLED, page.inner_text("body")):
        wrong.append(f"not filled in: {sorted(set(left))}")
    return [f"{address}: {one}" for one in wrong + violations(page)]


#: The elements that reach beyond the screen and are not in a box that scrolls.
_WIDEST = """[...document.querySelectorAll('main *, header *')].filter(one =>
  one.getBoundingClientRect().right > window.innerWidth + 1 && !one.closest('.scroll, pre'))
  .slice(0, 4).map(one => one.tagName + '.' + one.className)"""


def _enter(page: Page, clinic: Any) -> None:
    page.goto(f"{clinic.address}/login")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(clinic.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{clinic.address}/")


def _twin(address: str) -> str:
    return f"/api{address.replace('/try/', '/tries/')}"


def _wait(ask: Callable[[], APIResponse]) -> None:
    """Until nothing is worked out any more."""

    def is_there() -> None:
        answer = ask()
        assert answer.status == 200, answer.text()
        assert not re.search(
            r'"(?:state|status)": ?"(?:working|queued|running)"|"summary": ?null', json.dumps(answer.json())
        )

    _until(is_there)


def _until(check: Callable[[], None]) -> None:
    import time

    end = time.monotonic() + _PATIENCE / 1000
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
