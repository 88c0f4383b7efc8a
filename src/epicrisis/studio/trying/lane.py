"""Tries that wait for each other, and the one engine that is kept open for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from ...adapter import Adapter
from ...engines.engine import Engine
from ...errors import EngineCancelledError, EngineTimeoutError
from .attempt import Attempt

logger = logging.getLogger(__name__)

#: Opens the engine at an address, with an adapter or without.
OpenEngine = Callable[[str, Adapter | None], Engine]

#: How long the end of the studio waits for a try that was cancelled, in seconds.
_PATIENCE = 20.0


class Lane:
    """Works on one try after the other, in a thread of its own.

    The engine of the last try stays open until one with another address or adapter comes, or for ``idle``
    seconds.
    """

    def __init__(self, open_engine: OpenEngine, idle: float) -> None:
        self._open_engine = open_engine
        self._idle = idle
        self._news = threading.Condition()
        self._waiting: list[Attempt] = []
        self._current: Attempt | None = None
        self._closed = False
        self._address: str | None = None
        self._adapter: str | None = None
        self._engine: Engine | None = None
        self._thread = threading.Thread(target=self._work, name="epicrisis-try", daemon=True)
        self._thread.start()

    @property
    def open_address(self) -> str | None:
        """The address of the engine that is open."""
        return self._address

    def add(self, attempt: Attempt) -> None:
        with self._news:
            self._waiting.append(attempt)
            self._news.notify_all()

    def before(self, attempt: Attempt) -> int:
        """How many tries come before this one."""
        with self._news:
            if attempt not in self._waiting:
                return 0
            return self._waiting.index(attempt) + (self._current is not None)

    def remove(self, attempt: Attempt) -> None:
        """Do not begin it, if it has not begun."""
        with self._news:
            if attempt in self._waiting:
                self._waiting.remove(attempt)

    def close(self) -> None:
        """Cancel what is left and close the engine; returns when that is done, or does not get done."""
        with self._news:
            self._closed = True
            for attempt in [*self._waiting, *([self._current] if self._current else [])]:
                attempt.stop()
            self._waiting.clear()
            self._news.notify_all()
        self._thread.join(_PATIENCE)

    def _work(self) -> None:
        while (attempt := self._next()) is not None:
            try:
                self._try(attempt)
            finally:
                with self._news:
                    self._current = None
        self._close_engine()

    def _next(self) -> Attempt | None:
        """The next try; none once the lane is closed. The engine is closed when none comes for long."""
        while True:
            with self._news:
                idle = self._idle if self._engine is not None else None
                self._news.wait_for(lambda: bool(self._waiting) or self._closed, idle)
                if self._closed:
                    return None
                if self._waiting:
                    self._current = self._waiting.pop(0)
                    return self._current
            self._close_engine()

    def _try(self, attempt: Attempt) -> None:
        adapter = None if attempt.adapter is None else attempt.adapter.digest
        other = self._engine is None or (self._address, self._adapter) != (attempt.address, adapter)
        attempt.begin(opening=other)
        try:
            if attempt.cancel.is_set():
                raise EngineCancelledError("The try was cancelled.")
            if other:
                self._close_engine()
                self._engine = self._open_engine(attempt.address, attempt.adapter)
                self._address, self._adapter = attempt.address, adapter
            assert self._engine is not None
            attempt.work(self._engine)
        except Exception as error:
            if not isinstance(error, (EngineCancelledError, EngineTimeoutError)):
                # Whatever is wrong with it: the next try gets a fresh one.
                self._close_engine()
            attempt.fail(error)

    def _close_engine(self) -> None:
        engine, self._engine, self._address = self._engine, None, None
        if engine is not None:
            try:
                engine.close()
            except Exception as error:
                logger.error("unforeseen %s while an engine was closed", type(error).__name__)
