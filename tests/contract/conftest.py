"""Every engine, opened once: the embedded ones, llama.cpp's own HTTP server, and a scripted one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from epicrisis.adapter import Adapter
from epicrisis.engines.engine import Engine

CONTEXT = 8192


def start_llama_server(model: Path, **options: Any) -> Any:
    """llama.cpp's HTTP server on a free loopback port, as a user would run one."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.verbosity = -1
    params.port = 0
    params.endpoint_slots = True
    for name, value in options.items():
        setattr(params, name, value)
    return xllamacpp.Server(params)


def open_native(model: Path, context: int, adapters: Sequence[Adapter] = ()) -> Engine:
    """The engine of the extra ``native``, whose tests are passed over where that is not installed."""
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    from epicrisis.engines.native import NativeEngine

    return NativeEngine(model, context=context, threads=1, adapters=adapters)


@pytest.fixture(scope="session")
def llama_server(tiny_gguf: Path) -> Iterator[Callable[..., Any]]:
    """Starts servers; they live as long as the tests do."""
    servers: list[Any] = []

    def start(**options: Any) -> Any:
        servers.append(start_llama_server(tiny_gguf, **options))
        return servers[-1]

    yield start
    servers.clear()


@pytest.fixture(scope="session")
def server_url(llama_server: Callable[..., Any]) -> str:
    return f"{llama_server().listening_address}/v1"


@pytest.fixture(scope="session", params=["llamacpp", "native", "openai", "scripted"])
def engine(request: pytest.FixtureRequest, tiny_gguf: Path) -> Iterator[Engine]:
    from epicrisis.engines.llamacpp import LlamaCppEngine
    from epicrisis.engines.openai import OpenAIEngine
    from epicrisis.engines.scripted import ScriptedEngine

    found: Engine
    if request.param == "llamacpp":
        found = LlamaCppEngine(tiny_gguf, context=CONTEXT, threads=1)
    elif request.param == "native":
        found = open_native(tiny_gguf, CONTEXT)
    elif request.param == "openai":
        found = OpenAIEngine(request.getfixturevalue("server_url"), parallel=1)
    else:
        found = ScriptedEngine.from_schema(3, context_length=CONTEXT, logprobs=True)
    yield found
    found.close()


@pytest.fixture(scope="session")
def slow_engine(engine: Engine, tiny_gguf: Path, llama_server: Callable[..., Any]) -> Iterator[Engine]:
    """The same kind of engine, which ``LONG`` keeps busy for minutes."""
    from epicrisis.engines.llamacpp import LlamaCppEngine
    from epicrisis.engines.openai import OpenAIEngine
    from epicrisis.engines.scripted import ScriptedEngine

    found: Engine
    if engine.info.kind == "llamacpp":
        found = LlamaCppEngine(tiny_gguf, context=131_072, threads=1)
    elif engine.info.kind == "native":
        found = open_native(tiny_gguf, 131_072)
    elif engine.info.kind == "openai":
        found = OpenAIEngine(f"{llama_server(n_ctx=131_072).listening_address}/v1", parallel=1)
    else:
        found = ScriptedEngine.from_schema(3, latency=3600.0)
    yield found
    found.close()


@pytest.fixture(scope="session")
def adapters(
    write_adapter: Callable[..., Adapter], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Adapter, Adapter]:
    """Two adapters for the tiny model that answer differently from it and from each other."""
    folder = tmp_path_factory.mktemp("adapters")
    return write_adapter(folder / "kidney", seed=1), write_adapter(folder / "thyroid", seed=2)


@pytest.fixture(scope="session")
def lora_server_url(llama_server: Callable[..., Any], adapters: tuple[Adapter, Adapter]) -> str:
    """llama.cpp's HTTP server with both of them, as ``--lora A --lora B`` starts it: prompts are cached."""
    import xllamacpp

    loras = [xllamacpp.CommonAdapterLoraInfo(str(adapter.gguf), 1.0) for adapter in adapters]
    return f"{llama_server(lora_adapters=loras, cache_ram_mib=64).listening_address}/v1"


@pytest.fixture(scope="module", params=["llamacpp", "llamacpp-parallel", "native", "openai", "scripted"])
def open_with(request: pytest.FixtureRequest, tiny_gguf: Path) -> Callable[[Sequence[Adapter]], Engine]:
    """Opens an engine with these adapters. The server has both loaded, whichever are asked of it."""
    from epicrisis.engines.llamacpp import LlamaCppEngine
    from epicrisis.engines.openai import OpenAIEngine
    from epicrisis.engines.scripted import ScriptedEngine

    def open_it(chosen: Sequence[Adapter]) -> Engine:
        if request.param == "native":
            return open_native(tiny_gguf, CONTEXT, chosen)
        if request.param == "openai":
            # Without adapters, a server that has none: there it would answer with what it was started with.
            url = request.getfixturevalue("lora_server_url" if chosen else "server_url")
            return OpenAIEngine(url, parallel=2, adapters=chosen)
        if request.param == "scripted":
            return ScriptedEngine.from_schema(3, adapters=chosen)
        slots = 2 if request.param == "llamacpp-parallel" else 1
        return LlamaCppEngine(tiny_gguf, context=CONTEXT, threads=1, parallel=slots, adapters=chosen)

    return open_it
