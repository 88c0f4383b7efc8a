"""Trying a report in a browser: two clicks, answers that arrive, evidence that lights up."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from epicrisis.engines.engine import EngineInfo, Message, Reply, Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineCancelledError
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.project import Project

ANSWER = {
    "mta_left": {"quote": "MTA links 2", "value": 2},
    "mta_right": {"quote": "rechts 1", "value": 1},
    "gca": {"quote": "GCA 1", "value": 1},
    "microbleeds": {"quote": "Microbloedingen: geen", "value": False},
}
SERVER = "http://127.0.0.1:9/v1"


class Slow:
    """Writes its answer up to ``let`` characters, and waits there."""

    def __init__(self) -> None:
        self._engine = ScriptedEngine(default=json.dumps(ANSWER, ensure_ascii=False), logprobs=True)
        self._news = threading.Condition()
        self._let = 0

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    def let(self, characters: int = 1_000_000) -> None:
        with self._news:
            self._let = characters
            self._news.notify_all()

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        reply = self._engine.complete(
            Request(request.messages, request.schema, max_tokens=9999, top_logprobs=request.top_logprobs)
        )
        for place, character in enumerate(reply.text):
            with self._news:
                while self._let <= place:
                    if cancel is not None and cancel.is_set():
                        raise EngineCancelledError("The request was cancelled.")
                    self._news.wait(0.02)
            if request.on_text is not None:
                request.on_text(character)
        return reply

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._engine.count_tokens(messages)

    def close(self) -> None:
        self.let()


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No model of whoever runs the tests."""
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("EPICRISIS_MODELS", raising=False)


@pytest.fixture
def slow(project: Project, monkeypatch: pytest.MonkeyPatch) -> Slow:
    """An engine of the project that answers as slowly as a test wants."""
    engine = Slow()
    monkeypatch.setattr("epicrisis.engines.address.open_engine", lambda address, **_: engine)
    Engines(Database(project.database)).add(SERVER, "The ward's server", by="test")
    return engine


Serve = Callable[..., Any]


def begin(page: Page, served: Any) -> None:
    page.goto(f"{served.address}/try")
    page.get_by_role("button", name="Structure this report").click()
    page.wait_for_url(re.compile(r"/try/."))


