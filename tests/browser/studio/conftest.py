"""The studio in a real browser: served on loopback, driven by Playwright, looked over by axe."""

from __future__ import annotations

import contextlib
import csv
import json
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest
import uvicorn
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from epicrisis import ExtractionOptions, extract, library
from epicrisis.codebook import load as load_codebook
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction.answer import Status
from epicrisis.extraction.codec import dump_answers, load_answers
from epicrisis.studio.app import create_app
from epicrisis.studio.codebook_versions import Versions
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.example import copy_example
from epicrisis.studio.jobs import JobProgress, JobRequest, Jobs
from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.people.sessions import has_accounts
from epicrisis.studio.project import Project
from epicrisis.studio.reviewing import NewReview, Reviews
from epicrisis.studio.reviewing.desk import Desk
from epicrisis.studio.reviewing.judging import Saying
from epicrisis.studio.reviewing.queue import take_next
from epicrisis.studio.reviewing.reviews import find as find_review
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Hashes that are cheap to make: these passwords protect nothing."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("epicrisis.studio.people.accounts._hasher", lambda: hasher)
        yield


HERE = Path(__file__).parent
AXE = HERE.parent / "vendored" / "axe.min.js"
#: Trained as docs/how-to/elmtex.md says; its card and history stand beside this file.
ADAPTER = "elmtex-qwen2.5-coder-0.5b"
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


class Served:
    """A studio that is being served, until ``stop``."""

    def __init__(self, project: Project, **changed: Any) -> None:
        self.project = project
        accounts = has_accounts(Database(project.database))
        settings = Settings(port=changed.pop("port", 0), accounts=accounts, **changed)
        config = uvicorn.Config(
            create_app(project, settings), port=settings.port, log_level="error", access_log=False
        )
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.server.run, daemon=True)
        self._thread.start()
        while not self.server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the studio did not start")
            self._thread.join(0.01)
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.at(tmp_path / "study")


