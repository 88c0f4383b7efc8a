"""Runs that were asked for: how one gets into the queue, and what is kept of what was asked."""

from __future__ import annotations

import secrets
import shutil
import sqlite3

from ...codebook.load import loads, read_text
from ...engines.engine import Engine
from ...extraction import Extractor
from ...extraction.adapted import notes, with_adapter
from ...runs.deferred import DeferredEngine
from .. import codebooks
from ..database import Database
from ..engines import Engines
from ..project import Project
from ..report_sets import ReportSets
from ..settings import Settings
from ..studio import Studio
from ..tuning.shelf import check_fits, opened
from .job import Job
from .queue import Queue
from .request import JobRequest, KeptRequest
from .table import TRAINING_PREFIX, run_of

#: What the ids of these jobs begin with. A run's id ends in a day and four characters more: none is like it.
PREFIX = "job-"


class Jobs(Queue[Job]):
    """The runs of a project that were asked for in the studio."""

    which = f"id NOT GLOB '{TRAINING_PREFIX}*'"

    def add(self, request: JobRequest, *, by: str) -> str:
        """Put a run into the queue; gives the job's id.

        Raises OptionError for an engine that is not the project's, ModelError for an adapter of another base
        or one that cannot be read, Refused (404) for names that are not there, (429) where too many wait,
        CodebookError for a codebook with errors.
        """
        self._check_room()
        kept = checked(self._project, request)
        job_id = f"{PREFIX}{secrets.token_hex(5)}"
        if request.examples is not None:
            kept.gold_copy = self._copy_gold(job_id, request.examples.gold)
        self._insert(job_id, kept.model_dump_json(), by)
        self._note(by, "run.ask", job_id, reports=request.reports, codebook=request.codebook)
        return job_id

    def _copy_gold(self, job_id: str, name: str) -> str:
        from .. import golds

        source = golds.path_of(Studio(self._project, Settings()), name)
        folder = self.folder(job_id)
        folder.mkdir(parents=True, mode=0o700)
        copy = folder / f"gold{source.suffix}"
        copy.touch(mode=0o600)
        shutil.copyfile(source, copy)
        return copy.name

    def _job(self, row: sqlite3.Row) -> Job:
        return run_of(row)


def never() -> Engine:
    """In place of an engine where nothing is asked."""
    raise AssertionError("nothing is asked before the run")


def checked(project: Project, request: JobRequest) -> KeptRequest:
    """The request with its codebook as it is now. Raises as ``Jobs.add``."""
    database = Database(project.database)
    Engines(database).checked(request.engine)
    ReportSets(project, database).path(request.reports)
    path = codebooks.path_of(project, request.codebook)
    text = read_text(path)
    # Options that make no sense with this codebook are told now, not when their turn comes.
    codebook, options = loads(text, path), request.options.as_extraction_options()
    if request.adapter is not None:
        adapter = opened(project, request.adapter)
        check_fits(adapter, request.engine)
        options = with_adapter(options, adapter)
        # Raises for a codebook that it cannot be asked about.
        tuple(notes(options, codebook))
    Extractor(codebook, DeferredEngine(never), options)
    return KeptRequest(**request.model_dump(), codebook_text=text)
