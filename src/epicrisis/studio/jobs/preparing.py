"""From what was asked to what the package works on: the same calls as the command line's."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from pathlib import Path

from ...api import EngineSettings, prepare
from ...codebook.codebook import Codebook
from ...codebook.load import loads
from ...engines.store import Report as FetchReport
from ...errors import CodebookError, OptionError
from ...examples import Selector
from ...examples_from_gold import pool
from ...extraction import ExtractionOptions
from ...extraction.adapted import with_adapter
from ...extraction.calibration import Asking
from ...reading import ReportSet
from ...runs.calibrating import choose
from ...runs.task import Task
from .. import codebooks
from ..database import Database
from ..engines import Engines
from ..project import Project
from ..report_sets import ReportSets
from ..tuning.shelf import opened
from ..web.refusals import Refused
from .request import KeptRequest


@dataclass(frozen=True, slots=True)
class Prepared:
    """A task, and the parts of it that a look before the run needs. ``notes`` are worth telling."""

    task: Task
    codebook: Codebook
    options: ExtractionOptions
    address: str
    notes: tuple[str, ...]


def prepared(
    project: Project,
    request: KeptRequest,
    gold: Path | None = None,
    *,
    fetch_report: FetchReport | None = None,
    translations: MutableMapping[str, str] | None = None,
) -> Prepared:
    """Check and gather everything the run needs, short of loading a model.

    ``gold`` is the file of the examples, where there are any. Raises as ``api.prepare``, and Refused where
    what the request names is there no more.
    """
    database = Database(project.database)
    address = Engines(database).checked(request.engine)
    codebook = loads(request.codebook_text, f"{request.codebook}{codebooks.ENDING}")
    reports = ReportSets(project, database).open(request.reports)
    options = request.options.as_extraction_options()
    if request.adapter is not None:
        options = with_adapter(options, opened(project, request.adapter))
    notes: tuple[str, ...] = ()
    if request.examples is not None:
        selector = _selector(project, request, gold, codebook, reports, options.seed)
        options, notes = replace(options, selector=selector), selector.pool.notes
    task = prepare(
        reports,
        codebook,
        address,
        limit=request.limit,
        ids=None if request.ids is None else frozenset(request.ids),
        settings=EngineSettings(**request.settings.model_dump()),
        options=options,
        calibration=False,
        fetch_report=fetch_report,
        translations=translations,
    )
    task = _with_codebook_file(project, request, task)
    return Prepared(task, codebook, options, address, (*task.source.notes, *notes, *task.notes))


def _selector(
    project: Project,
    request: KeptRequest,
    gold: Path | None,
    codebook: Codebook,
    reports: ReportSet,
    seed: int,
) -> Selector:
    assert request.examples is not None
    if gold is None or not gold.is_file():
        raise OptionError("The gold for the examples is gone.", hint="Ask for the run anew.")
    found = pool(gold, codebook, reports, store=project.store)
    return Selector(found, request.examples.shots, request.examples.select, seed=seed)


def _with_codebook_file(project: Project, request: KeptRequest, task: Task) -> Task:
    """The task with the calibration beside the codebook's file, and with that file if nobody changed it."""
    try:
        path = codebooks.path_of(project, request.codebook)
        same = path.read_text("utf-8-sig") == request.codebook_text
    except (Refused, OSError, UnicodeDecodeError, CodebookError):
        return task
    asking = Asking.of(task.engine.model, task.engine.digest, task.prompt_version, task.options)
    chosen = choose(request.options.calibration, task.codebook, path, asking)
    return replace(
        task,
        calibration=chosen.calibration,
        notes=(*task.notes, *chosen.notes),
        codebook_path=path if same else None,
    )
