"""The process that works on one job: ``python -m epicrisis.studio.jobs.work --project DIR JOB``.

It ends with code 0 once the job's row says how the work ended, whatever that was.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import traceback
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn

from ...errors import EpicrisisError
from ...runs.session import Session, work
from ...runs.store import Store
from ...runs.translations import Translations, translations_path
from ..project import Project
from ..web.refusals import Refusal, Refused
from .job import AFTER, Job, JobStatus, Training
from .preparing import prepared
from .queue import EveryJob
from .training_process import Ended, train
from .trouble import told
from .watching import Watch

logger = logging.getLogger(__name__)

#: How far behind the server a worker stands in line for the processor (POSIX niceness).
_BEHIND = 10


def main(arguments: list[str] | None = None) -> int:
    """Work on the job that is named, if it still waits and nobody else works on it."""
    parser = argparse.ArgumentParser(prog="epicrisis-job", description="Works on one job of the studio.")
    parser.add_argument("--project", type=Path, required=True)
    parser.add_argument("job")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupted)
    signal.signal(signal.SIGINT, _interrupted)
    if hasattr(os, "nice"):
        # People who look at pages wait for them; a run takes what is left, which is nearly everything.
        os.nice(_BEHIND)
    project = Project(given.project.resolve())
    jobs = EveryJob(project)
    lock = jobs.lock(given.job)
    if not lock.acquire_soon():
        return 0
    try:
        job = jobs.begin(given.job)
        if isinstance(job, Training):
            _train(project, jobs, job)
        elif isinstance(job, Job):
            _work(project, jobs, job)
    finally:
        lock.release()
    return 0


def _work(project: Project, jobs: EveryJob, job: Job) -> None:
    status: JobStatus
    error: Refusal | None = None
    watch = Watch(jobs, job.id)
    try:
        with watch:
            session = _extract(project, jobs, job, watch)
        if session.error is not None:
            status, error = "failed", told(session.error, project)
        elif session.status == "interrupted":
            status = AFTER.get(watch.asked, "queued")
        else:
            status = "finished"
    except KeyboardInterrupt:
        watch.close()
        status = AFTER.get(watch.asked, "queued")
    except (EpicrisisError, Refused) as trouble:
        status, error = "failed", told(trouble, project)
    except Exception as trouble:
        _log(trouble)
        status, error = "failed", told(trouble, project)
    run = _if_there(project, watch.run or job.run)
    jobs.end(job.id, status, run=run, progress=watch.progress(), error=error)


def _train(project: Project, jobs: EveryJob, job: Training) -> None:
    try:
        ended = train(project, jobs, job)
    except Exception as trouble:
        _log(trouble)
        ended = Ended("failed", error=told(trouble, project))
    if ended.status is None:
        jobs.take_back(job.id)
    else:
        jobs.end(job.id, ended.status, progress=ended.progress, error=ended.error)


def _extract(project: Project, jobs: EveryJob, job: Job, watch: Watch) -> Session:
    request = job.request
    gold = None if request.gold_copy is None else jobs.folder(job.id) / request.gold_copy
    with ExitStack() as stack:
        # Translations are the words of reports: where those are not kept, these are not either.
        kept = request.options.translate is not None and request.keep_text
        translations = stack.enter_context(Translations(translations_path(project.store))) if kept else None
        found = prepared(project, request, gold, fetch_report=watch.fetching, translations=translations)
        watch.notes = list(found.notes)
        return work(
            found.task,
            project.store,
            progress=watch,
            fresh=request.fresh,
            keep_text=request.keep_text,
            going_on=job.run,
        )


def _if_there(project: Project, run: str | None) -> str | None:
    """A run that could not start leaves nothing behind."""
    if run is None:
        return None
    with Store(project.store) as store:
        return run if any(row.id == run for row in store.runs()) else None


def _log(trouble: Exception) -> None:
    # Its message may quote a report; its type and place cannot.
    frames = "".join(traceback.format_tb(trouble.__traceback__))
    logger.error("unforeseen %s:\n%s", type(trouble).__name__, frames)


def _interrupted(_number: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
