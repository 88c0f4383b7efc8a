"""Progress for people, on stderr: a bar with an ETA in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

from ..engines.store import Progress as Fetch
from .progress import Progress, Tally

if TYPE_CHECKING:
    from rich.progress import TaskID

#: Seconds between two drawings of the bar, and between two lines.
_BAR_SECONDS = 0.1
_LINE_SECONDS = 15.0


class Display(Progress, Protocol):
    """Shows how a run goes, and before it how the fetching of a model goes."""

    def fetching(self, fetch: Fetch) -> None: ...

    def close(self) -> None:
        """Leave the terminal as it was, however things ended. Closing twice is harmless."""
        ...


def display(stream: TextIO | None = None) -> Display:
    """What suits ``stream`` (stderr): a bar in a terminal, else lines."""
    stream = stream or sys.stderr
    return BarDisplay(stream) if stream.isatty() else LineDisplay(stream)


class LineDisplay:
    """A line at the start, every quarter of a minute, and at the end."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._last = 0.0
        self._fetched: str | None = None

    def begin(self, tally: Tally) -> None:
        self._say(f"{tally.run_id}: {tally.total:,} {_reports(tally.total)}")

    def update(self, tally: Tally) -> None:
        if self._clock() - self._last >= _LINE_SECONDS:
            self._say(f"{tally.run_id}: {state(tally)}")

    def end(self, tally: Tally) -> None:
        self._say(f"{tally.run_id}: {state(tally)}")

    def fetching(self, fetch: Fetch) -> None:
        if fetch.name != self._fetched:
            self._fetched = fetch.name
            self._say(f"fetching {fetch.name} from {fetch.source}")
        elif self._clock() - self._last >= _LINE_SECONDS:
            self._say(f"fetching {fetch.name}: {size(fetch)}")

    def close(self) -> None:
        """Lines need no tidying up."""

    def _say(self, line: str) -> None:
        self._last = self._clock()
        self._stream.write(line + "\n")
        self._stream.flush()


class BarDisplay:
    """A bar, redrawn ten times a second at most."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Bars
        from rich.progress import Task as Bar
        from rich.text import Text

        class State(ProgressColumn):
            """What the numbers say at the moment of drawing, so that the time left counts down."""

            max_refresh = 0.5

            def render(self, task: Bar) -> Text:
                return Text(task.fields["state"]())

        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            State(),
            console=Console(file=stream),
            transient=True,
        )
        self._fetch: tuple[TaskID, str] | None = None
        self._fetch_news: Fetch | None = None
        self._run: TaskID | None = None
        self._drawn = 0.0

    def begin(self, tally: Tally) -> None:
        self._run = self._bars.add_task("Reports", total=tally.total, state=lambda: state(tally))
        self._bars.start()

    def update(self, tally: Tally) -> None:
        now = time.monotonic()
        if self._run is not None and now - self._drawn >= _BAR_SECONDS:
            self._drawn = now
            self._bars.update(self._run, completed=tally.done)

    def end(self, tally: Tally) -> None:
        if self._run is not None:
            self._bars.update(self._run, completed=tally.done)
        self._bars.stop()

    def fetching(self, fetch: Fetch) -> None:
        self._fetch_news = fetch
        if self._fetch is None or self._fetch[1] != fetch.name:
            bar = self._bars.add_task(f"Fetching {fetch.name}", total=fetch.total, state=self._fetch_state)
            self._fetch = (bar, fetch.name)
            self._bars.start()
        here = fetch.total is not None and fetch.done >= fetch.total
        self._bars.update(self._fetch[0], completed=fetch.done, total=fetch.total, visible=not here)

    def close(self) -> None:
        self._bars.stop()

    def _fetch_state(self) -> str:
        return "" if self._fetch_news is None else size(self._fetch_news)


def state(tally: Tally) -> str:
    """The state of a run in words: ``12/100, 1 failed, 3 known, 5.2 s/report, 7:38 left``."""
    parts = [f"{tally.done:,}/{tally.total:,}"]
    if tally.failed:
        parts.append(f"{tally.failed:,} failed")
    if tally.cached:
        parts.append(f"{tally.cached:,} known")
    pace, left = tally.seconds_per_report, tally.eta
    if pace is not None and left is not None and tally.done < tally.total:
        parts.append(f"{pace:.1f} s/report" if pace >= 0.05 else f"{1 / max(pace, 1e-6):,.0f} reports/s")
        parts.append(f"{duration(left)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """``0:09``, ``7:38``, ``2:05:00``; from two days on, days and hours."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days {hours % 24} h"
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def size(fetch: Fetch) -> str:
    """Megabytes done, of how many."""
    done = f"{fetch.done / 1e6:,.0f}"
    return f"{done} MB" if fetch.total is None else f"{done}/{fetch.total / 1e6:,.0f} MB"


def _reports(count: int) -> str:
    return "report" if count == 1 else "reports"
