"""A small codebook, reports, and an extractor that answers from the text without a model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import EngineInfo
from epicrisis.extraction.answer import Answer, Evidence, Extraction, Grade, Status, Usage
from epicrisis.reading import ReportSet, ResolvedColumns
from epicrisis.report import Report
from epicrisis.runs.identity import EngineIdentity
from epicrisis.runs.run import StoredRun
from epicrisis.runs.selection import select
from epicrisis.runs.session import Session, work
from epicrisis.runs.task import Ready, Task

CODEBOOK = Codebook.model_validate(
    {
        "name": "Small Study",
        "variables": [{"name": "words", "kind": "count"}, {"name": "first", "kind": "text"}],
    }
)


class FirstWord:
    """Counts the words of a report and quotes the first one. Remembers which reports it was asked."""

    def __init__(self, trouble: Callable[[Report], Exception | None] | None = None) -> None:
        self.asked: list[str] = []
        self.trouble = trouble
        self.on_ask: Callable[[Report, threading.Event | None], None] | None = None

    def extract(self, report: Report, cancel: threading.Event | None = None) -> Extraction:
        self.asked.append(report.id)
        if self.on_ask is not None:
            self.on_ask(report, cancel)
        error = None if self.trouble is None else self.trouble(report)
        if error is not None:
            raise error
        if not report.text.strip():
            answers = {name: Answer(Status.FAILED, notes=("empty",)) for name in CODEBOOK.names}
            return Extraction(report.id, answers, failure="empty")
        word = report.text.split()[0]
        start = report.text.index(word)
        quote = Evidence(word, start, start + len(word), Grade.EXACT)
        return Extraction(
            report.id,
            {
                "words": Answer(Status.INFERRED, len(report.text.split())),
                "first": Answer(Status.STATED, word, quote, 0.75, ("seen",)),
            },
            Usage(1, 100, 80, 10, 0.5),
        )


class Bench:
    """Everything to work on runs in one folder, with the openings of the engine counted."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "store" / "store.sqlite"
        self.extractor = FirstWord()
        self.parallel = 1
        self.opened = 0
        self.closed = 0
        self.open_error: Exception | None = None

    codebook = CODEBOOK

    @staticmethod
    def reports(count: int, **fields: Any) -> list[Report]:
        return [Report(f"r{n}", f"Report number {n}", **fields) for n in range(count)]

    @property
    def asked(self) -> list[str]:
        return self.extractor.asked

    def run(self, name: str = "latest") -> StoredRun:
        return StoredRun.open(self.store, name)

    def task(self, reports: Sequence[Report], **change: Any) -> Task:
        chosen = select(report_set(reports), limit=change.pop("limit", None), ids=change.pop("ids", None))
        settings: dict[str, Any] = {
            "codebook": CODEBOOK,
            "reports": chosen.reports,
            "total": chosen.survey.reports,
            "source": chosen.source,
            "engine": EngineIdentity("double", "first-word"),
            "prompt_version": "1",
            "options": {"form": "value"},
            "make_ready": self._ready,
        }
        return Task(**{**settings, **change})

    def work(self, reports: Sequence[Report], **options: Any) -> Session:
        """Work through ``reports``; options that are a Task's change the task."""
        names = ("codebook", "engine", "prompt_version", "options", "limit", "ids", "calibration", "notes")
        change = {name: options.pop(name) for name in names if name in options}
        return work(self.task(reports, **change), self.store, **options)

    def _ready(self) -> Ready:
        self.opened += 1
        if self.open_error is not None:
            raise self.open_error
        return Ready(self.extractor, EngineInfo("double", "first-word", parallel=self.parallel), self._close)

    def _close(self) -> None:
        self.closed += 1


def report_set(reports: Iterable[Report]) -> ReportSet:
    kept = list(reports)
    return ReportSet("memory", ResolvedColumns(text=None, id="id"), lambda: iter(kept))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)
