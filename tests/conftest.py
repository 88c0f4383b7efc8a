"""What all tests share: a model of random weights, small enough to be made and loaded in a moment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import settings

from epicrisis.adapter import CARD, GGUF, Adapter, file_digest, open_adapter

# The same examples every time, so that a red run is about the change at hand. New ones are looked for with
# EPICRISIS_EXPLORE=1; what they find becomes an @example.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
if not os.environ.get("EPICRISIS_EXPLORE"):
    settings.load_profile("steady")

TINY_CONTEXT = 131_072
_WIDTH, _FEED_FORWARD, _HEADS = 32, 64, 2
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def _byte_symbols() -> list[str]:
    """The 256 characters that stand for bytes in a byte-level vocabulary, in byte order."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    symbol = {byte: chr(byte) for byte in shown} | {byte: chr(256 + n) for n, byte in enumerate(hidden)}
    return [symbol[byte] for byte in range(256)]


def write_tiny_gguf(
    path: Path,
    *,
    seed: int = 7,
    template: str | None = _TEMPLATE,
    architecture: Literal["llama", "qwen2"] = "llama",
    layers: int = 1,
    heads: int = _HEADS,
    heads_kv: int | None = None,
    width: int = _WIDTH,
    feed_forward: int = _FEED_FORWARD,
    quantised: bool = False,
) -> Path:
    """Write a model of random weights (one layer: under 0.2 MB) that can say any bytes.

    Without a schema it talks until its budget is spent.

    ``template`` is the chat template; ``None`` leaves it out, as in base models. ``heads_kv`` is as many as
    ``heads`` unless told otherwise. ``quantised``: the matrices in 8 bits (Q8_0).
    """
    import gguf
    import numpy as np

    symbols = _byte_symbols()
    space = symbols[32]
    pairs = [('"', ":"), ('":', space), (",", space), ("t", "h"), ("th", "e"), ("i", "n"), ("e", "r")]
    merged = [left + right for left, right in pairs]
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens = [*symbols, *merged, *special]
    types = [gguf.TokenType.NORMAL] * (len(symbols) + len(merged)) + [gguf.TokenType.CONTROL] * len(special)
    heads_kv = heads_kv or heads
    width_kv = width // heads * heads_kv

    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(f"tiny random {architecture}")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantised else gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(TINY_CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(feed_forward)
    writer.add_head_count(heads)
    writer.add_head_count_kv(heads_kv)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(width // heads)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre({"llama": "gpt-2", "qwen2": "qwen2"}[architecture])
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([f"{left} {right}" for left, right in pairs])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_pad_token_id(tokens.index("<|endoftext|>"))
    writer.add_add_bos_token(False)
    if template is not None:
        writer.add_chat_template(template)

    random = np.random.default_rng(seed)

    def weights(*shape: int) -> Any:
        return random.normal(0, shape[-1] ** -0.5, shape).astype(np.float32)

    def add(name: str, matrix: Any) -> None:
        if quantised:
            packed = gguf.quants.quantize(matrix, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(name, matrix)

    add("token_embd.weight", random.normal(0, 1, (len(tokens), width)).astype(np.float32))
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    output = weights(len(tokens), width)
    output[-len(special) :] = (
        0  # at temperature 0 it never ends of itself: only a schema or the budget ends it
    )
    add("output.weight", output)
    attention = {"attn_q": width, "attn_k": width_kv, "attn_v": width_kv, "attn_output": width}
    for layer in range(layers):
        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", np.ones(width, np.float32))
        writer.add_tensor(f"{block}.ffn_norm.weight", np.ones(width, np.float32))
        for name, rows in attention.items():
            add(f"{block}.{name}.weight", weights(rows, width))
            if architecture == "qwen2" and name != "attn_output":
                writer.add_tensor(f"{block}.{name}.bias", weights(rows))
        add(f"{block}.ffn_gate.weight", weights(feed_forward, width))
        add(f"{block}.ffn_up.weight", weights(feed_forward, width))
        add(f"{block}.ffn_down.weight", weights(width, feed_forward))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GGUF file of random weights with a chat template."""
    return write_tiny_gguf(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="session")
def write_gguf() -> Callable[..., Path]:
    """``write_tiny_gguf``, for models of a test's own."""
    return write_tiny_gguf


def write_tiny_adapter(
    folder: Path,
    *,
    seed: int = 1,
    base: str | None = None,
    architecture: str = "llama",
    width: int = _WIDTH,
    more: dict[str, Any] | None = None,
) -> Adapter:
    """Write an adapter for the tiny model: random weights that change its answers, called as the folder is.

    ``base`` is the digest of what it was trained on, ``more`` goes into the card.
    """
    import gguf
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(folder / GGUF, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    random = np.random.default_rng(seed)
    shapes = {
        "attn_q": (width, width),
        "attn_v": (width, width),
        "ffn_gate": (_FEED_FORWARD, width),
        "ffn_down": (width, _FEED_FORWARD),
    }
    for name, (rows, columns) in shapes.items():
        for side, shape in (("a", (4, columns)), ("b", (rows, 4))):
            weights = random.normal(0, 0.6, shape).astype(np.float32)
            writer.add_tensor(f"blk.0.{name}.weight.lora_{side}", weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    card = {
        "format": 1,
        "name": folder.name,
        "digest": file_digest(folder / GGUF),
        "files": {GGUF: file_digest(folder / GGUF)},
        "base": {"name": "tiny", "digest": base},
        **(more or {}),
    }
    (folder / CARD).write_text(json.dumps(card), encoding="utf-8")
    return open_adapter(folder)


@pytest.fixture(scope="session")
def write_adapter() -> Callable[..., Adapter]:
    """``write_tiny_adapter``, for adapters of a test's own."""
    return write_tiny_adapter
