"""One try: what was asked, how far it is, and what came of it. It lives in memory only."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...adapter import Adapter
from ...codebook.codebook import Codebook
from ...engines.engine import Engine
from ...errors import EngineCancelledError, EpicrisisError
from ...extraction import ExtractionOptions
from ...extraction.answer import Answer, Extraction
from ...extraction.calibration import Asking
from ...extraction.extractor import Extractor
from ...report import Report
from ...runs.calibrating import choose
from ..web.refusals import Refusal
from .arriving import Arriving, Phase
from .listening import ListeningEngine

logger = logging.getLogger(__name__)

AttemptStatus = Literal["queued", "running", "finished", "failed", "cancelled"]
OVER: tuple[AttemptStatus, ...] = ("finished", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Asked:
    """``codebook_name`` and ``report_set`` are names in the project; no set where the text was typed.
    ``engine`` is an address, ``engine_label`` what people call it."""

    report: Report
    codebook: Codebook
    codebook_name: str
    codebook_path: Path | None
    engine: str
    engine_label: str
    options: ExtractionOptions
    report_set: str | None = None


class Attempt:
    """A try of one person. Any thread may read it; ``version`` grows with every change.

    Times are in seconds: ``seconds`` since the engine was turned to, or how long that took in all.
    """

    def __init__(self, person: str, asked: Asked) -> None:
        self.id = secrets.token_urlsafe(9)
        self.person = person
        self.asked = asked
        self.cancel = threading.Event()
        self.seen = time.monotonic()
        self.status: AttemptStatus = "queued"
        #: Whether the model had to be loaded first.
        self.opening = False
        self.opened = False
        self.version = 0
        self.error: Refusal | None = None
        self.extraction: Extraction | None = None
        self.notes: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._began: float | None = None
        self._ended: float | None = None
        self._arriving = Arriving(asked.codebook, asked.options, asked.report, self._changed)

    @property
    def address(self) -> str:
        return self.asked.engine

    @property
    def adapter(self) -> Adapter | None:
        return self.asked.options.adapter

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def phase(self) -> Phase:
        return self._arriving.phase

    @property
    def answers(self) -> Mapping[str, Answer]:
        """The final answers, or those that have arrived."""
        return self._arriving.answers if self.extraction is None else self.extraction.answers

    @property
    def seconds(self) -> float:
        if self._began is None:
            return 0.0
        return (time.monotonic() if self._ended is None else self._ended) - self._began

    def begin(self, *, opening: bool) -> None:
        """It is this one's turn; ``opening``: the engine is being opened for it."""
        with self._lock:
            if self.status == "queued":
                self.status, self._began = "running", time.monotonic()
                self.opening = self.opened = opening
                self.version += 1

    def work(self, engine: Engine) -> None:
        """Ask. Raises EngineError where the engine failed."""
        self.opening = False
        self._changed()
        asked = self.asked
        extractor = Extractor(asked.codebook, ListeningEngine(engine, self._arriving.hear), asked.options)
        extraction = extractor.extract(asked.report, self.cancel)
        info = engine.info
        asking = Asking.of(info.model, info.digest, extractor.prompt_version, asked.options.as_dict())
        chosen = choose(True, asked.codebook, asked.codebook_path, asking)
        if chosen.calibration is not None:
            extraction = chosen.calibration.applied(extraction)
        self.extraction, self.notes = extraction, chosen.notes
        self._end("finished" if extraction.failure is None else "failed")

    def fail(self, error: Exception) -> None:
        """It ended with an error, or was cancelled."""
        if isinstance(error, EngineCancelledError) or self.cancel.is_set():
            self._end("cancelled")
            return
        if isinstance(error, EpicrisisError):
            self.error = Refusal(code=error.code, message=error.message, hint=error.hint or "")
        else:
            # The message of an unforeseen error may quote the report; its type cannot.
            logger.error("unforeseen %s in a try", type(error).__name__)
            self.error = Refusal(
                code="unforeseen",
                message=f"Something went wrong inside the studio ({type(error).__name__}).",
                hint="Try again, or with another engine.",
            )
        self._end("failed")

    def stop(self) -> None:
        """Take it back: at once while it waits, else as soon as the engine hears of it."""
        self.cancel.set()
        if self.status == "queued":
            self._end("cancelled")

    def _end(self, status: AttemptStatus) -> None:
        with self._lock:
            if not self.over:
                self.status, self.opening = status, False
                self._ended = self.seen = time.monotonic()
                self.version += 1

    def _changed(self) -> None:
        with self._lock:
            self.version += 1
