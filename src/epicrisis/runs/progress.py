"""How far a run is, and when it will be done."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from ..extraction.answer import Usage

#: Reports the moving average looks back on. Enough to smooth, few enough to follow a change of pace.
WINDOW = 50


@dataclass(slots=True)
class Tally:
    """The state of a run under way, in reports.

    ``done`` counts all that have a result, ``failed`` those among them that failed, ``cached`` those
    whose result was there already. ``usage`` is what this call has asked for.
    """

    run_id: str
    total: int
    done: int = 0
    failed: int = 0
    cached: int = 0
    usage: Usage = field(default_factory=Usage)
    clock: Callable[[], float] = time.monotonic
    _ends: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW + 1))

    @property
    def asked(self) -> int:
        return self.done - self.cached

    @property
    def tokens(self) -> int:
        """Tokens read and written by the model, cached ones included."""
        return self.usage.prompt_tokens + self.usage.completion_tokens

    def start_clock(self) -> None:
        """Call when the first report is asked: the average counts from here."""
        if not self._ends:
            self._ends.append(self.clock())

    def count_cached(self, failed: bool) -> None:
        self.done += 1
        self.cached += 1
        self.failed += failed

    def count_asked(self, failed: bool, usage: Usage) -> None:
        self.done += 1
        self.failed += failed
        self.usage = self.usage + usage
        self._ends.append(self.clock())

    @property
    def seconds_per_report(self) -> float | None:
        """Moving average of the last reports asked; ``None`` before the first is done."""
        if len(self._ends) < 2:
            return None
        return (self._ends[-1] - self._ends[0]) / (len(self._ends) - 1)

    @property
    def eta(self) -> float | None:
        """Seconds until the run is done if the remaining reports must all be asked."""
        pace = self.seconds_per_report
        if pace is None:
            return None
        left = (self.total - self.done) * pace - (self.clock() - self._ends[-1])
        return max(0.0, left)


class Progress(Protocol):
    """Hears how a run goes. Called from the thread that runs it; return quickly."""

    def begin(self, tally: Tally) -> None: ...

    def update(self, tally: Tally) -> None: ...

    def end(self, tally: Tally) -> None: ...


class NoProgress:
    """Says nothing."""

    def begin(self, tally: Tally) -> None:
        pass

    def update(self, tally: Tally) -> None:
        pass

    def end(self, tally: Tally) -> None:
        pass
