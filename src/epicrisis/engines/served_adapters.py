"""How servers are asked to answer with an adapter, and whether they have it.

vLLM lists adapters beside its model and takes their names as the model's; so does Ollama, where an adapter is
a model of its own. SGLang lists them and takes ``model:adapter``. llama-server numbers the files it has
loaded, and takes the number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..adapter import GGUF, Adapter
from ..errors import ModelError
from .transport import Transport

#: How long a server may take to say what it has, in seconds.
_ASK = 15.0
#: What a request's body says for an adapter, by its name; for ``None``, the base alone.
Ways = Mapping[str | None, Mapping[str, Any]]


def ways(
    transport: Transport, software: str, model: str, listed: Sequence[str] | None, adapters: Sequence[Adapter]
) -> Ways:
    """What to add to the body of requests. ``listed`` are the names the server gives, ``None`` if it does not
    tell. Raises ``ModelError`` if it does not have one of the adapters."""
    found: dict[str | None, Mapping[str, Any]] = {}
    numbered = []
    for adapter in adapters:
        served = _served(adapter.name, listed)
        if served is not None:
            found[adapter.name] = {"model": f"{model}:{served}" if software == "sglang" else served}
        elif software == "llama.cpp":
            numbered.append(adapter)
        else:
            raise _missing(transport.base_url, software, model, adapter, listed or ())
    if numbered:
        found |= _numbered(transport, model, numbered)
    return found


def _served(name: str, listed: Sequence[str] | None) -> str | None:
    if listed is None:
        return name
    return next((one for one in (name, f"{name}:latest") if one in listed), None)


def _numbered(
    transport: Transport, model: str, adapters: Sequence[Adapter]
) -> dict[str | None, Mapping[str, Any]]:
    """llama-server's way: every request says of each adapter how much of it there is to be.

    Its cache is left alone: it gives out what was evaluated with another adapter
    (https://github.com/ggml-org/llama.cpp/issues/26207).
    """
    loaded = _loaded(transport)
    places: dict[str, int] = {}
    for adapter in adapters:
        fitting = [place for place, path in loaded.items() if _is_of(path, adapter.name)]
        if len(fitting) != 1:
            raise _missing(transport.base_url, "llama.cpp", model, adapter, list(loaded.values()))
        places[adapter.name] = fitting[0]

    def way(chosen: str | None) -> Mapping[str, Any]:
        lora = [{"id": place, "scale": 1.0 if place == places.get(chosen or "") else 0.0} for place in loaded]
        return {"lora": lora, "cache_prompt": False}

    return {None: way(None), **{name: way(name) for name in places}}


def _loaded(transport: Transport) -> dict[int, str]:
    """The files of adapters that llama-server has loaded, by their numbers."""
    root = transport.base_url.removesuffix("/v1")
    response = transport.call("GET", f"{root}/lora-adapters", timeout=_ASK)
    return {
        entry["id"]: str(entry.get("path", ""))
        for entry in response.items or ()
        if isinstance(entry, Mapping) and isinstance(entry.get("id"), int)
    }


def _is_of(path: str, name: str) -> bool:
    """Whether the file is called as the adapter is, or lies in a folder that is."""
    *folders, file = re.split(r"[\\/]", path)
    return file == f"{name}.gguf" or folders[-1:] == [name]


def _missing(server: str, software: str, model: str, adapter: Adapter, listed: Sequence[str]) -> ModelError:
    name, folder = adapter.name, adapter.folder
    how = {
        "vllm": f"vllm serve {model} --enable-lora --lora-modules {name}={folder}",
        "sglang": f"--enable-lora --lora-paths {name}={folder}",
        "ollama": f"a Modelfile with FROM {model} and ADAPTER {folder / GGUF}, then: ollama create {name}",
        "llama.cpp": f"llama-server -m {model} --lora {folder / GGUF} --alias {name}",
    }.get(software, f"its weights are in {folder}, and it has to be called {name!r} there")
    has = f"It has: {', '.join(listed[:10])}. " if listed else ""
    return ModelError(
        f"{server} does not serve the adapter {name!r}.", hint=f"{has}Load it into the server: {how}"
    )
