"""An engine that is opened when it is first needed: a run whose answers are known loads no model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ..engines.engine import Engine, EngineInfo, Message, Reply, Request


class DeferredEngine:
    """Stands in for an engine until someone asks it something."""

    def __init__(self, open_engine: Callable[[], Engine]) -> None:
        self._open = open_engine
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine itself, opened at the first call. Raises what opening it raises."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
            return self._engine

    @property
    def info(self) -> EngineInfo:
        return self.engine.info

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        return self.engine.complete(request, cancel)

    def count_tokens(self, messages: Sequence[Message]) -> int | None:
        return self.engine.count_tokens(messages)

    def close(self) -> None:
        """Close the engine if it was opened; it opens anew when it is needed again."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