@pytest.fixture
def serve(project: Project) -> Iterator[Callable[..., Served]]:
    """Serve the project; everything that was started is stopped in the end."""
    with contextlib.ExitStack() as stack:

        def serve(**changed: Any) -> Served:
            served = Served(project, **changed)
            stack.callback(served.stop)
            return served

        yield serve


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Opened:
    """One person's browser. ``troubles`` are errors of scripts and refused requests."""

    context: BrowserContext
    page: Page
    troubles: list[str]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Open another browser window, with nothing shared with the others; at the end none had an error."""
    every: list[Opened] = []

    def opened(**options: Any) -> Opened:
        context = browser.new_context(
            **({"locale": "en-GB", "viewport": {"width": 1280, "height": 900}} | options)
        )
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: troubles.append(said.text) if "Content Security Policy" in said.text else None,
        )
        every.append(Opened(context, page, troubles))
        return every[-1]

    yield opened
    for one in every:
        one.context.close()
    assert [trouble for one in every for trouble in one.troubles] == []


def _violations(page: Page) -> list[str]:
    """What axe finds that is serious or critical: rule and places."""
    # Not add_script_tag: the page's own content security policy would refuse it, as it should.
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes'][:3]]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def _log_in(page: Page, served: Served, name: str) -> None:
    page.goto(f"{served.address}/login")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{served.address}/")


def _add_people(project: Project, roles: dict[str, str]) -> None:
    """Accounts by name and role, all with the same password."""
    accounts = Accounts(Database(project.database))
    for name, role in roles.items():
        accounts.add(name, role, PASSWORD, by="test")


def _add_script(
    project: Project, replies: dict[str | None, Any], name: str = "script", by: str = "test"
) -> str:
    """An engine of the project that answers by report id (``None``: all others); gives its address."""
    path = project.folder / f"{name}.jsonl"
    lines = [
        {"reply": reply} | ({} if report is None else {"report_id": report})
        for report, reply in replies.items()
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    address = f"scripted:{path}"
    Engines(Database(project.database)).add(address, name, by=by)
    return address


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """What axe finds on a page that is serious or critical."""
    return _violations


@pytest.fixture
def log_in() -> Callable[[Page, Served, str], None]:
    """Log in as one of the people of ``add_people``."""
    return _log_in


@pytest.fixture
def add_people(project: Project) -> Callable[..., None]:
    """``add_people(anna="admin", bo="reviewer")``: accounts, all with the same password."""
    return lambda **roles: _add_people(project, roles)


@pytest.fixture
def add_script(project: Project) -> Callable[..., str]:
    """``add_script({"R-1": {...}, None: {...}})``: an engine that answers by report id; gives its address."""
    return lambda replies, name="script": _add_script(project, replies, name)


class Clinic:
    """The memory clinic: a project in which every page has something to show, being served.

    The shipped reports and gold; answers by a script, mostly as the gold, less sure where they are wrong.
    ``ids`` fill the addresses of pages.
    """

    PEOPLE: ClassVar = {"anna": "admin", "bram": "reviewer", "carla": "reviewer", "daan": "editor"}

    def __init__(self, folder: Path) -> None:
        self.project = Project.at(folder / "memory-clinic")
        self.studio = Studio(self.project, Settings())
        _add_people(self.project, self.PEOPLE)
        copy_example(self.studio, by="anna")
        self.password, self.address = PASSWORD, ""
        with (library.path("brain-mri") / library.GOLD_FILE).open(encoding="utf-8", newline="") as file:
            self.gold = {row["id"]: row for row in csv.DictReader(file)}
        self.codebook = load_codebook(self.project.file("codebooks", "brain-mri.yaml"))
        replies: dict[str | None, Any] = {one: self.reply(one, 0.07) for one in self.gold}
        self.engine = _add_script(self.project, replies, "example-7b", by="anna")
        self.larger = _add_script(self.project, {None: {}}, "example-7b-fp16", by="anna")
        self._better_codebook()
        self._adapter()
        run = self._run("example-7b", 0.07)
        self.ids = {
            "run": run,
            "other": self._run("example-1.5b", 0.2),
            "review": self._two_reviewers(run),
            "mine": self._one_reviewer(run),
            "job": self._at_work(),
        }

    def close(self) -> None:
        self._working.release()

    def reply(self, report: str, wrong: float) -> dict[str, Any]:
        """What the model says: as the gold, but for a share of ``wrong`` answers."""
        row, said = self.gold[report], {}
        for variable in self.codebook.variables:
            name = variable.name
            found: Any = {"quote": row[f"{name}__evidence"] or None, "value": _typed(variable, row[name])}
            if self.is_wrong(report, name, wrong):
                found = self._mistaken(variable, found)
            said[name] = found
        return said

    @staticmethod
    def is_wrong(report: str, name: str, share: float) -> bool:
        return Random(f"{report} {name}").random() < share

    @staticmethod
    def _mistaken(variable: Any, found: dict[str, Any]) -> dict[str, Any]:
        value, options = found["value"], [one.value for one in getattr(variable, "options", None) or []]
        if value is None or isinstance(value, str):
            return {"quote": None, "value": None}
        if isinstance(value, bool):
            return found | {"value": not value}
        if options:
            return found | {"value": options[max(options.index(value) - 1, 0)]}
        return found | {"value": value + 1}

    def _better_codebook(self) -> None:
        versions = Versions(self.project, self.studio.database)
        before = versions.current("brain-mri")
        yaml = before.yaml.replace(
            "exclude: [White matter lesions described without a grade]",
            "exclude: [White matter lesions described without a grade, A grade of an earlier scan]",
        )
        versions.save(
            "brain-mri", yaml, base=before.number, by="daan", note="Fazekas: earlier scans do not count"
        )

    def _run(self, model: str, wrong: float) -> str:
        engine = ScriptedEngine({one: self.reply(one, wrong) for one in self.gold}, model=model)
        run = extract(
            self.project.file("reports", "brain-mri.csv"),
            self.project.file("codebooks", "brain-mri.yaml"),
            engine,
            columns={"date": "scan_date"},
            options=ExtractionOptions(repair=False, second_look=False),
            store=self.project.store,
        )
        with closing(sqlite3.connect(self.project.store)) as db, db:
            for number, report, kept in db.execute(
                "SELECT x.id, r.report_id, x.answers FROM runs JOIN run_reports r ON r.run = runs.number"
                " JOIN results x ON x.id = r.result WHERE runs.id = ?",
                (run.id,),
            ).fetchall():
                answers = {
                    name: replace(answer, confidence=self._sure(report, name, wrong))
                    for name, answer in load_answers(kept).items()
                }
                db.execute("UPDATE results SET answers = ? WHERE id = ?", (dump_answers(answers), number))
        return run.id

    def _sure(self, report: str, name: str, wrong: float) -> float:
        draw = Random(f"{name} {report}").random()
        return round(0.42 + 0.4 * draw if self.is_wrong(report, name, wrong) else 1 - 0.25 * draw**3, 3)

    def _adapter(self) -> None:
        """The card and the history of an adapter that was trained on the gold of ``bench/elmtex/train``."""
        shutil.copytree(HERE / ADAPTER, self.project.shelf("adapters") / ADAPTER)

    def _two_reviewers(self, run: str) -> str:
        """Twelve reports, each looked at by two people, who differ in some answers; some are decided."""
        reviews = Reviews(self.studio)
        wanted = NewReview(run=run, name="Gold sample", sequence="sample", size=12, seed=4, raters=2)
        review = reviews.create(wanted, by="anna").id
        with self.studio.database.reading() as db:
            reports = [
                row["report_id"]
                for row in db.execute(
                    "SELECT report_id FROM review_reports WHERE review = ? ORDER BY seq", (review,)
                )
            ]
        for person, share in (("bram", 0.03), ("carla", 0.05)):
            for report in reports:
                desk = Desk(self.studio, review, report, person)
                self._say(desk, report, person, share)
                desk.finish("accept")
        self.reviewed = reports[0]
        return review

    def _say(self, desk: Desk, report: str, person: str, share: float) -> None:
        for variable in self.codebook.variables:
            name, row = variable.name, self.gold[report]
            value, status = _typed(variable, row[name]), row[f"{name}__status"]
            if Random(f"{person} {report} {name}").random() < share:
                other = self._mistaken(variable, {"quote": None, "value": value})["value"]
                value, status = other, "not_mentioned" if other is None else "stated"
            elif not self.is_wrong(report, name, 0.07) and desk.answers[name].status is not Status.FAILED:
                continue
            quote = row[f"{name}__evidence"]
            start = (desk.text or "").find(quote) if quote and value is not None else -1
            place = (start, start + len(quote)) if start >= 0 else None
            desk.save(name, Saying(Status(status), value, place), comment="", version=0)

    def _one_reviewer(self, run: str) -> str:
        """The least certain first; two reports are done, the third is at hand."""
        review = Reviews(self.studio).create(NewReview(run=run, name="Least certain first"), by="daan").id
        report = None
        for _ in range(2):
            with self.studio.database.writing() as db:
                report = take_next(db, find_review(db, review), "anna", report)
            desk = Desk(self.studio, review, report or "", "anna")
            self._say(desk, desk.report_id, "anna", 0)
            report = desk.finish("accept")
        # One was done three minutes after the other.
        earlier = datetime.now(UTC) - timedelta(minutes=3)
        with self.studio.database.writing() as db:
            db.execute(
                "UPDATE review_done SET at = ? WHERE review = ? AND report_id <> ?",
                (earlier.isoformat(timespec="milliseconds"), review, desk.report_id),
            )
        self.current = report or ""
        return review

    def _at_work(self) -> str:
        """A run at work, as its process tells the studio; this process stands for it."""
        jobs = Jobs(self.project)
        job = jobs.add(
            JobRequest(reports="brain-mri.csv", codebook="brain-mri", engine=self.larger), by="daan"
        )
        self._working = jobs.lock(job)
        assert self._working.acquire()
        assert jobs.begin(job)
        jobs.tell(
            job,
            JobProgress(
                phase="asking", total=24, done=15, tokens_read=48_210, tokens_written=11_904,
                pace=14.2, eta=127.8, at=time.time(),
            ),
            None,
        )  # fmt: skip
        return job


def _typed(variable: Any, text: str) -> Any:
    """A cell of the shipped gold as a model writes it."""
    if not text:
        return None
    if variable.kind == "boolean":
        return text == "true"
    if variable.kind in ("ordinal", "count"):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A project in which every page has something to show; log in as ``anna``, who may do everything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPICRISIS_HOME", str(tmp_path_factory.mktemp("home")))
        patch.delenv("EPICRISIS_MODELS", raising=False)
        made = Clinic(tmp_path_factory.mktemp("clinic"))
        served = Served(made.project)
        made.address = served.address
        yield made
        served.stop()
        made.close()
