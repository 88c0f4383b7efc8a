"""Which sets of reports a run is about to read, or reads."""

from __future__ import annotations

import json
from pathlib import Path

from ...runs import database as runs_database
from ...runs.lock import is_worked_on
from ..project import Project

_AT_WORK = "SELECT request FROM jobs WHERE status IN ('queued', 'running', 'paused')"
_RUNNING = "SELECT id, manifest FROM runs WHERE status = 'running'"


def in_use(project: Project, name: str, path: Path) -> bool:
    """Whether a job that is not done yet names the set, or a run under way (of the command line too) reads
    the file at ``path``."""
    if not project.store.exists():
        return False
    with runs_database.store_errors(project.store):
        store = runs_database.connect(project.store, create=False)
        try:
            requests = [json.loads(row[0]) for row in store.execute(_AT_WORK)]
            running = [(row[0], json.loads(row[1])) for row in store.execute(_RUNNING)]
        finally:
            store.close()
    if any(one.get("reports") == name for one in requests):
        return True
    read = (run for run, manifest in running if _same(manifest["source"].get("path"), path))
    return any(is_worked_on(project.store, run) for run in read)


def _same(source: str | None, path: Path) -> bool:
    return source is not None and Path(source).resolve() == path.resolve()
