"""The studio under load: pages of a large run, and reviewers who save at once, while another run goes on.

    python bench/studio.py [--reports 10000] [--reviewers 20] [--seconds 60]

Starts ``epicrisis studio`` as users do, with a finished run of ``--reports`` reports, an account for each
reviewer, and a run of ten times as many reports under way (scripted engine, as fast as it goes). Every
reviewer has a connection of their own and, once a second, saves a judgement or looks at a page. Once a round
all press save at the same moment. In the end every judgement is looked for in the project's file.

Prints one table (milliseconds; the second number is the time over that of ``/healthz``, the smallest answer
there is, in the same run) and writes ``bench/results/studio.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2

from epicrisis import api
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.project import Project
from throughput import CODEBOOK, WORDS

HERE = Path(__file__).parent
PASSWORD = "correct horse battery"
#: A time is wanted for these: p95 in milliseconds.
WANTED = 300.0


class Person:
    """Somebody with a browser of their own, and how long it waited, in seconds, by what it asked for."""

    def __init__(self, address: str, name: str) -> None:
        self.name = name
        self.waited: dict[str, list[float]] = defaultdict(list)
        self.refused: list[int] = []
        self._client = httpx2.Client(base_url=address, timeout=60)
        answer = self._client.post("/api/login", json={"name": name, "password": PASSWORD})
        answer.raise_for_status()
        self._client.headers["X-CSRF-Token"] = answer.json()["csrf"]

    def get(self, what: str, path: str, **parameters: Any) -> Any:
        return self._timed(what, "GET", path, params=parameters)

    def send(self, what: str, method: str, path: str, body: Any) -> Any:
        return self._timed(what, method, path, json=body)

    def _timed(self, what: str, method: str, path: str, **more: Any) -> Any:
        started = time.perf_counter()
        answer = self._client.request(method, path, **more)
        self.waited[what].append(time.perf_counter() - started)
        if answer.status_code == 409:
            self.refused.append(409)
        else:
            answer.raise_for_status()
        return answer


def prepare(folder: Path, reports: int, reviewers: int) -> tuple[Project, str]:
    """The project, and the id of its finished run."""
    project = Project.at(folder / "study")
    (project.shelf("codebooks") / "ten.yaml").write_text(CODEBOOK, "utf-8")
    for name, number in (("many", reports), ("more", reports * 10)):
        with (project.shelf("reports") / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "patient", "date", "text"])
            for n in range(number):
                start = n % len(WORDS)
                words = " ".join([name, str(n), *(WORDS[start:] + WORDS[:start]) * 3])
                rows.writerow([n, f"P{n // 3}", f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d}", words])
    run = api.extract(
        project.shelf("reports") / "many.csv",
        project.shelf("codebooks") / "ten.yaml",
        ScriptedEngine.from_schema(seed=1, logprobs=True),
        options=ExtractionOptions(second_look=False),
        store=project.store,
    )
    database = Database(project.database)
    script = project.folder / "script.jsonl"
    cell = {"quote": None, "value": None}
    names = [one["name"] for one in run.manifest.codebook.content["variables"]]
    script.write_text(json.dumps({"reply": dict.fromkeys(names, cell)}) + "\n", "utf-8")
    Engines(database).add(f"scripted:{script}", "script", by="bench")
    accounts = Accounts(database)
    accounts.add("editor", "editor", PASSWORD, by="bench")
    for number in range(reviewers):
        accounts.add(f"reviewer-{number}", "reviewer", PASSWORD, by="bench")
    return project, run.id


def begin(person: Person, project: Project, run: str) -> str:
    """Ask for the run that goes on meanwhile, and make the review; gives the review's id."""
    wanted = {
        "reports": "more.csv",
        "codebook": "ten",
        "engine": f"scripted:{project.folder / 'script.jsonl'}",
        "options": {"second_look": False},
    }
    person.send("start", "POST", "/api/runs", wanted)
    made = person.send(
        "start", "POST", "/api/reviews", {"run": run, "name": "load", "sequence": "random", "size": 200}
    )
    return str(made.json()["id"])


class Reviewing:
    """What one reviewer does. ``saved`` counts what the studio said it kept, by cell."""

    def __init__(self, person: Person, run: str, review: str, reports: list[str], seed: int) -> None:
        self.person = person
        self._run = run
        self._review = review
        self._reports = reports
        self._random = random.Random(seed)
        self.saved: dict[tuple[str, str], int] = {}

    def save(self, what: str = "save a judgement") -> None:
        report = self._random.choice(self._reports)
        variable = self._random.choice(["lesion", "nodes", "pleura", "heart"])
        version = self.saved.get((report, variable), 0)
        form = {
            "report_id": report,
            "variable": variable,
            "version": version,
            "status": "stated",
            "value": version % 2 == 0,
            "comment": f"{self.person.name} {version}",
        }
        answer = self.person.send(what, "PUT", f"/api/reviews/{self._review}/judgement", form)
        if answer.status_code == 200:
            self.saved[report, variable] = answer.json()["judgement"]["version"]

    def look(self) -> None:
        number = self._random.randrange(100)
        report = self._random.choice(self._reports)
        some = self._random.choice(
            [
                ("results", f"/runs/{self._run}/results", {"page": number + 1}),
                ("results, sorted", f"/runs/{self._run}/results", {"sort": "lesion", "page": number + 1}),
                ("one report", f"/runs/{self._run}/report", {"id": report}),
                ("report to review", f"/reviews/{self._review}/report", {"id": report}),
                ("runs", "/runs", {}),
                ("start page", "/", {}),
            ]
        )
        self.person.get(some[0], some[1], **some[2])


