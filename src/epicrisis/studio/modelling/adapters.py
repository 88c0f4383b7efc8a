"""The adapters on the project's shelf, by what their cards or their headers say."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel

from ...adapter import CARD, open_adapter
from ...engines.gguf_header import GgufHeader, read_header
from ...engines.store import ModelStore
from ...errors import EpicrisisError
from ..project import Project, is_name
from ..tuning.cards import Compared, card_of
from ..tuning.shelf import folders

#: What numbers that make no sense come to while a header is read.
_DAMAGED = (ValueError, ArithmeticError, RecursionError)


class AdapterView(BaseModel):
    """A file on the shelf, or a folder with a card (``tuned``). ``size`` in bytes. ``problem``: why it is no
    adapter that can be used. ``fits``: models of this machine that it can be used with; of a file only the
    architecture is known, which of them it was trained on its model card says. ``measured``: before and after
    the training, where that was measured."""

    file: str
    size: int
    tuned: bool = False
    name: str = ""
    codebook: str = ""
    measured: Compared | None = None
    architecture: str = ""
    kind: str = ""
    base: str = ""
    alpha: float | None = None
    fits: list[str] = []
    problem: str = ""


def adapters(project: Project, store: ModelStore | None = None) -> list[AdapterView]:
    """Every file and every folder with a card on the shelf, by name."""
    paths = sorted(
        path
        for path in project.shelf("adapters").iterdir()
        if is_name(path.name) and not path.is_symlink() and path.is_file()
    )
    tuned = [folder for folder in folders(project) if (folder / CARD).is_file()]
    if not paths and not tuned:
        return []
    store = store or ModelStore()
    installed = _architectures(store) if paths else {}
    here = {f"sha256:{model.sha256}": model.name or model.sha256[:12] for model in store.installed()}
    found = [_adapter(path, installed) for path in paths] + [_tuned(folder, here) for folder in tuned]
    return sorted(found, key=lambda one: one.file)


def _tuned(folder: Path, here: dict[str, str]) -> AdapterView:
    """A folder that ``epicrisis tune`` wrote; ``here`` are the models of this machine by digest."""
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    view = AdapterView(file=folder.name, size=size, tuned=True, kind="lora")
    try:
        adapter = open_adapter(folder)
        card = card_of(adapter)
    except EpicrisisError as error:
        view.problem = error.message
        return view
    view.name, view.base = card.name, card.base.name or ""
    view.architecture, view.codebook = card.base.architecture or "", card.codebook.name or ""
    view.measured = card.metrics
    view.fits = [here[adapter.base]] if adapter.base in here else []
    return view


def _adapter(path: Path, installed: dict[str, str]) -> AdapterView:
    view = AdapterView(file=path.name, size=path.stat().st_size)
    try:
        header = read_header(path)
        header.check_complete()
    except EpicrisisError as error:
        view.problem = error.message
        return view
    except _DAMAGED:
        view.problem = "This is not a whole GGUF file: what its header says cannot be."
        return view
    said = header.metadata
    view.name = str(said.get("general.name", ""))
    view.architecture = header.architecture
    view.kind = str(said.get("adapter.type", ""))
    view.base = _base(header)
    alpha = said.get("adapter.lora.alpha")
    view.alpha = float(alpha) if isinstance(alpha, (int, float)) else None
    if said.get("general.type") != "adapter":
        view.problem = "This is a GGUF file, but no adapter."
    elif view.kind != "lora":
        view.problem = f"This is an adapter of the kind {view.kind or 'unknown'!r}; only LoRA can be used."
    else:
        view.fits = [name for name, architecture in installed.items() if architecture == view.architecture]
    return view


def _base(header: GgufHeader) -> str:
    """The model it was trained on, if it says so."""
    for key in ("general.base_model.0.name", "general.base_model.0.repo_url", "general.basename"):
        if header.metadata.get(key):
            return str(header.metadata[key])
    return ""


@lru_cache(maxsize=64)
def _architecture(path: Path, _changed: int) -> str:
    # A vocabulary of 150,000 words stands before the end of a header.
    return read_header(path).architecture


def _architectures(store: ModelStore) -> dict[str, str]:
    found = {}
    for model in store.installed():
        try:
            found[model.name or model.sha256[:12]] = _architecture(model.path, model.path.stat().st_mtime_ns)
        except (EpicrisisError, *_DAMAGED):
            continue
    return found
