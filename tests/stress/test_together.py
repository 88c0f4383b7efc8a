"""Several runs shown as one."""

from __future__ import annotations

from epicrisis.extraction.answer import Usage
from epicrisis.runs.progress import Tally
from epicrisis.stress.together import Together


class Shown:
    def __init__(self) -> None:
        self.events: list[tuple[str, int, int, int, int]] = []

    def begin(self, tally: Tally) -> None:
        self._note("begin", tally)

    def update(self, tally: Tally) -> None:
        self._note("update", tally)

    def end(self, tally: Tally) -> None:
        self._note("end", tally)

    def _note(self, what: str, tally: Tally) -> None:
        self.events.append((what, tally.total, tally.done, tally.cached, tally.failed))


def test_one_bar_for_all_runs() -> None:
    shown = Shown()
    together = Together(shown, "stress", 6)
    for run in ("a", "b"):
        tally = Tally(run, 3)
        together.begin(tally)
        tally.count_cached(failed=False)
        together.update(tally)
        tally.count_asked(failed=True, usage=Usage())
        tally.count_asked(failed=False, usage=Usage())
        together.update(tally)
        together.end(tally)
    together.close()
    assert [event[0] for event in shown.events].count("begin") == 1
    assert [event[0] for event in shown.events].count("end") == 1
    assert shown.events[0] == ("begin", 6, 0, 0, 0)
    assert ("update", 6, 3, 1, 1) in shown.events
    assert shown.events[-1] == ("end", 6, 6, 2, 2)


def test_nothing_begun_is_nothing_shown() -> None:
    shown = Shown()
    Together(shown, "stress", 6).close()
    assert shown.events == []
