"""A look before a run: what it will ask, what it will take, and what will go wrong."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from ...codebook.codebook import Codebook
from ...engines.address import EngineAddress, parse
from ...engines.store import ModelStore
from ...errors import EpicrisisError
from ...report import Report
from ...runs.database import connect, store_errors
from ...runs.identity import Keys
from ...runs.manifest import Manifest
from ...runs.store import Store
from ...runs.task import Task
from ..database import Database
from ..engines import Engines
from ..project import Project
from ..web.refusals import Refusal
from .fitting import Fitting
from .preparing import Prepared, prepared
from .queue import EveryJob
from .request import JobRequest, KeptRequest
from .runs import checked
from .trouble import told

#: Ids that are named.
_NAMED = 5
#: Bytes that a report takes in the store besides its text and its answers.
_PER_REPORT = 500
#: Bytes that an answer takes, where nothing was answered yet.
_PER_ANSWER = 220


class Preflight(BaseModel):
    """What a run will be like.

    ``name`` is the set of reports. ``problems`` keep the run from beginning. ``known`` reports were answered
    before and are not asked again, ``asked`` are the others; ``too_long`` of those do not fit the ``context``
    (tokens) in one piece. ``pace`` in seconds per report is that of the run ``pace_of``, over
    ``pace_reports`` reports; ``seconds`` is what all will take by it. Sizes in bytes; ``fetched`` is a model
    that is not here yet. ``before`` counts the runs that come first.
    """

    name: str
    problems: list[Refusal] = []
    notes: list[str] = []
    reports: int | None = None
    characters: int = 0
    longest: int = 0
    empty: int = 0
    empty_ids: list[str] = []
    known: int = 0
    asked: int = 0
    context: int | None = None
    too_long: int = 0
    counted: Literal["counted", "estimated", "unknown"] = "unknown"
    pace: float | None = None
    pace_of: str | None = None
    pace_reports: int = 0
    seconds: float | None = None
    needed: int = 0
    free: int = 0
    fetched: int | None = None
    before: int = 0


def preflight(project: Project, request: JobRequest) -> Preflight:
    """Look at everything that can be known before the first question.

    Goes through all reports; asks a server what it is, and no model anything. Raises as ``Jobs.add``; what is
    wrong with the reports or the engine is among the ``problems``.
    """
    found = Preflight(name=request.reports, free=shutil.disk_usage(project.folder).free)
    found.before = len(EveryJob(project).with_status("queued", "running"))
    kept = checked(project, request)
    where = parse(kept.engine)
    if where.hub is not None and ModelStore().hub_digest(where.hub) is None:
        # Only its content tells it apart from others, and nothing is fetched for a look.
        found.notes.append("The model is not here yet: it is fetched when the run begins.")
        return found
    try:
        ready = prepared(project, kept, _gold(project, kept))
        found.notes += ready.notes
        with closing(Fitting(where, ready, kept.settings)) as fitting:
            found.context = fitting.context
            _go_through(found, project, kept, ready, fitting)
    except EpicrisisError as error:
        found.problems.append(told(error, project))
        return found
    _add_pace(found, project, ready.task, ready.codebook)
    found.fetched = _not_here(project, where)
    return found


def _gold(project: Project, request: KeptRequest) -> Path | None:
    if request.examples is None:
        return None
    from .. import golds
    from ..settings import Settings
    from ..studio import Studio

    return golds.path_of(Studio(project, Settings()), request.examples.gold)


def _go_through(
    found: Preflight, project: Project, request: KeptRequest, ready: Prepared, fitting: Fitting
) -> None:
    task = ready.task
    keys = Keys(task.codebook.digest, task.prompt_version, task.engine, task.options)
    there = project.store.exists() and not request.fresh
    store = Store(project.store, create=False) if there else None
    seen: set[bytes] = set()
    new_bytes = 0
    try:
        found.reports = 0
        for report in task.reports:
            _count(found, report)
            key = keys.key(bytes.fromhex(report.digest))
            if key in seen or (store is not None and store.find(key) is not None):
                found.known += 1
                continue
            seen.add(key)
            found.asked += 1
            fitting.look(report)
            new_bytes += len(report.text.encode("utf-8", "surrogatepass")) if request.keep_text else 0
    finally:
        if store is not None:
            store.close()
    found.too_long = fitting.too_long
    found.counted = fitting.counted
    per_answer = _PER_ANSWER * len(ready.codebook.columns)
    found.needed = new_bytes + found.asked * per_answer + found.reports * _PER_REPORT


def _count(found: Preflight, report: Report) -> None:
    assert found.reports is not None
    found.reports += 1
    found.characters += len(report.text)
    found.longest = max(found.longest, len(report.text))
    if not report.text.strip():
        found.empty += 1
        if len(found.empty_ids) < _NAMED:
            found.empty_ids.append(report.id)


def _add_pace(found: Preflight, project: Project, task: Task, codebook: Codebook) -> None:
    """What a report took in the latest run of the same codebook and engine, asked the same way if there is
    one."""
    if not project.store.exists():
        return
    best: tuple[bool, str, float, int] | None = None
    for run, text in _runs_like(project, task):
        manifest = Manifest.model_validate_json(text)
        sessions = [one for one in manifest.sessions if one.asked and one.seconds]
        asked = sum(one.asked for one in sessions)
        identity = manifest.engine.identity
        other = identity.get("digest") or identity.get("model")
        if not asked or manifest.codebook.digest != codebook.digest:
            continue
        if other != (task.engine.digest or task.engine.model):
            continue
        same = manifest.options == dict(task.options) and manifest.prompt_version == task.prompt_version
        if best is None or (same and not best[0]):
            best = (same, run, sum(one.seconds or 0 for one in sessions) / asked, asked)
        if same:
            break
    if best is not None:
        _, found.pace_of, found.pace, found.pace_reports = best
        found.seconds = found.pace * found.asked


def _runs_like(project: Project, task: Task) -> list[tuple[str, str]]:
    with store_errors(project.store), closing(connect(project.store, create=False)) as db:
        rows = db.execute(
            "SELECT id, manifest FROM runs WHERE codebook = ? AND engine = ? ORDER BY number DESC LIMIT 50",
            (task.codebook.name, task.engine.label),
        ).fetchall()
    return [(str(run), str(manifest)) for run, manifest in rows]


def _not_here(project: Project, where: EngineAddress) -> int | None:
    """The size of a model that must be fetched first."""
    if where.entry is None:
        return None
    choices = Engines(Database(project.database)).choices()
    here = any(one.address == where.entry.name and one.ready for one in choices)
    return None if here else where.entry.size
