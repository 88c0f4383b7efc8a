"""Runs put into a project's store without a model, whatever their answers are to be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from epicrisis.api import Run
from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Answer, Evidence, Extraction, Grade, Status
from epicrisis.report import Report
from epicrisis.runs.manifest import (
    CodebookRecord,
    ColumnsRecord,
    EngineRecord,
    Manifest,
    SessionRecord,
    SourceRecord,
    SystemRecord,
)
from epicrisis.runs.store import NewRun, Store
from epicrisis.studio.project import Project

CODEBOOK = Codebook.model_validate(
    {
        "name": "lungs",
        "variables": [
            {
                "name": "nodule",
                "kind": "boolean",
                "label": {"en": "Nodule", "nl": "Haard"},
                "section": "Finding",
            },
            {"name": "side", "kind": "category", "options": ["left", "right"], "section": "Finding"},
            {"name": "grade", "kind": "ordinal", "options": ["low", "middle", "high"]},
            {"name": "nodes", "kind": "count"},
            {"name": "size", "kind": "quantity", "unit": "mm", "units": ["cm"]},
            {"name": "seen", "kind": "date"},
            {"name": "words", "kind": "text"},
            {"name": "drugs", "kind": "spans", "options": ["drug"]},
            {
                "name": "lesions",
                "kind": "group",
                "variables": [{"name": "site", "kind": "text"}, {"name": "width", "kind": "count"}],
            },
        ],
    }
)


@dataclass
class Given:
    """A report and what it is to yield."""

    id: str
    answers: dict[str, Answer] = field(default_factory=dict)
    patient: str | None = None
    date: str | None = None
    text: str = "No text."
    failure: str | None = None
    reasoning: str | None = None


class Kept:
    """A run in a store, which can be added to."""

    def __init__(self, project: Project, codebook: Codebook, name: str, keeps_text: bool, total: int) -> None:
        self.project, self.codebook, self.keeps_text = project, codebook, keeps_text
        self.manifest = Manifest(
            run=name,
            status="running",
            created="2026-01-02T03:04:05+00:00",
            codebook=CodebookRecord(
                name=codebook.name,
                version="1",
                digest=codebook.digest,
                content=codebook.model_dump(mode="json"),
            ),
            engine=EngineRecord(identity={"kind": "scripted", "model": "scripted"}),
            prompt_version="1",
            options={},
            source=SourceRecord(
                columns=ColumnsRecord(identity={"id": "id", "patient": "patient", "date": "date"})
            ),
            keeps_text=keeps_text,
            system=SystemRecord(epicrisis="0", python="3", platform="x", packages={}),
        )
        with Store(project.store) as store:
            new = NewRun(
                name, name.encode(), self.manifest.created, codebook.name, "scripted", total, self._document()
            )
            self.number = store.add_run(new).number
        self.run = Run(project.store, name)

    def add(self, given: Iterable[Given], first: int = 0) -> Kept:
        with Store(self.project.store) as store:
            store.begin()
            for seq, one in enumerate(given, first):
                digest = hashlib.sha256(one.text.encode()).digest()
                if self.keeps_text:
                    store.add_text(digest, one.text)
                extraction = Extraction(one.id, one.answers, failure=one.failure, reasoning=one.reasoning)
                result = store.add_result(self.number, digest, digest, extraction, False)
                report = Report(one.id, one.text, patient=one.patient, date=one.date)
                store.link(self.number, seq, report, result)
            store.commit()
        return self

    def end(self, **changed: Any) -> Kept:
        """A session of it ends."""
        self.manifest = self.manifest.model_copy(update={"status": "finished"} | changed)
        self.manifest.sessions.append(SessionRecord(started="2026-01-02T03:04:05+00:00"))
        with Store(self.project.store) as store:
            store.update_run(self.number, "finished", "2026-01-02T03:05:05+00:00", self._document())
        return self

    def _document(self) -> str:
        return self.manifest.model_dump_json()


def _stated(value: Any, confidence: float | None = 0.9, quote: str = "", start: int = 0) -> Answer:
    evidence = Evidence(quote, start, start + len(quote), Grade.EXACT) if quote else None
    return Answer(Status.STATED, value, evidence, confidence)


@pytest.fixture
def stated() -> Callable[..., Answer]:
    """``stated(value, confidence, quote, start)``: an answer."""
    return _stated


@pytest.fixture
def codebook() -> Codebook:
    """One variable of every kind."""
    return CODEBOOK


@pytest.fixture
def given() -> type[Given]:
    return Given


@pytest.fixture
def begin(project: Project) -> Callable[..., Kept]:
    """``begin("run")``: a run under way, to add reports to."""

    home = project

    def begin(
        name: str = "lungs-1",
        codebook: Codebook = CODEBOOK,
        keeps_text: bool = True,
        total: int = 10,
        project: Project | None = None,
    ) -> Kept:
        return Kept(project or home, codebook, name, keeps_text, total)

    return begin


@pytest.fixture
def small(begin: Callable[..., Kept]) -> Kept:
    """Three patients, seven reports, a failed one, and a text that is also a script."""

    def millimetres(value: float, confidence: float) -> Answer:
        return _stated({"value": value, "unit": "mm"}, confidence)

    centimetres = _stated({"value": 1.2, "unit": "cm"}, 0.6, "1.2 cm", 7)
    hedged = Answer(Status.UNCERTAIN, False, None, 0.5, ("breaks the rule: size",))
    script = "<script>alert(1)</script>"
    one = {"nodule": _stated(True, 0.95, "Nodule", 0), "size": centimetres, "side": _stated("left", 0.4)}
    two = {"nodule": _stated(True, 0.8), "size": millimetres(15.0, 0.7), "side": _stated("right", 0.9)}
    three = {"nodule": hedged, "side": Answer(Status.NOT_MENTIONED)}
    four = {"nodule": _stated(False, 0.99), "words": _stated(script, 0.3, script)}
    reports = [
        Given("R-1", one, "P-1", "2024-01-05", "Nodule 1.2 cm on the left."),
        Given("R-2", two, "P-1", "2024-03-01", "It grew to 15 mm."),
        Given("R-10", three, "P-1", None, "Perhaps nothing."),
        Given("R-9", four, "P-2", "05-02-2024", script, reasoning="It says <b>script</b>."),
        Given("R/ä ?&=<x>", {"nodule": _stated(True, None), "nodes": _stated(3, 0.2)}, "P <2>", "2023"),
        Given("R-11", patient="P-2", date="2024-05-01", failure="too long: 9000 tokens, 8192 fit"),
        Given("R-12", {"nodule": Answer(Status.FAILED, notes=("out of range",))}),
    ]
    return begin(total=7).add(reports).end()
