"""The tally of a run, and how it is shown."""

from __future__ import annotations

import io

import pytest

from epicrisis.engines.store import Progress as Fetch
from epicrisis.extraction.answer import Usage
from epicrisis.runs.display import BarDisplay, LineDisplay, display, duration, state
from epicrisis.runs.progress import WINDOW, Tally


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tally(clock: Clock) -> Tally:
    return Tally("run-1", 100, clock=clock)


def ask(tally: Tally, clock: Clock, times: int, seconds: float) -> None:
    tally.start_clock()
    for _ in range(times):
        clock.now += seconds
        tally.count_asked(False, Usage(1, 10, 5, 2, seconds))


def test_the_time_left_follows_the_last_reports(tally: Tally, clock: Clock) -> None:
    assert tally.eta is None
    ask(tally, clock, 10, 2.0)
    assert tally.eta == pytest.approx(90 * 2.0)
    ask(tally, clock, WINDOW, 1.0)
    assert tally.eta == pytest.approx(40 * 1.0)


def test_the_time_left_runs_down_between_reports(tally: Tally, clock: Clock) -> None:
    ask(tally, clock, 10, 2.0)
    clock.now += 5
    assert tally.eta == pytest.approx(175)
    clock.now += 10_000
    assert tally.eta == 0


def test_known_reports_do_not_flatter_the_pace(tally: Tally, clock: Clock) -> None:
    for _ in range(50):
        tally.count_cached(False)
    ask(tally, clock, 5, 4.0)
    assert tally.eta == pytest.approx(45 * 4.0)
    assert (tally.done, tally.cached, tally.asked, tally.tokens) == (55, 50, 5, 60)


def test_the_state_in_words(tally: Tally, clock: Clock) -> None:
    assert state(tally) == "0/100"
    tally.count_cached(True)
    ask(tally, clock, 2, 10.0)
    assert state(tally) == "3/100, 1 failed, 1 known, 10.0 s/report, 16:10 left"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(9.2, "0:09"), (458, "7:38"), (7500, "2:05:00"), (3 * 86400 + 7200, "3 days 2 h")],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_outside_a_terminal_there_is_a_line_now_and_then(tally: Tally, clock: Clock) -> None:
    stream = io.StringIO()
    lines = LineDisplay(stream, clock)
    lines.begin(tally)
    for _ in range(100):
        ask(tally, clock, 1, 1.0)
        lines.update(tally)
    lines.end(tally)
    written = stream.getvalue().splitlines()
    assert written[0] == "run-1: 100 reports"
    assert written[-1] == "run-1: 100/100"
    assert 5 <= len(written) <= 10
    assert isinstance(display(stream), LineDisplay)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_in_a_terminal_there_is_a_bar(tally: Tally, clock: Clock, colours: None) -> None:
    stream = Terminal()
    bar = display(stream)
    assert isinstance(bar, BarDisplay)
    bar.fetching(Fetch("a-model", 50_000_000, 100_000_000, "somewhere"))
    bar.fetching(Fetch("a-model", 100_000_000, 100_000_000, "somewhere"))
    bar.begin(tally)
    ask(tally, clock, 100, 1.0)
    bar.update(tally)
    bar.end(tally)
    bar.close()
    written = stream.getvalue()
    assert "Fetching a-model" in written
    assert "100/100" in written


def test_fetching_is_told_once_per_model_outside_a_terminal(clock: Clock) -> None:
    stream = io.StringIO()
    lines = LineDisplay(stream, clock)
    for done in range(100):
        clock.now += 1
        lines.fetching(Fetch("a-model", done * 1_000_000, 100_000_000, "somewhere"))
    written = stream.getvalue().splitlines()
    assert written[0] == "fetching a-model from somewhere"
    assert written[-1].endswith("/100 MB")
    assert len(written) < 10
