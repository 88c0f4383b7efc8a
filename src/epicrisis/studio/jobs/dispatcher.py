"""Begins the jobs that wait, one at a time, and takes up again those whose process died."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time

from ...errors import StoreError
from ...runs.lock import RunLock
from ..project import Project
from .queue import EveryJob

logger = logging.getLogger(__name__)

#: Seconds between two looks at the queue.
EVERY = 0.5
#: Seconds that a worker may take to stop when the server does.
GRACE = 10.0
_LOCK = "jobs"
#: What works on a job.
WORKER = (sys.executable, "-m", "epicrisis.studio.jobs.work")


class Dispatcher:
    """A thread that looks after the queue of one project.

    Each job has a process of its own, so that the server stays quick and its death takes no run along: a
    worker of a server that was killed goes on, and the next server watches it by its lock. Of several
    servers of one project, one begins jobs. ``stop`` has the workers stop after what they are at; their jobs
    go back into the queue and are taken up by the next server.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._jobs = EveryJob(project)
        self._leading = RunLock(project.store, _LOCK)
        self._is_leading = False
        self._worker: tuple[str, subprocess.Popen[bytes]] | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="epicrisis-jobs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when no worker runs any more, but for what does not stop within ``GRACE``."""
        self._stopping.set()
        self._thread.join()
        try:
            if self._is_leading:
                self._rest()
        except StoreError as error:
            logger.warning("the queue of runs cannot be used: %s", error.message)
        finally:
            self._end_worker()
            self._leading.release()

    def _go(self) -> None:
        while not self._stopping.is_set():
            try:
                self.look()
            except StoreError as error:
                logger.warning("the queue of runs cannot be used: %s", error.message)
            except Exception as error:
                # Whatever it was: the next look may succeed, and nobody else looks after the queue.
                logger.error("%s while looking after the queue of runs", type(error).__name__)
            self._stopping.wait(EVERY)

    def look(self) -> None:
        """Look once: see who died, begin the next."""
        if not self._project.store.exists() or not self._leads():
            return
        self._see_worker()
        busy = self._worker is not None
        for job in self._jobs.with_status("running"):
            mine = self._worker is not None and self._worker[0] == job.id
            if mine or self._jobs.is_alive(job.id):
                busy = True
            else:
                self._jobs.take_back(job.id)
        if busy or self._stopping.is_set():
            return
        waiting = self._jobs.with_status("queued")
        if waiting:
            self._begin(waiting[0].id)

    def _leads(self) -> bool:
        if not self._is_leading:
            self._is_leading = self._leading.acquire()
        return self._is_leading

    def _see_worker(self) -> None:
        if self._worker is None:
            return
        job_id, process = self._worker
        code = process.poll()
        if code is None:
            return
        self._worker = None
        self._sweep(job_id)
        if code != 0:
            logger.warning("the worker of %s ended with code %d", job_id, code)
            self._jobs.take_back(job_id)

    def _begin(self, job_id: str) -> None:
        folder = self._jobs.folder(job_id)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [*WORKER, "--project", str(self._project.folder), job_id],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                # Ctrl-C in the server's terminal is the server's: it then asks the worker to stop.
                start_new_session=True,
            )
        self._worker = (job_id, process)

    def _rest(self) -> None:
        if not self._project.store.exists():
            return
        self._jobs.rest()
        until = time.monotonic() + GRACE
        while time.monotonic() < until:
            mine = self._worker is not None and self._worker[1].poll() is None
            others = [job for job in self._jobs.with_status("running") if self._jobs.is_alive(job.id)]
            if not mine and not others:
                return
            time.sleep(0.05)

    def _end_worker(self) -> None:
        """One that does not listen is ended: what it has done is kept, and its job is taken up again."""
        if self._worker is None:
            return
        job_id, process = self._worker
        if process.poll() is None:
            process.kill()
        process.wait()
        self._worker = None
        self._sweep(job_id)

    def _sweep(self, job_id: str) -> None:
        """An empty log is no log."""
        log = self._jobs.folder(job_id) / "log.txt"
        if log.is_file() and log.stat().st_size == 0:
            log.unlink()
            if not any(log.parent.iterdir()):
                log.parent.rmdir()
