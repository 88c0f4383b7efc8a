"""The runs of a project, whether the studio or the command line began them."""

from __future__ import annotations

from ..api import Run
from ..errors import StoreError
from ..runs.store import Store
from .project import Project
from .web.refusals import not_found


def open_run(project: Project, run_id: str) -> Run:
    """The run with exactly this id. Raises Refused (404)."""
    if not project.store.exists():
        raise not_found("run")
    try:
        with Store(project.store, create=False) as store:
            store.run(run_id)
    except StoreError:
        raise not_found("run") from None
    return Run(project.store, run_id)


def all_runs(project: Project) -> list[Run]:
    """The latest first; none where nothing was run yet."""
    return Run.all(project.store) if project.store.exists() else []
