"""The models known by name and those on this machine; fetching, verifying and deleting them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from ...engines import address, fetch
from ...engines.catalogue import CATALOGUE, CatalogueModel
from ...engines.doctor import Memory, memory
from ...engines.machine import available_memory
from ...engines.store import ModelStore, StoredModel
from ...engines.store import Progress as News
from ...errors import OptionError
from ..engines import in_folders
from ..people.activity import note
from ..studio import Studio
from ..tasks import Task, Tasks, tasks_of
from ..web.refusals import Refusal, conflict, not_found

#: Whether a model fits into the memory that is free: as it is, with a smaller context only, or not.
Fit = Literal["ok", "warn", "fail", "unknown"]


class Working(BaseModel):
    """What goes on with a model, or went on last. ``done`` and ``total`` in bytes, ``left`` in seconds."""

    what: Literal["pull", "verify"]
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    source: str = ""
    done: int = 0
    total: int | None = None
    left: float | None = None
    problem: Refusal | None = None


class ModelView(BaseModel):
    """A model. ``address`` names it as an engine; ``here``: whether it is on this machine, ``begun``:
    whether a part of it is. ``needed``: bytes of memory with a context of the default size."""

    sha256: str
    address: str
    name: str
    title: str = ""
    size: int
    here: bool
    begun: bool = False
    catalogued: bool = True
    parameters: str = ""
    quantization: str = ""
    licence: str = ""
    languages: str = ""
    context_length: int | None = None
    note: str = ""
    needed: int | None = None
    fit: Fit = "unknown"
    working: Working | None = None


def models(studio: Studio, store: ModelStore | None = None) -> list[ModelView]:
    """Those of the catalogue in its order, then others that lie in the store. Loads and digests nothing."""
    store = store or ModelStore()
    stored = {model.sha256: model for model in store.installed()}
    tasks = model_tasks(studio)
    found = [_of_catalogue(entry, stored.pop(entry.sha256, None), store, tasks) for entry in CATALOGUE]
    return [*found, *(_stored(model, tasks) for model in stored.values())]


def pull(studio: Studio, wanted: str, *, by: str) -> Task:
    """Fetch a model in the background: a name of the catalogue, or hf:owner/repo/file.gguf. What an earlier
    fetch left is not fetched twice. Raises OptionError for anything else."""
    where = address.parse(wanted)
    if where.embedded is not None or (where.entry is None and where.hub is None):
        raise OptionError(
            "Only models are fetched.", hint="Give a name of the list, or hf:owner/repo/file.gguf."
        )
    key = ("pull", where.entry.sha256 if where.entry is not None else where.text)
    tasks = model_tasks(studio)
    running = tasks.find(key)
    if running is not None and running.open:
        return running

    def work(task: Task) -> None:
        def report(news: News) -> None:
            task.tell(news.source, news.done, news.total)

        if where.entry is not None:
            fetch.ensure(where.entry, report=report)
        elif where.hub is not None:
            fetch.ensure_hub(where.hub, report=report)

    with studio.database.writing() as db:
        note(db, by, "model.pull", where.text)
    return tasks.begin(key, work)


def verify(studio: Studio, sha256: str, *, by: str) -> Task:
    """Compute a model's digest again in the background, and compare. Raises Refused (404)."""
    store = ModelStore()
    model = _find(store, sha256)
    size = next((entry.size for entry in CATALOGUE if entry.sha256 == sha256), None)

    def work(_task: Task) -> None:
        store.verify(model.path, sha256, size=size, name=model.name, again=True)

    with studio.database.writing() as db:
        note(db, by, "model.verify", model.name or sha256[:12])
    return model_tasks(studio).begin(("verify", sha256), work)


def cancel(studio: Studio, key: str, *, by: str) -> None:
    """Stop fetching; what is there stays for the next time. ``key``: a digest, or the address that is
    fetched. Raises Refused (404) where nothing is being fetched."""
    task = model_tasks(studio).find(("pull", key))
    if task is None or not task.open:
        raise not_found("fetch under way")
    task.cancel()
    with studio.database.writing() as db:
        note(db, by, "model.cancel", _name_of(key))


