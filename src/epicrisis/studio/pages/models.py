"""Models: the catalogue, what is on this machine, the engines that can be asked, and adapters."""

from __future__ import annotations

import shutil
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from ...engines.machine import available_memory
from ...engines.store import ModelStore
from ..engines import EngineChoice, Engines, model_files
from ..modelling import models as modelling
from ..modelling.adapters import AdapterView, adapters
from ..modelling.models import ModelView, Working
from ..modelling.reachable import Servers, servers_of
from ..people.roles import Role
from ..web.dependencies import Admin, TheStudio, Viewer
from ..web.twin import Pages

routes = Pages("models")

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Address = Annotated[str, Field(min_length=1, max_length=500)]


class Machine(BaseModel):
    """Bytes that are free: of memory (``None`` if unknown), and of the disk where models lie."""

    memory: int | None
    disk: int


class ModelsView(BaseModel):
    """``fetches``: what is being fetched that the catalogue does not have. ``files``: model files that an
    admin can allow as engines. ``working``: something goes on that is soon different."""

    machine: Machine
    models: list[ModelView]
    fetches: dict[str, Working]
    engines: list[EngineChoice]
    servers: Servers
    files: list[str]
    adapters: list[AdapterView]
    working: bool


class Wanted(BaseModel):
    """A name of the catalogue, or hf:owner/repo/file.gguf."""

    address: Address


class Allowed(BaseModel):
    """An engine to allow, and what people are to know it by."""

    address: Address
    label: Annotated[str, Field(max_length=80)] = ""


@routes.page("/models", "models.html")
def models(
    studio: TheStudio,
    person: Viewer,
    look: Annotated[bool, Query(description="Look for servers again.")] = False,
) -> ModelsView:
    """Models, engines and adapters. Servers are looked for in the background: ask again while ``working``."""
    store = ModelStore()
    found = modelling.models(studio, store)
    fetches = modelling.fetches(studio)
    servers = servers_of(studio, again=look)
    under_way = [one.working for one in found if one.working is not None] + list(fetches.values())
    known = Engines(studio.database).choices()
    return ModelsView(
        machine=Machine(memory=available_memory(), disk=_free(store)),
        models=found,
        fetches=fetches,
        engines=[one for one in known if one.allowed],
        servers=servers,
        files=[one for one in model_files() if one not in {engine.address for engine in known}]
        if person.may(Role.ADMIN)
        else [],
        adapters=adapters(studio.project, store),
        working=servers.looking or any(one.state in ("waiting", "running") for one in under_way),
    )


@routes.api.post("/models/pulls", status_code=202)
def pull_model(studio: TheStudio, person: Admin, wanted: Wanted) -> None:
    """Fetch a model in the background; ``GET /api/models`` says how far it is."""
    modelling.pull(studio, wanted.address, by=person.name)


@routes.api.delete("/models/pulls", status_code=204)
def cancel_pull(
    studio: TheStudio, person: Admin, key: Annotated[str, Query(min_length=1, max_length=500)]
) -> None:
    """Stop fetching (``key``: the model's digest, or the address); what is there stays for the next time."""
    modelling.cancel(studio, key, by=person.name)


@routes.api.post("/models/{sha256}/verify", status_code=202)
def verify_model(studio: TheStudio, person: Admin, sha256: Digest) -> None:
    """Compute the digest of a model's file again in the background, and compare."""
    modelling.verify(studio, sha256, by=person.name)


@routes.api.delete("/models/{sha256}", status_code=204)
def delete_model(studio: TheStudio, person: Admin, sha256: Digest) -> None:
    """Delete a model from this machine, or what an unfinished fetch left of it."""
    modelling.remove(studio, sha256, by=person.name)


@routes.api.post("/engines", status_code=201)
def allow_engine(studio: TheStudio, person: Admin, allowed: Allowed) -> None:
    """Allow an engine to the people of this project."""
    Engines(studio.database).allow(allowed.address.strip(), allowed.label.strip(), by=person.name)


@routes.api.delete("/engines", status_code=204)
def remove_engine(
    studio: TheStudio, person: Admin, address: Annotated[str, Query(min_length=1, max_length=500)]
) -> None:
    """No longer allow an engine."""
    Engines(studio.database).remove(address, by=person.name)


def _free(store: ModelStore) -> int:
    there = next(folder for folder in (store.root, *store.root.parents) if folder.exists())
    return shutil.disk_usage(there).free
