"""Runs whose answers, confidences and gold are known, in the project's own store."""

from __future__ import annotations

import csv
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis import codebook as codebooks
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status, Usage
from epicrisis.extraction.answer import Extraction as Yielded
from epicrisis.report import Report
from epicrisis.runs.manifest import (
    ColumnsRecord,
    EngineRecord,
    Manifest,
    SourceRecord,
    SystemRecord,
    codebook_record,
)
from epicrisis.runs.manifest import Counts as CountsRecord
from epicrisis.runs.store import NewRun, Store
from epicrisis.studio.evaluating.asked import Asked
from epicrisis.studio.evaluating.measuring import evaluation_of
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

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
  - name: size
    kind: quantity
    unit: mm
    definition: Its size.
"""


class Study:
    """``reports`` reports of which ``gold`` have gold; every fourth side and every seventh size is wrong,
    with low confidence."""

    def __init__(self, project: Project, reports: int = 60, gold: int = 48) -> None:
        self.project = project
        self.ids = [f"R/{number:03} <b>" for number in range(reports)]
        self.path = project.shelf("codebooks") / "kidney.yaml"
        self.path.write_text(CODEBOOK, "utf-8")
        self.codebook = codebooks.load(self.path)
        draw = random.Random(3)
        self.truth = {
            one: {
                "side": draw.choice(["left", "right"]),
                "cyst": draw.random() < 0.6,
                "size": draw.randint(3, 40),
            }
            for one in self.ids
        }
        self._made: set[str] = set()
        self.gold = "gold.csv"
        self.write_gold(self.gold, self.ids[:gold])

    def write_gold(self, name: str, ids: list[str], wrong: int = 0) -> None:
        with (self.project.shelf("gold") / name).open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "side", "cyst", "size"])
            for place, one in enumerate(ids):
                true = self.truth[one]
                side = "left" if place < wrong else true["side"]
                rows.writerow([one, side, str(true["cyst"]).lower(), true["size"] if true["cyst"] else ""])

    def run(self, name: str = "kidney-1", every: int = 4, options: dict[str, Any] | None = None) -> str:
        """Add a run; every ``every``-th side is wrong. One that is there already is not made again."""
        if name in self._made and options is None:
            return name
        self._made.add(name)
        manifest = Manifest(
            run=name,
            status="finished",
            created="2026-01-01T00:00:00+00:00",
            codebook=codebook_record(self.codebook, self.path),
            engine=EngineRecord(identity={"kind": "scripted", "model": "by-hand", "digest": "sha256:1"}),
            prompt_version="1",
            options=options or {},
            source=SourceRecord(columns=ColumnsRecord(identity={"id": "id"}, carried=["ward"])),
            counts=CountsRecord(total=len(self.ids), done=len(self.ids)),
            system=SystemRecord(epicrisis="0", python="3", platform="none", packages={}),
        )
        with Store(self.project.store) as store:
            row = store.add_run(
                NewRun(
                    name,
                    name.encode(),
                    manifest.created,
                    "kidney",
                    "by-hand",
                    len(self.ids),
                    manifest.model_dump_json(),
                )
            )
            for place, one in enumerate(self.ids):
                text = (
                    f"Report {one}: a cyst of the {self.truth[one]['side']} kidney. <script>alert(1)</script>"
                )
                report = Report(one, text, metadata={"ward": "A" if place % 2 else "B"})
                digest = bytes.fromhex(report.digest)
                yielded = Yielded(one, self.answers(one, place, every), Usage(1, 100, 80, 10, 0.5))
                key = f"{name}/{one}".encode()
                result = store.add_result(row.number, key, digest, yielded, retryable=False)
                store.add_text(digest, text)
                store.link(row.number, place, report, result)
            store.update_run(row.number, "finished", manifest.created, manifest.model_dump_json())
        return name

    def answers(self, one: str, place: int, every: int) -> dict[str, Answer]:
        true = self.truth[one]
        wrong = place % every == 0
        side = {"left": "right", "right": "left"}[true["side"]] if wrong else true["side"]
        size: Any = {"value": true["size"] + (50 if place % 7 == 0 else 0), "unit": "mm"}
        quote = Evidence("a cyst", 12, 18, Grade.EXACT)
        shaky = 0.45 + (place % 9) / 100
        return {
            "side": Answer(Status.STATED, side, quote, confidence=shaky if wrong else 0.97),
            "cyst": Answer(Status.STATED, true["cyst"], quote, confidence=0.99),
            "size": Answer(Status.STATED, size, quote, confidence=shaky if place % 7 == 0 else 0.9)
            if true["cyst"]
            else Answer(Status.NOT_MENTIONED, confidence=0.8),
        }


@pytest.fixture(scope="session")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose run is measured already: measuring takes seconds."""
    project = Project.at(tmp_path_factory.mktemp("measured") / "study")
    study = Study(project)
    studio = Studio(project, Settings())
    task = evaluation_of(studio, study.run(), Asked(gold="gold.csv")).task
    assert task is not None
    task.join()
    assert task.state == "done", task.problem
    return project.folder


@pytest.fixture
def study(project: Project, measured: Path) -> Study:
    """The run ``kidney-1`` is there, and its evaluation by ``gold.csv``."""
    shutil.copytree(
        measured, project.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("studio.sqlite*")
    )
    study = Study(project)
    study._made.add("kidney-1")
    return study


@pytest.fixture
def evaluated() -> Callable[..., dict[str, Any]]:
    """``evaluated(client, address)``: ask the API until it is there."""

    def ask(client: Any, address: str) -> dict[str, Any]:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            answer = client.get(address)
            assert answer.status_code == 200, answer.text
            found: dict[str, Any] = answer.json()
            if found["state"] != "working":
                return found
            time.sleep(0.05)
        raise AssertionError("it never came")

    return ask
