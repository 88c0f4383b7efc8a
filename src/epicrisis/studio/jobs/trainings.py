"""Trainings that were asked for: how one gets into the queue, and what is kept of what was asked."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from pathlib import Path

from ...codebook.load import loads, read_text
from ...errors import OptionError
from .. import codebooks
from ..report_sets import ReportSets
from ..studio import Studio
from ..tuning.bases import checked_base
from ..tuning.extra import check_installed
from ..web.refusals import Refused, conflict, not_found
from .job import Training
from .queue import Queue
from .table import TRAINING_PREFIX, training_of
from .tune_request import KeptTuning, TuneRequest

#: What the page of a new training is called: no adapter can be.
NEW = "new"


class Trainings(Queue[Training]):
    """The trainings of a project that were asked for in the studio."""

    which = f"id GLOB '{TRAINING_PREFIX}*'"

    def add(self, studio: Studio, request: TuneRequest, *, by: str) -> str:
        """Put a training into the queue; gives the job's id.

        Raises MissingExtraError where nothing can be trained here, OptionError for settings that make no
        sense, a name that no file may have and a base that is no model of the project, Refused (404) for
        names that are not there, (409) for the name of another adapter, (429) where too many wait,
        CodebookError for a codebook with errors.
        """
        check_installed()
        self._check_room()
        self._check_name(request.name)
        request.whole()
        checked_base(studio.database, request.base)
        ReportSets(self._project, studio.database).path(request.reports)
        job_id = f"{TRAINING_PREFIX}{secrets.token_hex(5)}"
        kept = self._kept(studio, request, self.folder(job_id))
        taken = f"EXISTS (SELECT 1 FROM jobs WHERE {self.which} AND json_extract(request, '$.name') = ?)"
        if not self._insert(job_id, kept.model_dump_json(), by, taken, request.name):
            shutil.rmtree(self.folder(job_id), ignore_errors=True)
            raise _taken()
        self._note(
            by, "tune.ask", request.name, reports=request.reports, gold=request.gold, base=request.base
        )
        return job_id

    def called(self, name: str) -> Training | None:
        """The latest training of an adapter of that name."""
        return next((job for job in self.all() if job.request.name == name), None)

    def out(self, job: Training) -> Path:
        """The folder that the adapter is written into. Raises OptionError for a name that leads elsewhere."""
        return self._project.file("adapters", job.request.name)

    def _kept(self, studio: Studio, request: TuneRequest, folder: Path) -> KeptTuning:
        """Copies the codebook and the gold as they are now."""
        from .. import golds

        path = codebooks.path_of(self._project, request.codebook)
        text = read_text(path)
        loads(text, path)
        gold = golds.path_of(studio, request.gold)
        folder.mkdir(parents=True, mode=0o700)
        names = f"codebook{path.suffix}", f"gold{gold.suffix}"
        for name in names:
            (folder / name).touch(mode=0o600)
        (folder / names[0]).write_text(text, "utf-8")
        shutil.copyfile(gold, folder / names[1])
        return KeptTuning(**request.model_dump(), codebook_copy=names[0], gold_copy=names[1])

    def _check_name(self, name: str) -> None:
        if name.lower() == NEW:
            raise OptionError("An adapter cannot be called 'new'.", hint="Choose another name.")
        if self._project.file("adapters", name).exists() or self.called(name) is not None:
            raise _taken()

    def _job(self, row: sqlite3.Row) -> Training:
        return training_of(row)

    def _missing(self) -> Refused:
        return not_found("training")


def _taken() -> Refused:
    return conflict("There is an adapter of that name already.", "Choose another name.")
