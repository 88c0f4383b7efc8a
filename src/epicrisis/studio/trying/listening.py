"""An engine that lets somebody listen, so that extraction need not know of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from ...engines.engine import Engine, EngineInfo, Message, Reply, Request

#: Is told of a request before it is asked, and gives who hears its answer, if anybody.
Hear = Callable[[Request], Callable[[str], None] | None]


class ListeningEngine:
    """Passes requests on to ``engine`` with the listener that ``hear`` gives. Closing it closes nothing."""

    def __init__(self, engine: Engine, hear: Hear) -> None:
        self._engine = engine
        self._hear = hear

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        return self._engine.complete(replace(request, on_text=self._hear(request)), cancel)

    def count_tokens(self, messages: Sequence[Message]) -> int | None:
        return self._engine.count_tokens(messages)

    def close(self) -> None:
        """The engine belongs to who opened it."""
