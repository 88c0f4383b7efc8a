"""Adapters beside a model, before any request: what fits, what does not, and what is said."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from epicrisis.adapter import Adapter, file_digest, open_adapter
from epicrisis.engines.address import open_engine
from epicrisis.engines.engine import Message, Request
from epicrisis.engines.gguf_header import read_header
from epicrisis.engines.openai import OpenAIEngine
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.errors import ModelError, OptionError

Write = Callable[..., Adapter]
ASK = Request([Message("user", "Is it so?")], max_tokens=4)


@pytest.fixture(params=["llamacpp", "native"])
def open_embedded(request: pytest.FixtureRequest, tiny_gguf: Path) -> Callable[..., Any]:
    """Opens the tiny model with adapters, by its address: its digest is known then."""
    if request.param == "native":
        pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")

    def open_it(*adapters: Adapter) -> Any:
        return open_engine(f"{request.param}:{tiny_gguf}", context=1024, threads=1, adapters=adapters)

    return open_it


def described_anew(adapter: Adapter) -> Adapter:
    """The adapter with a card that fits its files as they are now."""
    card = dict(adapter.card) | {"files": {"adapter.gguf": file_digest(adapter.gguf)}}
    (adapter.folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return open_adapter(adapter.folder)


def test_it_is_loaded_with_its_own_base(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path, tiny_gguf: Path
) -> None:
    with open_embedded(write_adapter(tmp_path / "kidney", base=file_digest(tiny_gguf))) as engine:
        assert engine.info.adapters == ("kidney",)
        alone = engine.complete(ASK)
        request = Request(ASK.messages, max_tokens=4, adapter="kidney")
        assert engine.complete(request).text != alone.text
        assert engine.complete(ASK).text == alone.text


def test_a_shared_beginning_is_not_evaluated_again_with_the_same_adapter(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path
) -> None:
    shared = Message("system", "The same instructions and definitions for every report. " * 10)

    def ask(text: str, adapter: str | None) -> Request:
        return Request([shared, Message("user", text)], max_tokens=4, adapter=adapter)

    with open_embedded(write_adapter(tmp_path / "kidney")) as engine:
        first, second = engine.complete(ask("a", "kidney")), engine.complete(ask("b", "kidney"))
        other = engine.complete(ask("c", None))
        assert first.cached_tokens == other.cached_tokens == 0
        assert second.cached_tokens > second.prompt_tokens - 30


def test_each_adapter_finds_its_own_beginning(write_adapter: Write, tmp_path: Path, tiny_gguf: Path) -> None:
    pytest.importorskip("llama_cpp", reason="llama-cpp-python is not installed")
    from epicrisis.engines.native import NativeEngine

    shared = Message("system", "The same instructions and definitions for every report. " * 10)
    adapter = write_adapter(tmp_path / "kidney")
    with NativeEngine(tiny_gguf, context=1024, threads=1, adapters=[adapter]) as engine:
        for turn, report in enumerate(("a", "b", "c")):
            for name in ("kidney", None):
                request = Request([shared, Message("user", report)], max_tokens=4, adapter=name)
                reply = engine.complete(request)
                assert (reply.cached_tokens > reply.prompt_tokens - 30) == (turn > 0)


def test_another_base_is_refused(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "kidney", base="sha256:" + "0" * 64)
    with pytest.raises(ModelError, match=r"'kidney' was trained on tiny \(000000000000\)") as caught:
        open_embedded(adapter)
    assert "--engine tiny" in str(caught.value.hint)


def test_another_architecture_is_refused(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "kidney", architecture="qwen2")
    with pytest.raises(ModelError, match="architecture 'qwen2', and tiny is 'llama'") as caught:
        open_embedded(adapter)
    assert str(adapter.gguf) in str(caught.value)


def test_another_size_is_refused(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "kidney", width=48)
    with pytest.raises(ModelError, match=r"changes 'blk\.0\.attn_q\.weight', which is not so in tiny"):
        open_embedded(adapter)


def test_a_file_the_card_does_not_describe_is_refused(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "kidney")
    data = bytearray(adapter.gguf.read_bytes())
    data[-1] ^= 1
    adapter.gguf.write_bytes(data)
    with pytest.raises(ModelError, match="not the file that the adapter's card describes"):
        open_embedded(adapter)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[: len(data) // 2], "cut short"),
        (lambda data: data[:40], "cut short or damaged"),
        (lambda data: b"GGML" + data[4:], "not a GGUF model"),
        (lambda data: b"", "cannot be read"),
        (lambda data: data.replace(b"lora", b"tora"), "no LoRA"),
        (lambda data: data.replace(b"lora.alpha", b"lora.elpha"), "how strong"),
        (lambda data: data.replace(struct.pack("<f", 8.0), struct.pack("<f", float("nan"))), "how strong"),
        (lambda data: data.replace(b"lora_b", b"lora_c"), "changes 'blk.0"),
        (lambda data: data.replace(b"attn_q", b"attn_x"), "changes 'blk.0.attn_x.weight'"),
    ],
)
def test_a_broken_file_is_an_error_and_no_crash(
    open_embedded: Callable[..., Any],
    write_adapter: Write,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    said: str,
) -> None:
    adapter = write_adapter(tmp_path / "kidney")
    adapter.gguf.write_bytes(damage(adapter.gguf.read_bytes()))
    with pytest.raises(ModelError, match=said):
        open_embedded(described_anew(adapter))


def test_a_file_llama_cpp_refuses(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "kidney")
    data = bytearray(adapter.gguf.read_bytes())
    name = b"blk.0.attn_q.weight.lora_a"
    kind = data.index(name) + len(name) + 4 + 2 * 8
    data[kind] = 200  # a type of numbers that nobody knows
    adapter.gguf.write_bytes(data)
    with pytest.raises(ModelError, match=r"llama\.cpp cannot load .*adapter"):
        open_embedded(described_anew(adapter))


def test_without_a_file_for_llama_cpp(
    open_embedded: Callable[..., Any], write_adapter: Write, tmp_path: Path
) -> None:
    adapter = write_adapter(tmp_path / "kidney")
    adapter.gguf.unlink()
    with pytest.raises(ModelError, match=r"no file for llama\.cpp"):
        open_embedded(adapter)


def test_the_header_tells_shapes(tiny_gguf: Path) -> None:
    tensors = read_header(tiny_gguf).tensors
    assert tensors["blk.0.ffn_down.weight"] == (64, 32)
    assert tensors["output_norm.weight"] == (32,)


def test_a_scripted_engine_records_it(write_adapter: Write, tmp_path: Path) -> None:
    engine = ScriptedEngine(default="yes", adapters=[write_adapter(tmp_path / "kidney")])
    engine.complete(Request([Message("user", "?")], adapter="kidney"))
    engine.complete(Request([Message("user", "?")]))
    assert [request.adapter for request in engine.requests] == ["kidney", None]
    with pytest.raises(OptionError, match="lung"):
        engine.complete(Request([Message("user", "?")], adapter="lung"))


# Servers.


@pytest.fixture
def kidney(write_adapter: Write, tmp_path: Path) -> Adapter:
    return write_adapter(tmp_path / "kidney")


@pytest.fixture
def engine_of(server: Any, kidney: Adapter) -> Iterator[Callable[..., OpenAIEngine]]:
    engines = []

    def open_it(entries: list[dict[str, Any]] | None, model: str | None = None, **options: Any) -> Any:
        server.models = {"object": "list", "data": entries} if entries is not None else (404, "none", {})
        engines.append(OpenAIEngine(server.url, model, adapters=[kidney], **options))
        return engines[-1]

    yield open_it
    for engine in engines:
        engine.close()


BASE = {"id": "base", "owned_by": "vllm", "max_model_len": 4096}
LORA = {"id": "kidney", "owned_by": "vllm", "parent": "base", "max_model_len": 4096}


def asked(server: Any) -> list[str]:
    return [body["model"] for body in server.posts()]


def test_the_served_name_is_the_model_asked_for(server: Any, engine_of: Callable[..., OpenAIEngine]) -> None:
    engine = engine_of([BASE, LORA])
    assert (engine.info.model, engine.info.adapters) == ("base", ("kidney",))
    engine.complete(Request(ASK.messages, adapter="kidney"))
    engine.complete(ASK)
    assert asked(server) == ["kidney", "base"]


def test_sglang_takes_both_names(server: Any, engine_of: Callable[..., OpenAIEngine]) -> None:
    engine = engine_of([{**BASE, "owned_by": "sglang"}, {**LORA, "owned_by": "sglang"}])
    engine.complete(Request(ASK.messages, adapter="kidney"))
    assert asked(server) == ["base:kidney"]


def test_on_ollama_it_is_a_model(server: Any, engine_of: Callable[..., OpenAIEngine]) -> None:
    server.paths["/api/version"] = {"version": "0.6"}
    server.paths["/api/ps"] = {"models": [{"name": "kidney:latest", "context_length": 2048}]}
    owned = {"owned_by": "library"}
    engine = engine_of([{"id": "base:latest", **owned}, {"id": "kidney:latest", **owned}], "base")
    engine.complete(Request(ASK.messages, adapter="kidney"))
    assert asked(server) == ["kidney:latest"]
    assert engine.info.context_length == 2048


def test_llama_server_is_told_the_number(server: Any, engine_of: Callable[..., OpenAIEngine]) -> None:
    server.paths["/lora-adapters"] = [
        {"id": 0, "path": "C:\\tuned\\thyroid\\adapter.gguf", "scale": 1.0},
        {"id": 1, "path": "/tuned/kidney/adapter.gguf", "scale": 1.0},
    ]
    engine = engine_of([{"id": "base", "owned_by": "llamacpp"}])
    engine.complete(Request(ASK.messages, adapter="kidney"))
    engine.complete(ASK)
    with_it, without = server.posts()
    assert with_it["lora"] == [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 1.0}]
    assert without["lora"] == [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 0.0}]
    # What it has evaluated it would give out for any adapter.
    assert with_it["cache_prompt"] is without["cache_prompt"] is False


def test_llama_server_that_is_called_as_the_adapter(
    server: Any, engine_of: Callable[..., OpenAIEngine]
) -> None:
    engine = engine_of([{"id": "kidney", "owned_by": "llamacpp"}])
    engine.complete(Request(ASK.messages, adapter="kidney"))
    (body,) = server.posts()
    assert body["model"] == "kidney"
    assert body["cache_prompt"] is True
    assert "lora" not in body


def test_a_server_that_lists_nothing_is_believed(server: Any, engine_of: Callable[..., OpenAIEngine]) -> None:
    engine_of(None, "base").complete(Request(ASK.messages, adapter="kidney"))
    assert asked(server) == ["kidney"]


@pytest.mark.parametrize(
    ("owner", "how"),
    [
        ("vllm", "--lora-modules kidney="),
        ("sglang", "--lora-paths kidney="),
        ("llamacpp", "--alias kidney"),
        ("library", "ollama create kidney"),
        ("someone", "called 'kidney'"),
    ],
)
def test_a_server_without_it_is_told_how_to_load_it(
    server: Any, engine_of: Callable[..., OpenAIEngine], kidney: Adapter, owner: str, how: str
) -> None:
    if owner == "library":
        server.paths["/api/version"] = {"version": "0.6"}
    server.paths["/lora-adapters"] = []
    engine = engine_of([{"id": "base", "owned_by": owner}])
    with pytest.raises(ModelError, match="does not serve the adapter 'kidney'") as caught:
        engine.connect()
    assert how in str(caught.value.hint)
    assert str(kidney.folder) in str(caught.value.hint)


def test_two_files_that_could_be_it(server: Any, engine_of: Callable[..., OpenAIEngine]) -> None:
    server.paths["/lora-adapters"] = [{"id": 0, "path": "kidney.gguf"}, {"id": 1, "path": "kidney/a.gguf"}]
    with pytest.raises(ModelError, match="does not serve"):
        engine_of([{"id": "base", "owned_by": "llamacpp"}]).connect()


def test_an_address_opens_a_server_with_adapters(server: Any, kidney: Adapter) -> None:
    server.models = {"object": "list", "data": [BASE]}
    with pytest.raises(ModelError, match="does not serve the adapter"):
        open_engine(server.url, adapters=[kidney])
    server.models = {"object": "list", "data": [BASE, LORA]}
    engine = open_engine(server.url, adapters=[kidney])
    assert engine.info.adapters == ("kidney",)
    engine.close()
