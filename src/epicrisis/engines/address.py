"""What ``--engine`` can be, and the engine it names."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from ..adapter import Adapter
from ..errors import OptionError
from . import catalogue, native_library
from .catalogue import CatalogueModel, HubFile
from .engine import Engine
from .store import ModelStore, Report

FORMS = (
    "An engine is a model's name (epicrisis models list), a path to a .gguf file, "
    "hf:owner/repo/file.gguf, or a server such as http://127.0.0.1:8000/v1#model-name. "
    "native:MODEL and llamacpp:MODEL choose between the two embedded engines."
)
#: The engine for models in this process, where the address does not say: native or llamacpp.
EMBEDDED_VARIABLE = "EPICRISIS_EMBEDDED"
Embedded = Literal["native", "llamacpp"]
_EMBEDDED: tuple[Embedded, ...] = ("native", "llamacpp")
_HUB = re.compile(
    r"hf:(?://)?(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w.-]+))?/(?P<file>.+\.gguf)\Z", re.I
)
_HOST = re.compile(r"(localhost|\d+\.\d+\.\d+\.\d+|[\w.-]+\.[a-z]+|\[[0-9a-f:]+\]):\d+(/|#|\Z)", re.I)


@dataclass(frozen=True, slots=True)
class EngineAddress:
    """A parsed address: exactly the field for its ``kind`` is set (``model`` may be empty for servers).

    ``embedded`` is the engine that an address of a model asks for, if it does.
    """

    text: str
    kind: Literal["catalogue", "file", "hub", "server", "scripted"]
    entry: CatalogueModel | None = None
    path: Path | None = None
    hub: HubFile | None = None
    url: str | None = None
    model: str | None = None
    embedded: Embedded | None = None


def parse(address: str) -> EngineAddress:
    """Read an engine address.

    Raises ``OptionError`` naming the nearest model if it is none of the known forms.
    """
    text = address.strip()
    if text.lower().startswith(("http://", "https://")):
        return _server(text)
    if text.lower().startswith("hf:"):
        match = _HUB.match(text)
        if match is None:
            raise OptionError(
                f"{text!r} is not a file on the Hub.", hint="Write it as hf:owner/repo/file.gguf"
            )
        reference = HubFile(match["repo"], match["file"], match["revision"] or "main")
        return EngineAddress(text, "hub", hub=reference)
    for embedded in _EMBEDDED:
        if text.lower().startswith(f"{embedded}:"):
            return _embedded(text, embedded)
    if text.lower().startswith("scripted:"):
        return EngineAddress(text, "scripted", path=_path(text.partition(":")[2]))
    entry = catalogue.find(text)
    if entry is not None:
        return EngineAddress(text, "catalogue", entry=entry)
    path = _path(text)
    if text.lower().endswith(".gguf") or _is_file(path):
        return EngineAddress(text, "file", path=path)
    if _HOST.match(text):
        raise OptionError(f"{text!r} lacks its scheme.", hint=f"Did you mean http://{text} ?")
    raise OptionError(f"No engine is called {text!r}.", hint=f"{catalogue.suggestion(text)}\n{FORMS}")


def embedded_engine(address: EngineAddress, parallel: int | None = None) -> Embedded:
    """The engine that answers for a model in this process.

    The address decides, then the environment variable ``EPICRISIS_EMBEDDED``. Otherwise it is ``native``
    where that is installed, unless reports are to be decoded together (``parallel`` above 1), which only
    ``llamacpp`` does. Raises ``OptionError`` for a variable that names neither.
    """
    if address.embedded is not None:
        return address.embedded
    wanted = os.environ.get(EMBEDDED_VARIABLE, "").strip().lower()
    for embedded in _EMBEDDED:
        if wanted == embedded:
            return embedded
    if wanted:
        raise OptionError(
            f"{EMBEDDED_VARIABLE} is {wanted!r}, which is no engine.", hint="Set it to native or llamacpp."
        )
    return "native" if (parallel or 1) == 1 and native_library.installed() else "llamacpp"


def _embedded(text: str, embedded: Embedded) -> EngineAddress:
    model = parse(text.partition(":")[2])
    if model.kind in ("server", "scripted") or model.embedded is not None:
        raise OptionError(
            f"{text!r} names no model for this process.",
            hint=f"After {embedded}: comes a model's name, a .gguf file or hf:owner/repo/file.gguf.",
        )
    return dataclasses.replace(model, text=text, embedded=embedded)


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:  # a user nobody knows: then the tilde is part of the name
        return Path(text)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no file could be called that
        return False


def _server(text: str) -> EngineAddress:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise OptionError(f"{text!r} is not a valid address.", hint=FORMS) from None
    if not parts.hostname:
        raise OptionError(f"{text!r} names no host.", hint=FORMS)
    if parts.username or parts.password:
        raise OptionError(
            "A server's key does not belong in its address.",
            hint="Put it into the environment variable EPICRISIS_API_KEY.",
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions") or "/v1"
    url = urlunsplit((parts.scheme.lower(), parts.netloc, path, parts.query, ""))
    return EngineAddress(text, "server", url=url, model=parts.fragment or None)


def open_engine(
    address: str | EngineAddress,
    *,
    context: int | None = None,
    threads: int | None = None,
    parallel: int | None = None,
    timeout: float | None = None,
    fetch: bool = True,
    report: Report | None = None,
    store: ModelStore | None = None,
    adapters: Sequence[Adapter] = (),
) -> Engine:
    """The engine an address names, ready to answer.

    ``context`` (tokens) and ``threads`` hold for embedded models; for a server ``context`` states what it
    does not tell itself. ``parallel`` requests run at once, ``timeout`` is in seconds per request. A model
    named from the catalogue or the Hub is fetched if need be, unless ``fetch`` is false; ``report`` hears
    how far that is. ``adapters`` are loaded beside the model, or are expected of the server.

    Raises ``OptionError`` for an address that means nothing, ``ModelError`` for a missing or damaged model
    or an adapter that is not for it,
    ``EngineError`` if the server does not answer or llama.cpp cannot load the model.
    """
    where = parse(address) if isinstance(address, str) else address
    if where.kind == "server":
        from .openai import OpenAIEngine

        engine = OpenAIEngine(
            where.url or "",
            where.model,
            context=context,
            parallel=parallel,
            timeout=timeout,
            adapters=adapters,
        )
        try:
            engine.connect()
        except BaseException:
            engine.close()
            raise
        return engine
    if where.kind == "scripted":
        from .scripted import ScriptedEngine

        return ScriptedEngine.from_file(where.path or Path(), adapters=adapters)
    from . import fetch as fetching

    embedded = embedded_engine(where, parallel)
    if embedded == "native" and (parallel or 1) > 1:
        raise OptionError(
            f"The native engine answers one request at a time, not {parallel}.",
            hint="Leave --parallel out, or use the other embedded engine: --engine llamacpp:MODEL",
        )
    if embedded == "native":
        native_library.library()  # not installed: that is said before a model is fetched
    if where.entry is not None:
        model = fetching.ensure(where.entry, store, fetch=fetch, report=report)
    elif where.hub is not None:
        model = fetching.ensure_hub(where.hub, store, fetch=fetch, report=report)
    else:
        model = fetching.local_file(where.path or Path(), store)
    if embedded == "native":
        from .native import NativeEngine

        return NativeEngine(
            model.path,
            name=model.name,
            digest=model.digest,
            context=context,
            threads=threads,
            timeout=timeout,
            adapters=adapters,
        )
    from .llamacpp import LlamaCppEngine

    return LlamaCppEngine(
        model.path,
        name=model.name,
        digest=model.digest,
        context=context,
        threads=threads,
        parallel=parallel,
        timeout=timeout,
        adapters=adapters,
    )