def load(
    address: str, project: Project, run: str, reviewers: int, seconds: float
) -> tuple[list[Person], list[Reviewing], str]:
    editor = Person(address, "editor")
    review = begin(editor, project, run)
    with Database(project.database).reading() as db:
        rows = db.execute("SELECT report_id FROM review_reports WHERE review = ?", (review,)).fetchall()
    reports = [str(row["report_id"]) for row in rows]
    people = [Person(address, f"reviewer-{number}") for number in range(reviewers)]
    working = [Reviewing(one, run, review, reports, number) for number, one in enumerate(people)]
    # The first look at a run makes its index; nobody meets that twice.
    editor.get("first look at the results", f"/runs/{run}/results")
    barrier = threading.Barrier(reviewers)
    rounds = max(2, round(seconds / 10))

    def work(one: Reviewing) -> None:
        try:
            working_on(one)
        except BaseException:
            # The others wait for it at the barrier.
            barrier.abort()
            raise

    def working_on(one: Reviewing) -> None:
        chance = random.Random(one.person.name)
        for _ in range(rounds):
            barrier.wait()
            one.save("save, all at the same moment")
            until = time.perf_counter() + 10
            while time.perf_counter() < until:
                time.sleep(chance.uniform(0.5, 1.5))
                one.person.get("/healthz", "/healthz")
                if chance.random() < 0.5:
                    one.save()
                else:
                    one.look()

    with ThreadPoolExecutor(reviewers) as pool:
        started = [pool.submit(work, one) for one in working]
    troubles = [error for one in started if (error := one.exception()) is not None]
    for error in troubles:
        if not isinstance(error, threading.BrokenBarrierError):
            raise error
    state = editor.get("end", "/api/runs").json()["runs"][0]
    print(f"the other run: {state['status']}, {state['done']:,} of {state['total'] or 0:,} reports")
    return [editor, *people], working, review


def lost(project: Project, working: list[Reviewing], review: str) -> tuple[int, int]:
    """How many cells were saved, and how many of them the file does not hold as they were said to be kept."""
    with sqlite3.connect(project.database) as db:
        kept = {
            (reviewer, report, variable): version
            for reviewer, report, variable, version in db.execute(
                "SELECT reviewer, report_id, variable, version FROM judgements WHERE review = ?", (review,)
            )
        }
    said = {(one.person.name, *cell): version for one in working for cell, version in one.saved.items()}
    return len(said), sum(kept.get(cell) != version for cell, version in said.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--reports", type=int, default=10_000)
    parser.add_argument("--reviewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        project, run = prepare(Path(folder), given.reports, given.reviewers)
        command = [sys.executable, "-m", "epicrisis", "studio", "--no-browser", "--port", "0"]
        with subprocess.Popen(
            [*command, "--project", str(project.folder)], stderr=subprocess.PIPE, text=True
        ) as server:
            try:
                assert server.stderr is not None
                address = server.stderr.readline().split(": ", 1)[1].strip()
                people, working, review = load(address, project, run, given.reviewers, given.seconds)
            finally:
                server.terminate()
                server.communicate()
        cells, missing = lost(project, working, review)
    waited: dict[str, list[float]] = defaultdict(list)
    for person in people:
        for what, times in person.waited.items():
            waited[what] += times
    smallest = statistics.median(waited["/healthz"])
    print(f"{'what':32} {'n':>6} {'p50':>7} {'p95':>7} {'max':>7} {'p50 / healthz':>14}")
    rows = []
    for what, times in sorted(waited.items()):
        if what in ("start", "end"):
            continue
        ordered = sorted(times)
        p50, p95 = statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        rows.append(
            {"what": what, "n": len(ordered), "p50": p50 * 1000, "p95": p95 * 1000, "max": ordered[-1] * 1000}
        )
        print(
            f"{what:32} {len(ordered):6} {p50 * 1000:7.1f} {p95 * 1000:7.1f} {ordered[-1] * 1000:7.1f} "
            f"{p50 / smallest:14.1f}"
        )
    refused = sum(len(person.refused) for person in people)
    print(
        f"{cells} cells saved, {missing} lost, {refused} refused; wanted: p95 under {WANTED:g} ms, none lost"
    )
    out = HERE / "results" / "studio.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"rows": rows, "cells": cells, "lost": missing, "refused": refused}, indent=1))


if __name__ == "__main__":
    main()
