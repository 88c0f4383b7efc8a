"""Many reports: ask what is not known yet, keep every result as it comes, stop in good order."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Sequence

from ..errors import EngineCancelledError, EngineError, EpicrisisError, RunStoppedError
from ..extraction.answer import Answer, Extraction, Status
from ..report import Report
from .identity import Keys
from .interrupt import Interrupts
from .progress import Progress, Tally
from .store import RunRow, Store
from .task import Ready
from .workers import Outcome, Workers

logger = logging.getLogger(__name__)

#: Reports in a row that may fail in the engine before the run stops.
MAX_FAILURES = 5
#: Reports known already are written in batches of this size: a crash loses nothing that was asked.
_BATCH = 500


class Executor:
    """One pass over the reports of a run.

    ``make_ready`` opens the engine; it is called when the first report must be asked, so a run whose
    answers are all known loads no model. ``variables`` are the names a failed report gets answers for.
    """

    def __init__(
        self,
        store: Store,
        run: RunRow,
        keys: Keys,
        make_ready: Callable[[], Ready],
        variables: Sequence[str],
        tally: Tally,
        progress: Progress,
        *,
        keep_text: bool = True,
        max_failures: int = MAX_FAILURES,
    ) -> None:
        self._store = store
        self._run = run
        self._keys = keys
        self._make_ready = make_ready
        self._variables = variables
        self._tally = tally
        self._progress = progress
        self._keep_text = keep_text
        self._max_failures = max_failures
        self._workers: Workers | None = None
        self._parallel = 1
        # Reports that are being asked, by key: the same text under two ids is asked once.
        self._waiting: dict[bytes, list[tuple[int, Report]]] = {}
        self._unwritten = 0
        # Reports that this pass began or saw and left without a result.
        self._untouched = 0
        self._interrupts = Interrupts()
        self._cancel = self._interrupts.requested
        self._failures_in_a_row = 0
        self._stop_reason: str | None = None

    def execute(self, reports: Iterable[Report]) -> bool:
        """Go through the reports; True when all are done, False when the user interrupted.

        Raises RunStoppedError after too many engine failures in a row, and whatever ``make_ready``, the
        reports or the store raise. What was done until then is kept in every case.
        """
        with self._interrupts:
            try:
                for seq, report in enumerate(reports):
                    if self._cancel.is_set():
                        self._untouched += 1
                        break
                    self._take(seq, report)
                self._drain()
                self._commit()
            except BaseException:
                self._store.rollback()
                raise
            finally:
                self._cancel.set()
                if self._workers is not None:
                    self._workers.stop()
        if self._stop_reason is not None:
            raise self._stopped()
        return self._untouched == 0

    def _take(self, seq: int, report: Report) -> None:
        digest = bytes.fromhex(report.digest)
        key = self._keys.key(digest)
        if key in self._waiting:
            self._waiting[key].append((seq, report))
            return
        found = self._store.find(key, self._run.reuse_after)
        if found is not None:
            self._link_known(seq, report, digest, found.result)
            self._tally.count_cached(found.failed)
            self._progress.update(self._tally)
            return
        self._commit()
        workers = self._open()
        self._waiting[key] = [(seq, report)]
        workers.ask(key, report)
        # Twice as many as are asked at once: a thread that ends finds its next report waiting.
        if len(self._waiting) >= 2 * self._parallel:
            self._settle(workers)

    def _open(self) -> Workers:
        if self._workers is None:
            # Loading a model or fetching one takes long: Ctrl-C ends it there and then.
            with self._interrupts.at_once():
                ready = self._make_ready()
            self._parallel = ready.parallel
            self._workers = Workers(ready.extractor, self._parallel, self._cancel)
            self._tally.start_clock()
        return self._workers

    def _drain(self) -> None:
        while self._waiting:
            assert self._workers is not None
            self._settle(self._workers)

    def _settle(self, workers: Workers) -> None:
        """Wait for an outcome and keep it, with those that ended at the same moment, before going on."""
        outcome: Outcome | None = workers.wait()
        while outcome is not None:
            self._take_in(outcome)
            outcome = workers.ready()
        self._commit()
        self._progress.update(self._tally)

    def _take_in(self, outcome: Outcome) -> None:
        jobs = self._waiting.pop(outcome.key)
        extraction, retryable = outcome.extraction, False
        if outcome.error is not None:
            if self._cancel.is_set() and isinstance(outcome.error, EngineCancelledError):
                self._untouched += len(jobs)  # taken back, not failed: asked when the run goes on
                return
            extraction, retryable = self._failure(outcome.report, outcome.error)
            self._failures_in_a_row += 1
            # Requests in flight together die together: that is one failure of the engine, not many.
            if self._failures_in_a_row >= max(self._max_failures, self._parallel):
                self._stop_reason = extraction.failure
                self._cancel.set()
        else:
            self._failures_in_a_row = 0
        assert extraction is not None
        self._keep(outcome.key, jobs, extraction, retryable)
        self._tally.count_asked(extraction.failed, extraction.usage)
        for _ in jobs[1:]:
            self._tally.count_cached(extraction.failed)

    def _keep(
        self, key: bytes, jobs: list[tuple[int, Report]], extraction: Extraction, retryable: bool
    ) -> None:
        store, number = self._store, self._run.number
        first = jobs[0][1]
        digest = bytes.fromhex(first.digest)
        store.begin()
        result = store.add_result(number, key, digest, extraction, retryable)
        if self._keep_text:
            store.add_text(digest, first.text)
        for seq, report in jobs:
            store.link(number, seq, report, result)

    def _link_known(self, seq: int, report: Report, digest: bytes, result: int) -> None:
        self._store.begin()
        if self._keep_text:
            self._store.add_text(digest, report.text)
        self._store.link(self._run.number, seq, report, result)
        self._unwritten += 1
        if self._unwritten >= _BATCH:
            self._commit()

    def _commit(self) -> None:
        self._store.commit()
        self._unwritten = 0

    def _failure(self, report: Report, error: Exception) -> tuple[Extraction, bool]:
        """What a report yields that could not be asked, and whether asking again can help."""
        if isinstance(error, EpicrisisError):
            reason = f"{error.code}: {error.message}"
            retryable = isinstance(error, EngineError) and error.code != "too-long"
        else:
            # The message of an unforeseen error may quote the report; its type cannot.
            reason = f"internal error ({type(error).__name__})"
            retryable = True
            frames = "".join(traceback.format_tb(error.__traceback__))
            logger.debug("unforeseen %s while extracting:\n%s", type(error).__name__, frames)
        answers = {name: Answer(Status.FAILED, notes=(reason,)) for name in self._variables}
        return Extraction(report.id, answers, failure=reason), retryable

    def _stopped(self) -> RunStoppedError:
        tally = self._tally
        return RunStoppedError(
            f"Too many reports failed in a row, so the run was stopped after {tally.done} of {tally.total} "
            f"reports. The last reason: {self._stop_reason}",
            hint=f"Run {tally.run_id} is kept. See to the engine, then give the same command again: it asks "
            "only what is missing or failed.",
        )
