"""An engine that writes only when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import EngineInfo, Message, Reply, Request
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import EngineCancelledError
from epicrisis.extraction import ExtractionOptions
from epicrisis.report import Report
from epicrisis.studio.trying import Asked

TEXT = "MTA links 2, rechts 1. Mogelijk een infarct. Volume 12 ml."
BOOK = Codebook.model_validate(
    {
        "name": "test",
        "languages": ["nl"],
        "variables": [
            {"name": "mta", "kind": "ordinal", "options": [0, 1, 2, 3, 4], "label": {"nl": "MTA"}},
            {"name": "infarct", "kind": "boolean"},
            {"name": "volume", "kind": "quantity", "unit": "mL"},
            {"name": "remark", "kind": "text"},
        ],
    }
)
ANSWER = {
    "mta": {"quote": "MTA links 2", "value": 2},
    "infarct": {"quote": "Mogelijk een infarct", "value": True},
    "volume": {"quote": "Volume 12 ml", "value": "12 mL"},
    "remark": None,
}


class GatedEngine:
    """Writes its answer up to ``let`` characters, and waits there; ``closed`` is set when it is closed."""

    def __init__(self, answer: Any = None, *, error: Exception | None = None) -> None:
        self._engine = ScriptedEngine(default=answer if answer is not None else ANSWER)
        self._news = threading.Condition()
        self._let = 0
        self._error = error
        self.closed = threading.Event()
        self.begun = threading.Event()

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    def let(self, characters: int = 1_000_000) -> None:
        with self._news:
            self._let = characters
            self._news.notify_all()

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        self.begun.set()
        if self._error is not None:
            raise self._error
        reply = self._engine.complete(Request(request.messages, request.schema, max_tokens=100_000))
        for place, character in enumerate(reply.text):
            with self._news:
                while self._let <= place:
                    if cancel is not None and cancel.is_set():
                        raise EngineCancelledError("The request was cancelled.")
                    self._news.wait(0.01)
            if request.on_text is not None:
                request.on_text(character)
        return reply

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return self._engine.count_tokens(messages)

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def gated() -> Callable[..., GatedEngine]:
    """Make an engine that waits."""
    return GatedEngine


@pytest.fixture
def book() -> Codebook:
    return BOOK


@pytest.fixture
def answer() -> dict[str, Any]:
    return dict(ANSWER)


@pytest.fixture
def asked() -> Callable[..., Asked]:
    """What somebody asks to be tried."""

    def asked(engine: str = "one.gguf", text: str = TEXT, **changed: Any) -> Asked:
        parts: dict[str, Any] = {
            "report": Report("report", text),
            "codebook": BOOK,
            "codebook_name": "test",
            "codebook_path": None,
            "engine": engine,
            "engine_label": "an engine",
            "options": ExtractionOptions(second_look=False),
        } | changed
        return Asked(**parts)

    return asked
