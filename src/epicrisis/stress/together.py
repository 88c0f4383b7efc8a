"""The progress of several runs as that of one."""

from __future__ import annotations

from ..runs.progress import Progress, Tally


class Together:
    """Hears of one run after the other; ``shown`` hears of all of them as one run of ``total`` reports."""

    def __init__(self, shown: Progress, name: str, total: int) -> None:
        self._shown = shown
        self._all = Tally(run_id=name, total=total)
        self._seen = (0, 0, 0)
        self._begun = False

    def begin(self, tally: Tally) -> None:  # noqa: ARG002 - as Progress has it
        self._seen = (0, 0, 0)
        if not self._begun:
            self._begun = True
            self._shown.begin(self._all)
            self._all.start_clock()

    def update(self, tally: Tally) -> None:
        cached, asked, failed = tally.cached, tally.asked, tally.failed
        before = self._seen
        self._seen = (cached, asked, failed)
        for _ in range(cached - before[0]):
            self._all.count_cached(failed=False)
        for _ in range(asked - before[1]):
            self._all.count_asked(failed=False, usage=type(tally.usage)())
        self._all.failed += failed - before[2]
        self._shown.update(self._all)

    def end(self, tally: Tally) -> None:
        self.update(tally)

    def skip(self, reports: int) -> None:
        """A run that need not be asked."""
        for _ in range(reports):
            self._all.count_cached(failed=False)

    def close(self) -> None:
        """After the last run, however it ended."""
        if self._begun:
            self._shown.end(self._all)
