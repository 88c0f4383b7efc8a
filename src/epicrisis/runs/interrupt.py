"""Ctrl-C: the first ends a run cleanly, the second at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While open, the first SIGINT or SIGTERM sets ``requested``; a second one raises KeyboardInterrupt.

    Signals only reach the main thread: opened elsewhere it listens to nothing.
    """

    def __init__(self) -> None:
        self.requested = threading.Event()
        self._at_once = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Inside, the first signal raises: for long work that does not look at ``requested``."""
        self._at_once = True
        try:
            yield
        finally:
            self._at_once = False

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._at_once or self.requested.is_set():
            raise KeyboardInterrupt
        self.requested.set()
