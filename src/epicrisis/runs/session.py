"""Working on a run: begin or continue it, go through the reports, and write down how it ended."""

from __future__ import annotations

import re
import secrets
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..errors import EpicrisisError, RunStoppedError
from .database import store_errors
from .executor import MAX_FAILURES, Executor
from .identity import Keys
from .lock import RunLock
from .manifest import (
    Counts,
    EngineRecord,
    Manifest,
    SessionRecord,
    UsageRecord,
    codebook_record,
    engine_info,
    now,
    system_record,
)
from .progress import NoProgress, Progress, Tally
from .store import NewRun, RunRow, RunStatus, Store
from .task import Ready, Task


@dataclass(frozen=True, slots=True)
class Session:
    """How one call that worked on a run ended. ``error`` is why it stopped before the end, if it did.

    ``interrupted`` by the user has no error. ``continued`` tells that the run existed before.
    """

    run_id: str
    status: RunStatus
    tally: Tally
    seconds: float
    continued: bool
    error: EpicrisisError | None = None


def work(
    task: Task,
    store_path: Path,
    *,
    progress: Progress | None = None,
    fresh: bool = False,
    keep_text: bool = True,
    max_failures: int = MAX_FAILURES,
    going_on: str | None = None,
) -> Session:
    """Begin the run of this task, or go on with it if it was begun before, and see it through.

    The same task (codebook, reports, engine, options, prompt wording) is the same run, unless ``fresh``:
    then all is asked again, in a new run; ``going_on`` names the run that an earlier call began so. A run
    that could not start (no model, server down) leaves nothing behind and raises; one that stops later ends
    as the session's ``error``. A second Ctrl-C raises KeyboardInterrupt.
    """
    keys = Keys(task.codebook.digest, task.prompt_version, task.engine, task.options)
    signature = keys.signature(bytes.fromhex(task.source.digest))
    with store_errors(store_path), Store(store_path) as store:
        row = None if fresh and going_on is None else store.latest_like(signature, going_on)
        if row is None and not fresh:
            row = store.latest_like(signature)
        continued = row is not None
        if row is None:
            row = _begin(store, task, signature, fresh=fresh, keep_text=keep_text)
        with RunLock(store_path, row.id):
            worker = _Worker(store, row, task, keys, continued)
            return worker.work(progress or NoProgress(), keep_text, max_failures)


class _Worker:
    def __init__(self, store: Store, row: RunRow, task: Task, keys: Keys, continued: bool) -> None:
        self._store = store
        self._row = row
        self._task = task
        self._keys = keys
        self._continued = continued
        self._manifest = Manifest.model_validate_json(row.manifest)
        self._tally = Tally(run_id=row.id, total=task.total)
        self._started = time.monotonic()
        self._ready: Ready | None = None

    def work(self, progress: Progress, keep_text: bool, max_failures: int) -> Session:
        calibration = self._task.calibration
        # The latest call decides: the store keeps confidences as the model gave them.
        self._manifest.calibration = None if calibration is None else calibration.as_dict()
        self._manifest.sessions.append(SessionRecord(started=now(), notes=list(self._task.notes)))
        self._write("running", ended=None)
        executor = Executor(
            self._store,
            self._row,
            self._keys,
            self._make_ready,
            self._task.codebook.names,
            self._tally,
            progress,
            keep_text=keep_text,
            max_failures=max_failures,
        )
        progress.begin(self._tally)
        error: EpicrisisError | None = None
        try:
            with store_errors(self._store.path):
                complete = executor.execute(self._task.reports)
            status: RunStatus = "finished" if complete else "interrupted"
        except RunStoppedError as stopped:
            status, error = "interrupted", stopped
        except KeyboardInterrupt:
            self._give_up("interrupted")
            raise
        except EpicrisisError as trouble:
            self._give_up("failed")
            if self._tally.asked == 0:
                raise
            status, error = "failed", trouble
        except BaseException:
            self._give_up("failed")
            raise
        finally:
            progress.end(self._tally)
        if self._ready is not None:
            self._ready.close()
        self._end(status)
        seconds = time.monotonic() - self._started
        return Session(self._row.id, status, self._tally, seconds, self._continued, error)

    def _make_ready(self) -> Ready:
        self._ready = self._task.make_ready()
        self._manifest.engine.info = engine_info(self._ready.info)
        return self._ready

    def _give_up(self, status: RunStatus) -> None:
        """After an error: leave a new run without results as if it had never begun, else note the end."""
        row = self._row
        # What went wrong may be the store itself; the first error is the one to tell.
        with suppress(sqlite3.Error):
            if self._tally.asked > 0:
                self._end(status)
            elif self._continued:
                self._store.update_run(row.number, row.status, row.ended, row.manifest)
            else:
                self._store.remove_run(row.number)

    def _end(self, status: RunStatus) -> None:
        session = self._manifest.sessions[-1]
        session.ended = now()
        session.seconds = round(time.monotonic() - self._started, 3)
        session.asked = self._tally.asked
        session.cached = self._tally.cached
        session.status = status
        self._write(status, ended=session.ended)

    def _write(self, status: RunStatus, ended: str | None) -> None:
        number = self._row.number
        self._manifest.status = status
        self._manifest.counts = Counts(total=self._row.total, **asdict(self._store.counts(number)))
        self._manifest.usage = UsageRecord.of(self._store.usage(number))
        self._store.update_run(number, status, ended, self._manifest.model_dump_json())


def _begin(store: Store, task: Task, signature: bytes, *, fresh: bool, keep_text: bool) -> RunRow:
    created = now()
    run_id = _new_id(task.codebook.name, {row.id for row in store.runs()})
    manifest = Manifest(
        run=run_id,
        status="running",
        created=created,
        codebook=codebook_record(task.codebook, task.codebook_path),
        engine=EngineRecord(address=task.address, identity=task.engine.as_dict()),
        prompt_version=task.prompt_version,
        options=dict(task.options),
        source=task.source,
        fresh=fresh,
        keeps_text=keep_text,
        system=system_record(Path.cwd()),
    )
    return store.add_run(
        NewRun(
            id=run_id,
            signature=signature,
            created=created,
            codebook=task.codebook.name,
            engine=task.engine.label,
            total=task.total,
            manifest=manifest.model_dump_json(),
            fresh=fresh,
        )
    )


def _new_id(codebook: str, taken: set[str], random: Callable[[int], str] = secrets.token_hex) -> str:
    """A run id people can read and type: codebook, day, four characters that tell runs of a day apart."""
    name = re.sub(r"[^a-z0-9]+", "-", codebook.lower()).strip("-")[:40] or "run"
    day = datetime.now(UTC).strftime("%Y%m%d")
    while True:
        run_id = f"{name}-{day}-{random(2)}"
        if run_id not in taken:
            return run_id
