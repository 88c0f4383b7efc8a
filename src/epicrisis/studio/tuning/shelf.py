"""The adapters on a project's shelf: folders with a card, and the engines each can be used with."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from ...adapter import CARD, Adapter, open_adapter
from ...engines.address import parse
from ...engines.store import ModelStore
from ...errors import EpicrisisError
from ...tuning.events import HISTORY
from ..database import Database
from ..engines import EngineChoice, Engines
from ..project import Project, is_name
from ..web.refusals import not_found


class AdapterChoice(BaseModel):
    """An adapter to ask with: ``engines`` are the addresses it fits, ``codebook`` is what its card calls the
    one that it answers."""

    name: str
    base: str
    codebook: str | None = None
    engines: list[str]


def folders(project: Project) -> list[Path]:
    """Those that hold an adapter, or what a training has written of one, by name."""
    return sorted(
        path
        for path in project.shelf("adapters").iterdir()
        if is_name(path.name)
        and not path.is_symlink()
        and path.is_dir()
        and any((path / name).is_file() for name in (CARD, HISTORY))
    )


def opened(project: Project, name: str) -> Adapter:
    """The adapter called ``name``. Raises Refused (404), OptionError for a name that leads elsewhere, or
    ModelError for a folder that is no adapter."""
    folder = project.file("adapters", name)
    if not folder.is_dir() or not (folder / CARD).is_file():
        raise not_found("adapter")
    return open_adapter(folder)


def choices(project: Project, database: Database) -> list[AdapterChoice]:
    """The adapters that can be asked with, by name."""
    adapters = [adapter for folder in folders(project) if (adapter := _whole(folder)) is not None]
    if not adapters:
        return []
    digests = engine_digests(Engines(database).choices())
    return [
        AdapterChoice(
            name=adapter.folder.name,
            base=adapter.base_name,
            codebook=_codebook(adapter),
            engines=_fitting(adapter, digests),
        )
        for adapter in adapters
    ]


def _fitting(adapter: Adapter, digests: dict[str, str | None]) -> list[str]:
    """The engines it fits, those that are known to be its base first."""
    found = [address for address, digest in digests.items() if fits(adapter, address, digest)]
    return sorted(found, key=lambda address: digests[address] is None)


def fits(adapter: Adapter, address: str, digest: str | None) -> bool:
    """Whether an engine may be asked with the adapter. What a server runs nobody knows here: it has the
    adapter by name, or says that it has not."""
    if digest is None:
        return parse(address).kind in ("server", "scripted")
    return adapter.base is None or adapter.base == digest


def check_fits(adapter: Adapter, address: str) -> None:
    """Raise ModelError if the engine is another model than the adapter was trained on."""
    adapter.check_base(_digest(address, ModelStore()), address)


def engine_digests(engines: list[EngineChoice]) -> dict[str, str | None]:
    """The digest (``sha256:...``) of each engine's model, where it is known without fetching it."""
    store = ModelStore()
    return {one.address: _digest(one.address, store) for one in engines}


def _digest(address: str, store: ModelStore) -> str | None:
    try:
        where = parse(address)
        if where.entry is not None:
            return where.entry.digest
        if where.hub is not None:
            found = store.hub_digest(where.hub)
            return None if found is None else f"sha256:{found}"
        if where.kind == "file" and where.path is not None:
            # Computed once, until the file changes.
            return f"sha256:{store.digest(where.path)}"
    except (EpicrisisError, OSError):
        return None
    return None


def _whole(folder: Path) -> Adapter | None:
    try:
        return open_adapter(folder) if (folder / CARD).is_file() else None
    except EpicrisisError:
        return None


def _codebook(adapter: Adapter) -> str | None:
    found = adapter.card.get("codebook")
    name = found.get("name") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None
