"""Between a run at work and its job: progress goes out, what people want comes in."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import Any

from ...engines.store import Progress as Fetch
from ...errors import StoreError
from ...runs.progress import Tally
from ..web.refusals import Refused
from .job import JobProgress
from .queue import Queue

logger = logging.getLogger(__name__)

#: Seconds between two looks at what is wanted, at which news are written too.
EVERY = 0.3


class Watch:
    """A thread beside the run that writes its progress and reads what its job is asked to do.

    The run itself never waits for this. When something is wanted, the process interrupts itself as Ctrl-C
    does, once; ``asked`` tells what for.
    """

    def __init__(self, jobs: Queue[Any], job_id: str) -> None:
        self.asked: str | None = None
        self.run: str | None = None
        self.notes: list[str] = []
        self._jobs = jobs
        self._job_id = job_id
        self._tally: Tally | None = None
        self._fetch: Fetch | None = None
        self._told: str | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="epicrisis-watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No interruption comes after this."""
        self._over.set()
        self._thread.join()

    # What the run calls

    def begin(self, tally: Tally) -> None:
        self.run = tally.run_id
        self.update(tally)

    def update(self, tally: Tally) -> None:
        self._tally = tally
        self._fetch = None

    def end(self, tally: Tally) -> None:
        self.update(tally)

    def fetching(self, fetch: Fetch) -> None:
        self._fetch = fetch

    def progress(self) -> JobProgress:
        """How far it is now."""
        tally, fetch = self._tally, self._fetch
        found = JobProgress(notes=self.notes) if tally is None else JobProgress.of(tally, self.notes)
        if fetch is not None:
            found = found.model_copy(update={"phase": "fetching", "fetched": fetch.done, "size": fetch.total})
        return found

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            wanted = self._exchanged()
            if wanted is not None and self.asked is None and not self._over.is_set():
                self.asked = wanted
                interrupt()

    def _exchanged(self) -> str | None:
        progress = self.progress()
        news = progress.model_dump_json(exclude={"eta", "at"})
        try:
            if news == self._told:
                return self._jobs.wanted(self._job_id)
            wanted = self._jobs.tell(self._job_id, progress, self.run)
        except (StoreError, Refused) as error:
            # Progress is for those who watch; the run goes on, and the next look may succeed.
            logger.debug("progress could not be written: %s", type(error).__name__)
            return None
        self._told = news
        return wanted


def interrupt() -> None:
    """What Ctrl-C does, to this process."""
    if sys.platform == "win32":
        import _thread

        _thread.interrupt_main()
    else:
        os.kill(os.getpid(), signal.SIGINT)
