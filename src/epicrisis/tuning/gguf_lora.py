"""LoRA weights as peft saves them, written as the GGUF file that llama.cpp loads beside its base.

Form: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (``adapter.*``), and llama.cpp's loader of
adapters: for each linear map of the base a tensor ``lora_a`` of rank x in and a ``lora_b`` of out x rank,
scaled by alpha / rank. The names are those of the base's own tensors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..adapter import CONFIG, WEIGHTS
from ..engines.gguf_header import read_header
from ..errors import MissingExtraError, ModelError
from ..export.destination import replacing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Weights = NDArray[np.float32]

#: Architectures whose GGUF files have the rows of the query and key maps in another order: llama.cpp turns
#: neighbours by the rotary embedding, transformers turns the first half of a head with the second.
_INTERLEAVED = frozenset({"llama"})
#: Those whose linear maps are the same in both.
_SAME = frozenset({"gemma", "gemma2", "gemma3", "qwen2", "qwen3"})
#: The architecture's name in GGUF, by ``model_type`` in config.json.
_MODEL_TYPES = {
    "gemma": "gemma",
    "gemma2": "gemma2",
    "gemma3_text": "gemma3",
    "llama": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
}
#: The linear maps of a layer, as GGUF names them. Fused ones and those of experts are not among them.
_MAPS = frozenset({"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"})

_KEY = re.compile(r"base_model\.model\.(?P<module>.+)\.lora_(?P<side>[AB])\.weight")
_TENSOR = re.compile(r"blk\.\d+\.(?P<map>\w+)")


@dataclass(frozen=True, slots=True)
class _Base:
    """What of the base decides how its adapter is written."""

    architecture: str
    blocks: int
    heads: int | None
    heads_kv: int | None
    name: str | None


def write_gguf_lora(folder: Path, base: Path, out: Path, *, name: str) -> None:
    """Write the peft adapter in ``folder`` to ``out``, as llama.cpp reads it.

    ``base`` is what it was trained on, a GGUF file or a folder with config.json; ``name`` is the adapter's
    own. ``out`` appears only once it is whole. Raises ``ModelError`` for an adapter that cannot be read or
    that llama.cpp cannot apply, ``OutputError`` where ``out`` cannot be written, and ``MissingExtraError``.
    """
    alpha = _alpha(folder)
    described = _described(base)
    with replacing(out) as part:
        _write(part, folder, described, alpha, name)


def _write(part: Path, folder: Path, base: _Base, alpha: float, name: str) -> None:
    try:
        import gguf
    except ImportError:
        raise MissingExtraError.for_extra("tune", "Tuning") from None
    writer = gguf.GGUFWriter(part, base.architecture)
    try:
        writer.add_type("adapter")
        writer.add_name(name)
        if base.name is not None:
            writer.add_base_model_count(1)
            writer.add_base_model_name(0, base.name)
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", alpha)
        for tensor, weights in _tensors(folder, base):
            writer.add_tensor(tensor, weights)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _tensors(folder: Path, base: _Base) -> Iterator[tuple[str, Weights]]:
    """Every tensor with its name in GGUF. Raises ``ModelError`` for one that has none."""
    import gguf
    import numpy as np

    numbers = {name: number for number, name in gguf.MODEL_ARCH_NAMES.items()}
    names = gguf.get_tensor_name_map(numbers[base.architecture], base.blocks)
    for module, (down, up) in sorted(_pairs(folder).items()):
        tensor = names.get_name(module)
        found = None if tensor is None else _TENSOR.fullmatch(tensor)
        if found is None or found["map"] not in _MAPS:
            raise ModelError(
                f"The adapter changes {module!r}, which cannot be written for llama.cpp.",
                hint="Tune again with maps of attention and of the feed-forward layers only, such as q_proj.",
                path=folder / WEIGHTS,
            )
        if down.shape[0] != up.shape[1]:
            raise ModelError(
                f"The two parts of {module!r} have another rank: {down.shape[0]} and {up.shape[1]}.",
                path=folder / WEIGHTS,
            )
        if base.architecture in _INTERLEAVED and found["map"] in ("attn_q", "attn_k"):
            heads = base.heads if found["map"] == "attn_q" else base.heads_kv
            up = up[_interleaved(up.shape[0], heads, module)]
        yield f"{tensor}.weight.lora_a", np.ascontiguousarray(down)
        yield f"{tensor}.weight.lora_b", np.ascontiguousarray(up)


def _interleaved(rows: int, heads: int | None, module: str) -> Any:
    """For each row of a query or key map in GGUF, the row it is in transformers.

    In each head, row i of the first half comes before row i of the second.
    """
    import numpy as np

    if not heads or rows % (2 * heads):
        raise ModelError(
            f"The rows of {module!r} cannot be put in llama.cpp's order: {rows} rows "
            f"for {heads or 'an unknown number of'} heads."
        )
    return np.arange(rows).reshape(heads, 2, -1).swapaxes(1, 2).reshape(-1)


def _pairs(folder: Path) -> Mapping[str, tuple[Weights, Weights]]:
    """The two parts of each change, by the module's name in the base. In numbers of 32 bits."""
    path = folder / WEIGHTS
    parts: dict[str, dict[str, Weights]] = {}
    for key, weights in _read(path).items():
        found = _KEY.fullmatch(key)
        if found is None or weights.ndim != 2:
            raise ModelError(
                f"The adapter holds {key!r}, which llama.cpp cannot apply.",
                hint="Only LoRA of linear maps works there: no DoRA, biases, embeddings or whole modules.",
                path=path,
            )
        parts.setdefault(found["module"], {})[found["side"]] = weights
    for module, both in parts.items():
        if len(both) != 2:
            raise ModelError(f"The adapter holds only half of {module!r}.", hint="Tune again.", path=path)
    if not parts:
        raise ModelError("The adapter holds no weights.", hint="Tune again.", path=path)
    return {module: (both["A"], both["B"]) for module, both in parts.items()}