def test_two_clicks_and_the_answers_arrive(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, page = serve(), opened().page
    page.goto(served.address)
    page.get_by_role("link", name="Try", exact=True).click()
    expect(page.locator("#text")).to_have_value(re.compile("MTA links 2"))

    page.get_by_role("button", name="Structure this report").click()

    expect(page.get_by_text("The model reads the codebook and the report…")).to_be_visible()
    answers = page.locator("[data-answers] > li")
    expect(answers).to_have_count(0)
    text = json.dumps(ANSWER, ensure_ascii=False)
    slow.let(text.index('"mta_right"') + 1)
    expect(answers).to_have_count(1)
    expect(answers.first).to_contain_text("MTA left")
    expect(answers.first).to_contain_text("arriving")
    expect(page.get_by_text("The answers arrive…")).to_be_visible()
    expect(page.get_by_text("1 of 30 answers")).to_be_visible()
    expect(page.locator("mark", has_text="MTA links 2")).to_have_count(1)
    slow.let(text.index('"gca"') + 1)
    expect(answers).to_have_count(2)

    slow.let()

    expect(page.get_by_text("All answers are there.")).to_be_visible()
    expect(answers).to_have_count(30)
    expect(answers.first).to_contain_text("stated")
    expect(page.get_by_role("link", name="Try another")).to_be_visible()


def test_an_answer_and_its_words_light_up_together(serve: Serve, opened: Serve, slow: Slow) -> None:
    slow.let()
    served, page = serve(), opened().page
    begin(page, served)
    answer, mark = page.locator('[data-variable="mta_left"]'), page.locator("mark", has_text="MTA links 2")
    expect(answer).to_contain_text("stated")

    answer.hover()
    expect(mark).to_have_class(re.compile(r"\bon\b"))
    page.locator("h1").hover()
    expect(mark).not_to_have_class(re.compile(r"\bon\b"))
    mark.hover()
    expect(answer).to_have_class(re.compile("chosen"))
    page.locator("h1").hover()
    expect(answer).not_to_have_class(re.compile("chosen"))
    answer.focus()
    expect(mark).to_have_class(re.compile(r"\bon\b"))
    page.keyboard.press("Tab")
    expect(mark).not_to_have_class(re.compile(r"\bon\b"))
    expect(page.locator("mark", has_text="rechts 1")).to_have_class(re.compile(r"\bon\b"))


def test_what_is_focused_stays_focused_while_answers_arrive(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, page = serve(), opened().page
    begin(page, served)
    text = json.dumps(ANSWER, ensure_ascii=False)
    slow.let(text.index('"mta_right"') + 1)
    answer = page.locator('[data-variable="mta_left"]')
    answer.focus()
    slow.let()
    expect(answer).to_contain_text("stated")
    expect(answer).to_be_focused()
    expect(page.locator("mark", has_text="MTA links 2")).to_have_class(re.compile(r"\bon\b"))


def test_answers_are_taken_along(serve: Serve, opened: Serve, slow: Slow) -> None:
    slow.let()
    served, window = serve(), opened()
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = window.page
    begin(page, served)

    page.get_by_role("button", name="Copy as table").click()
    expect(page.get_by_text("The table was copied")).to_be_visible()
    table = page.evaluate("navigator.clipboard.readText()")
    assert table.splitlines()[1].split("\t")[:1] == ["mta_left"]
    page.get_by_role("button", name="Copy as JSON").click()
    expect(page.get_by_text("copied as JSON")).to_be_visible()
    assert json.loads(page.evaluate("navigator.clipboard.readText()"))["gca"]["value"] == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the table").click()
    assert download.value.suggested_filename == "answers.tsv"


def test_what_was_typed_survives(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/try")
    text = page.locator("#text")
    text.fill("A text of my own. MTA links 2.")
    expect(page.get_by_role("combobox", name="Report", exact=True)).to_have_value("")
    page.get_by_text("More options").click()
    page.get_by_label("Let the model reason").check()

    page.reload()

    expect(text).to_have_value("A text of my own. MTA links 2.")
    expect(page.get_by_role("combobox", name="Report", exact=True)).to_have_value("")
    page.get_by_text("More options").click()
    expect(page.get_by_label("Let the model reason")).to_be_checked()
    page.get_by_label("Let the model reason").uncheck()
    slow.let()
    text.press("Control+Enter")
    expect(page.get_by_role("heading", name="Your report")).to_be_visible()
    expect(page.get_by_text("All answers are there.")).to_be_visible()
    page.get_by_role("link", name="Try another").click()
    expect(text).to_have_value("A text of my own. MTA links 2.")


def test_reports_of_the_project(serve: Serve, opened: Serve, slow: Slow, project: Project) -> None:
    rows = "".join(f"R-{number},Text number {number}.\n" for number in range(230))
    (project.shelf("reports") / "many.csv").write_text(f"id,text\n{rows}", "utf-8")
    served, page = serve(), opened().page
    page.goto(f"{served.address}/try")
    text = page.locator("#text")
    page.get_by_role("combobox", name="Set of reports").select_option("many.csv")
    expect(text).to_have_value("Text number 0.")
    page.get_by_role("combobox", name="Report", exact=True).select_option("R-7")
    expect(text).to_have_value("Text number 7.")
    page.reload()
    expect(page.get_by_role("combobox", name="Report", exact=True)).to_have_value("R-7")
    page.get_by_label("Find a report by its id").fill("R-229")
    page.get_by_label("Find a report by its id").press("Tab")
    page.get_by_role("combobox", name="Report", exact=True).select_option("R-229")
    expect(text).to_have_value("Text number 229.")
    slow.let()
    page.get_by_role("button", name="Structure this report").click()
    expect(page.get_by_role("heading", name="R-229")).to_be_visible()

    page.goto(f"{served.address}/try?reports=many.csv&id=R-3")
    expect(text).to_have_value("Text number 3.")
    text.fill("Changed.")
    page.reload()
    expect(text).to_have_value("Changed.")


def test_a_text_file_is_dropped_or_opened(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/try")
    dropped = """([name, type, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], name, {type}));
        document.getElementById("text").dispatchEvent(
            new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    page.evaluate(dropped, ["a.txt", "text/plain", "Dropped é."])
    expect(page.locator("#text")).to_have_value("Dropped é.")
    page.evaluate(dropped, ["a.pdf", "application/pdf", "%PDF"])
    expect(page.get_by_role("alert")).to_contain_text("Only text files")
    expect(page.locator("#text")).to_have_value("Dropped é.")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a text file").click()
    chooser.value.set_files({"name": "b.txt", "mimeType": "text/plain", "buffer": b"Opened."})
    expect(page.locator("#text")).to_have_value("Opened.")
    page.get_by_role("button", name="Clear").click()
    page.get_by_role("button", name="Structure this report").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no text yet")


def test_it_is_cancelled_and_forgotten(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, page = serve(), opened().page
    begin(page, served)
    slow.let(json.dumps(ANSWER).index('"mta_right"') + 1)
    expect(page.locator("[data-answers] > li")).to_have_count(1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Cancelled.")).to_be_visible()
    address = page.url
    page.get_by_role("button", name="Forget this one now").click()
    page.wait_for_url(f"{served.address}/try")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404


def test_others_wait_their_turn(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, first, second = serve(), opened().page, opened().page
    begin(first, served)
    begin(second, served)
    expect(second.get_by_text("Waiting: 1 report comes first.")).to_be_visible()
    slow.let()
    expect(second.get_by_text("All answers are there.")).to_be_visible()
    expect(first.get_by_text("All answers are there.")).to_be_visible()


def test_without_events_it_looks_again_and_again(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, page = serve(), opened().page
    page.add_init_script("delete window.EventSource")
    begin(page, served)
    slow.let()
    expect(page.get_by_text("All answers are there.")).to_be_visible()


def test_without_a_model_there_is_one_button(serve: Serve, opened: Serve) -> None:
    served, page = serve(), opened().page
    page.goto(f"{served.address}/try")
    expect(page.get_by_role("button", name="Structure this report")).to_have_count(0)
    expect(page.get_by_role("link", name="Get a model")).to_have_attribute("href", "/models")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(
    serve: Serve, opened: Serve, slow: Slow, violations: Callable[[Page], list[str]], scheme: str
) -> None:
    served, page = serve(), opened(color_scheme=scheme).page
    page.goto(f"{served.address}/try")
    page.get_by_text("More options").click()
    assert violations(page) == []
    page.get_by_role("button", name="Structure this report").click()
    slow.let(json.dumps(ANSWER).index('"gca"') + 1)
    expect(page.locator("[data-answers] > li")).to_have_count(2)
    assert violations(page) == []
    slow.let()
    expect(page.get_by_text("All answers are there.")).to_be_visible()
    page.locator('[data-variable="mta_left"]').focus()
    assert violations(page) == []


def test_on_a_phone_and_by_keyboard(serve: Serve, opened: Serve, slow: Slow) -> None:
    served, page = serve(), opened(viewport={"width": 380, "height": 740}).page
    fits = "document.documentElement.scrollWidth <= window.innerWidth"
    page.goto(f"{served.address}/try")
    assert page.evaluate(fits)
    page.get_by_role("combobox", name="Codebook", exact=True).focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.type") == "submit":
            break
    page.keyboard.press("Enter")
    slow.let()
    expect(page.get_by_text("All answers are there.")).to_be_visible()
    assert page.evaluate(fits)
