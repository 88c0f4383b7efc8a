"""What kind of server answers, what it serves, and what it can tell."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..adapter import Adapter
from ..errors import EngineError, EngineProtocolError, ModelError, OptionError
from . import chat
from .served_adapters import Ways, ways
from .transport import Response, Transport

Software = Literal["llama.cpp", "vllm", "sglang", "ollama", "unknown"]
_OWNERS: dict[str, Software] = {"llamacpp": "llama.cpp", "vllm": "vllm", "sglang": "sglang"}
#: How long a server may take to say what it is, in seconds.
_ASK = 15.0


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What a server tells about itself. ``logprobs`` is ``None`` where only trying shows it; ``ways`` is what
    a request's body says for an adapter."""

    software: Software
    model: str
    context_length: int | None = None
    logprobs: bool | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    ways: Ways = field(default_factory=dict)


def inspect(transport: Transport, wanted: str | None, adapters: Sequence[Adapter] = ()) -> ServerFacts:
    """Ask a server what it is and whether it has the model ``wanted``, and the adapters.

    ``wanted`` may be left out if the server has one model only. Raises ``ModelError`` if the server says
    that it lacks the model or an adapter, ``OptionError`` if a model has to be named, ``EngineError`` if it
    refuses.
    """
    server = transport.base_url
    response = transport.call("GET", "models", timeout=_ASK)
    if response.status in (404, 405, 501):  # some gateways list nothing
        name = _named(wanted, [], server)
        return ServerFacts("unknown", name, ways=ways(transport, "unknown", name, None, adapters))
    if response.status != 200:
        raise chat.failure(response, server)
    entries = _entries(response, server)
    software = _software(transport, entries)
    listed = [str(entry["id"]) for entry in entries]
    name = _named(wanted, _models(entries, adapters), server)
    if software in ("vllm", "sglang", "ollama"):
        name = _check_listed(name, listed, server)
    entry = next((entry for entry in entries if entry["id"] == name), entries[0] if entries else {})
    return ServerFacts(
        software=software,
        model=name,
        context_length=context_length(transport, software, name, entry),
        logprobs=True if software in ("llama.cpp", "vllm", "sglang") else None,
        settings={"software": software},
        ways=ways(transport, software, name, listed, adapters),
    )


def served(transport: Transport, timeout: float = _ASK) -> tuple[Software, tuple[str, ...]]:
    """What kind of server answers, and the models it lists. ``timeout`` in seconds.

    Raises ``EngineError`` if nothing answers, or not as such a server.
    """
    response = transport.call("GET", "models", timeout=timeout)
    if response.status != 200:
        raise chat.failure(response, transport.base_url)
    entries = _entries(response, transport.base_url)
    return _software(transport, entries), tuple(str(entry["id"]) for entry in entries)


def context_length(
    transport: Transport, software: Software, model: str, entry: Mapping[str, Any]
) -> int | None:
    """Tokens one request may take, as far as the server tells."""
    if software in ("vllm", "sglang"):
        return _integer(entry.get("max_model_len"))
    if software == "llama.cpp":
        props = _get(transport, "/props") or {}
        settings = props.get("default_generation_settings")
        return _integer(settings.get("n_ctx")) if isinstance(settings, dict) else None
    if software == "ollama":
        return ollama_context(transport, model)
    return _integer(entry.get("context_length"))


def ollama_context(transport: Transport, model: str) -> int | None:
    """The context Ollama loaded a model with; it is known only while the model is loaded."""
    loaded = (_get(transport, "/api/ps") or {}).get("models")
    for entry in loaded if isinstance(loaded, list) else []:
        if isinstance(entry, dict) and model in (entry.get("name"), entry.get("model")):
            return _integer(entry.get("context_length"))
    return None


def count_tokens(
    transport: Transport, software: Software, model: str, messages: list[dict[str, str]]
) -> int | None:
    """Tokens of a prompt, chat template included, where the server counts them."""
    if software == "llama.cpp":
        response = transport.call(
            "POST", "chat/completions/input_tokens", {"messages": messages}, timeout=_ASK
        )
        return _integer((response.payload or {}).get("input_tokens")) if response.ok else None
    if software == "vllm":
        body = {"model": model, "messages": messages}
        response = transport.call("POST", _root(transport) + "/tokenize", body, timeout=_ASK)
        return _integer((response.payload or {}).get("count")) if response.ok else None
    return None


def _entries(response: Response, server: str) -> list[dict[str, Any]]:
    if response.payload is None:
        raise chat.not_the_protocol(response, server)
    data = response.payload.get("data")
    if data is None and response.payload.get("object") == "list":  # Ollama without a model
        return []
    if not isinstance(data, list):
        raise EngineProtocolError(
            f"{server} answers, but not as an OpenAI-compatible server.",
            hint="The address usually ends in /v1.",
        )
    return [entry for entry in data if isinstance(entry, dict) and "id" in entry]


def _software(transport: Transport, entries: list[dict[str, Any]]) -> Software:
    owner = str(entries[0].get("owned_by", "")) if entries else ""
    if owner in _OWNERS:
        return _OWNERS[owner]
    version = _get(transport, "/api/version")
    return "ollama" if version is not None and "version" in version else "unknown"


def _models(entries: Sequence[Mapping[str, Any]], adapters: Sequence[Adapter]) -> list[str]:
    """The names of what is a model of its own, if anything is: adapters have a ``parent``."""
    names = {adapter.name for adapter in adapters}
    models = [str(one["id"]) for one in entries if not one.get("parent") and one["id"] not in names]
    return models or [str(one["id"]) for one in entries]


def _named(wanted: str | None, listed: list[str], server: str) -> str:
    if wanted:
        return wanted
    if len(listed) == 1:
        return listed[0]
    choice = f" It has: {', '.join(listed[:10])}." if listed else ""
    raise OptionError(
        f"{server}: say which model to use.{choice}",
        hint=f"Write it after '#': {server}#{listed[0] if listed else 'model-name'}",
    )


def _check_listed(name: str, listed: list[str], server: str) -> str:
    if name in listed:
        return name
    if f"{name}:latest" in listed:
        return f"{name}:latest"
    close = difflib.get_close_matches(name, listed, n=2, cutoff=0.5)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"It has: {', '.join(listed[:10]) or 'none'}."
    raise ModelError(f"{server} has no model {name!r}.", hint=hint)


def _root(transport: Transport) -> str:
    return transport.base_url.removesuffix("/v1")


def _get(transport: Transport, path: str) -> dict[str, Any] | None:
    try:
        response = transport.call("GET", _root(transport) + path, timeout=_ASK)
    except EngineError:
        return None
    return response.payload if response.ok else None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
