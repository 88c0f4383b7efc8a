"""When to try again, and how long to wait before."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

#: Waits that many seconds, less if the event is set.
Pause = Callable[[float, threading.Event | None], None]


def pause(seconds: float, cancel: threading.Event | None) -> None:
    """Wait; return early once ``cancel`` is set."""
    if cancel is None:
        time.sleep(seconds)
    else:
        cancel.wait(seconds)


class Backoff:
    """Exponential backoff with full jitter, repeatable from its seed.

    Before try ``n`` (from 1) it waits a uniform share of ``min(cap, base * 2**n)`` seconds, so that many
    clients that failed together do not come back together.
    """

    def __init__(
        self,
        tries: int = 5,
        *,
        base: float = 0.5,
        cap: float = 30.0,
        seed: int = 0,
        pause: Pause = pause,
    ) -> None:
        self.tries = max(1, tries)
        self.base = base
        self.cap = cap
        self.pause = pause
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def delay(self, attempt: int, retry_after: str | None = None) -> float:
        """Seconds to wait after failed attempt number ``attempt`` (from 1).

        A server's ``Retry-After`` (seconds or an HTTP date) is a lower bound, believed up to two minutes.
        """
        with self._lock:
            share = self._random.random()
        own = share * min(self.cap, self.base * 2.0**attempt)
        return max(own, min(asked_for(retry_after), 120.0))


def asked_for(retry_after: str | None) -> float:
    """The seconds a ``Retry-After`` header asks for (RFC 9110, 10.2.3); 0 if it asks for nothing."""
    if not retry_after:
        return 0.0
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError):
        return 0.0