def _read(path: Path) -> Mapping[str, Weights]:
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise MissingExtraError.for_extra("tune", "Tuning") from None
    try:
        # Through PyTorch, since NumPy has no bfloat16.
        with safe_open(path, framework="pt") as file:
            return {key: file.get_tensor(key).float().numpy() for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError):
        raise ModelError(
            "The adapter's weights cannot be read.",
            hint="The file is missing, cut short or damaged: copy the whole folder again, or tune again.",
            path=path,
        ) from None


#: Settings of peft that change what the two parts of a change mean, and what they must be here.
_PLAIN: Mapping[str, tuple[Any, ...]] = {
    "use_dora": (False, None),
    "use_rslora": (False, None),
    "use_qalora": (False, None),
    "use_bdlora": (False, None),
    "alora_invocation_tokens": (None, []),
    "arrow_config": (None, {}),
    "kasa_config": (None, {}),
    "monteclora_config": (None, {}),
    "velora_config": (None, {}),
    "lora_bias": (False, None),
    "fan_in_fan_out": (False, None),
    "bias": ("none", None),
    "modules_to_save": (None, []),
    "trainable_token_indices": (None, [], {}),
    "target_parameters": (None, []),
    "alpha_pattern": (None, {}),
    "layer_replication": (None, []),
    # Others take something from the base's weights, which would have to be changed too.
    "init_lora_weights": (True, False, None, "gaussian", "orthogonal"),
}


def _alpha(folder: Path) -> float:
    """LoRA's alpha. Raises ``ModelError`` for a kind of adapter that llama.cpp does not have."""
    path = folder / CONFIG
    try:
        config = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        raise ModelError("The adapter's settings cannot be read.", hint="Tune again.", path=path) from None
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise ModelError(
            "The adapter is no LoRA: llama.cpp cannot apply it.", hint="Tune with LoRA.", path=path
        )
    for setting, plain in _PLAIN.items():
        if config.get(setting) not in plain:
            raise ModelError(
                f"The adapter was trained with {setting!r}, which llama.cpp does not have.",
                hint="Tune again without it.",
                path=path,
            )
    alpha = config.get("lora_alpha")
    if not isinstance(alpha, int | float) or not alpha > 0:
        raise ModelError("The adapter's lora_alpha must be a number above 0.", hint="Tune again.", path=path)
    return float(alpha)


def _described(base: Path) -> _Base:
    """Raises ``ModelError`` if the base cannot be read, or the order of its rows is not known here."""
    described = _of_folder(base) if base.is_dir() else _of_gguf(base)
    if described.architecture not in _INTERLEAVED | _SAME:
        raise ModelError(
            f"How llama.cpp stores the architecture {described.architecture!r} is not known here: "
            "an adapter for it could be wrong.",
            hint=f"Known are {', '.join(sorted(_INTERLEAVED | _SAME))}.",
            path=base,
        )
    return described


def _of_gguf(path: Path) -> _Base:
    header = read_header(path)
    metadata, architecture = header.metadata, header.architecture
    heads = _count(metadata.get(f"{architecture}.attention.head_count"))
    blocks = _count(metadata.get(f"{architecture}.block_count"))
    if blocks is None:
        raise ModelError("The model does not say how many layers it has.", hint="Fetch it again.", path=path)
    return _Base(
        architecture,
        blocks,
        heads,
        _count(metadata.get(f"{architecture}.attention.head_count_kv", heads)),
        metadata.get("general.name"),
    )


def _of_folder(folder: Path) -> _Base:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text("utf-8"))
        kind = str(config["model_type"])
        blocks, heads = int(config["num_hidden_layers"]), _count(config.get("num_attention_heads"))
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise ModelError(
            "The model's config.json cannot be read.",
            hint="Name a folder in the form of Hugging Face, or a GGUF file.",
            path=path,
        ) from None
    # Files without the second number have as many of the one as of the other.
    heads_kv = _count(config.get("num_key_value_heads")) or heads
    return _Base(_MODEL_TYPES.get(kind, kind), blocks, heads, heads_kv, config.get("_name_or_path") or None)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
