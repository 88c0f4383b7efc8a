"""Threads that ask: reports go in, extractions or errors come out, in order of completion."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import Protocol

from ..errors import EngineCancelledError
from ..extraction.answer import Extraction
from ..report import Report

#: Waiting wakes this often (seconds), so that signals are handled where waiting cannot be broken off.
_WAKE = 0.5


class ReportExtractor(Protocol):
    """One report in, one extraction out. Called from several threads at once."""

    def extract(self, report: Report, cancel: threading.Event | None = None) -> Extraction: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What asking about one report came to: an extraction, or the error instead of it."""

    key: bytes
    report: Report
    extraction: Extraction | None = None
    error: Exception | None = None


class Workers:
    """``count`` threads around one extractor. Every report asked yields one outcome.

    Once ``cancel`` is set, what is queued is not begun and what is under way is taken back.
    The threads are daemons: a process that must end does not wait for a model that does not listen.
    """

    def __init__(self, extractor: ReportExtractor, count: int, cancel: threading.Event) -> None:
        self._extractor = extractor
        self._cancel = cancel
        self._jobs: queue.SimpleQueue[tuple[bytes, Report] | None] = queue.SimpleQueue()
        self._outcomes: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"epicrisis-{n}", daemon=True) for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, key: bytes, report: Report) -> None:
        self._jobs.put((key, report))

    def ready(self) -> Outcome | None:
        """An outcome that is there already."""
        try:
            return self._outcomes.get_nowait()
        except queue.Empty:
            return None

    def wait(self) -> Outcome:
        """The next outcome."""
        while True:
            try:
                return self._outcomes.get(timeout=_WAKE)
            except queue.Empty:
                continue

    def stop(self) -> None:
        """Let the threads end once their queue is empty."""
        for _ in self._threads:
            self._jobs.put(None)

    def join(self) -> None:
        """Wait until the threads have ended."""
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._outcomes.put(self._ask(*job))

    def _ask(self, key: bytes, report: Report) -> Outcome:
        if self._cancel.is_set():
            return Outcome(key, report, error=EngineCancelledError("Taken back before it was asked."))
        try:
            return Outcome(key, report, extraction=self._extractor.extract(report, self._cancel))
        except Exception as error:
            return Outcome(key, report, error=error)