def remove(studio: Studio, sha256: str, *, by: str) -> None:
    """Delete a model, or what an unfinished fetch left of it. Raises Refused: 404 where there is nothing, 409
    while it is being fetched or verified."""
    store, tasks = ModelStore(), model_tasks(studio)
    for what in ("pull", "verify"):
        task = tasks.find((what, sha256))
        if task is not None and task.open:
            raise conflict("This model is being fetched or verified.", "Wait for the end, or cancel it.")
    if not store.path(sha256).exists() and not _begun(store, sha256):
        raise not_found("model")
    store.remove(sha256)
    with studio.database.writing() as db:
        note(db, by, "model.remove", _name_of(sha256))


def model_tasks(studio: Studio) -> Tasks:
    """Two at a time: one may be a slow line, the other a slow disk."""
    return tasks_of(studio, "models", places=2)


def fetches(studio: Studio) -> dict[str, Working]:
    """What is being fetched that is no model of the catalogue, by address, and what became of it."""
    known = {entry.sha256 for entry in CATALOGUE}
    found = {}
    for task in model_tasks(studio).all():
        what, key = task.key if isinstance(task.key, tuple) else ("", "")
        if what == "pull" and key not in known and task.state != "done":
            found[key] = _working("pull", task)
    return found


def _of_catalogue(
    entry: CatalogueModel, stored: StoredModel | None, store: ModelStore, tasks: Tasks
) -> ModelView:
    here = stored is not None or in_folders(entry, store)
    needed = _memory(entry.name, store.path(entry.sha256))
    return ModelView(
        sha256=entry.sha256,
        address=entry.name,
        name=entry.name,
        title=entry.title,
        size=entry.size,
        here=here,
        begun=not here and _begun(store, entry.sha256),
        parameters=entry.parameters,
        quantization=entry.quantization,
        licence=entry.licence,
        languages=entry.languages,
        context_length=entry.context_length,
        note=entry.note,
        needed=needed.needed,
        fit="unknown" if needed.available is None else needed.level,
        working=_last(tasks, entry.sha256),
    )


def _stored(model: StoredModel, tasks: Tasks) -> ModelView:
    view = ModelView(
        sha256=model.sha256,
        address=model.name or "",
        name=model.name or model.sha256[:12],
        size=model.size,
        here=True,
        catalogued=False,
        working=_last(tasks, model.sha256),
    )
    if model.name:
        needed = _memory(model.name, model.path)
        view.needed = needed.needed
        view.fit = "unknown" if needed.available is None else needed.level
    return view


def _memory(name: str, path: Path) -> Memory:
    changed = path.stat().st_mtime_ns if path.exists() else 0
    return replace(_needed(name, path, changed), available=available_memory())


@lru_cache(maxsize=64)
def _needed(name: str, path: Path, _changed: int) -> Memory:
    # A vocabulary of 150,000 words stands before the end of a header.
    return memory(address.parse(name), ModelStore(path.parents[2]))


def _last(tasks: Tasks, sha256: str) -> Working | None:
    """What goes on with a model; else what ended last."""
    found = [
        (task, _working(what, task))
        for what in ("pull", "verify")
        if (task := tasks.find((what, sha256))) is not None
    ]
    found.sort(key=lambda one: (not one[0].open, one[0].age))
    return found[0][1] if found else None


def _working(what: Literal["pull", "verify"], task: Task) -> Working:
    return Working(
        what=what,
        state=task.state,
        source=task.said,
        done=int(task.done),
        total=None if task.total is None else int(task.total),
        left=task.left,
        problem=task.problem,
    )


def _begun(store: ModelStore, sha256: str) -> bool:
    """Whether an unfinished fetch left something."""
    return any(store.staging(sha256).parent.glob(f"{sha256}.part*"))


def _find(store: ModelStore, sha256: str) -> StoredModel:
    found = next((model for model in store.installed() if model.sha256 == sha256), None)
    if found is None:
        raise not_found("model")
    return found


def _name_of(sha256: str) -> str:
    return next((entry.name for entry in CATALOGUE if entry.sha256 == sha256), sha256[:80])
