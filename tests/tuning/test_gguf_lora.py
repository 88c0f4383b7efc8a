from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import ModelError, OutputError
from epicrisis.tuning.gguf_lora import write_gguf_lora
from epicrisis.tuning.settings import ALL_LINEAR

pytest.importorskip("torch")
pytest.importorskip("peft")

PROMPTS = [[84, 104, 101, 32, 114], [77] * 3 + [12, 200, 33, 45, 61, 9, 130], list(range(60))]


@pytest.fixture
def saved(tmp_path: Path, tiny_base: Path, random_lora: Callable[..., Any]) -> Path:
    """A folder as peft leaves it."""
    random_lora(tiny_base, tmp_path / "adapter")
    return tmp_path / "adapter"


def changed(folder: Path, **settings: object) -> Path:
    path = folder / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))
    return folder


def mean_difference(base: Path, lora: Path, model: Any) -> tuple[float, float]:
    from epicrisis.tuning.agreement import agreement

    found = agreement(base, lora, model, PROMPTS, threads=1)
    return found.mean, found.without_adapter


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
@pytest.mark.parametrize("targets", [ALL_LINEAR, *((one,) for one in ALL_LINEAR)], ids=" ".join)
def test_llamacpp_says_with_the_file_what_transformers_says_with_the_adapter(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    random_lora: Callable[..., Any],
    architecture: str,
    targets: tuple[str, ...],
) -> None:
    base = request.getfixturevalue({"llama": "tiny_base", "qwen2": "tiny_qwen2"}[architecture])
    model = random_lora(base, tmp_path / "adapter", targets=targets)
    write_gguf_lora(tmp_path / "adapter", base, tmp_path / "adapter.gguf", name="one")
    mean, without = mean_difference(base, tmp_path / "adapter.gguf", model)
    assert mean < 1e-5
    assert without > 1e-2


def test_ranks_may_differ_between_maps(
    tmp_path: Path, tiny_base: Path, random_lora: Callable[..., Any]
) -> None:
    model = random_lora(tiny_base, tmp_path / "a", alpha=6, rank_pattern={"q_proj": 2, "layers.1.up_proj": 8})
    write_gguf_lora(tmp_path / "a", tiny_base, tmp_path / "a.gguf", name="one")
    assert mean_difference(tiny_base, tmp_path / "a.gguf", model)[0] < 1e-5


def test_weights_in_sixteen_bits_are_widened(tmp_path: Path, saved: Path, tiny_base: Path) -> None:
    import gguf
    import numpy as np
    import torch
    from safetensors.torch import load_file, save_file

    path = saved / "adapter_model.safetensors"
    halved = {key: value.to(torch.bfloat16) for key, value in load_file(path).items()}
    save_file(halved, path)
    write_gguf_lora(saved, tiny_base, tmp_path / "a.gguf", name="one")
    written = {tensor.name: tensor for tensor in gguf.GGUFReader(tmp_path / "a.gguf").tensors}
    found = written["blk.1.ffn_up.weight.lora_a"]
    expected = halved["base_model.model.model.layers.1.mlp.up_proj.lora_A.weight"].float().numpy()
    assert found.data.dtype == np.float32
    assert np.array_equal(found.data, expected)


def test_the_file_says_what_it_is(tmp_path: Path, saved: Path, tiny_base: Path) -> None:
    import gguf

    write_gguf_lora(saved, tiny_base, tmp_path / "a.gguf", name="stage of the tumour")
    file = gguf.GGUFReader(tmp_path / "a.gguf")
    said = {key: field.contents() for key, field in file.fields.items()}
    assert said["general.type"] == "adapter"
    assert said["general.architecture"] == "llama"
    assert said["general.name"] == "stage of the tumour"
    assert said["general.base_model.0.name"] == "tiny random llama"
    assert said["adapter.type"] == "lora"
    assert said["adapter.lora.alpha"] == 8.0
    assert len(file.tensors) == 2 * 2 * len(ALL_LINEAR)


@pytest.mark.parametrize("architecture", ["llama", "qwen2"])
def test_a_folder_of_the_base_gives_the_same_file(
    tmp_path: Path, request: pytest.FixtureRequest, random_lora: Callable[..., Any], architecture: str
) -> None:
    import gguf

    base = request.getfixturevalue({"llama": "tiny_base", "qwen2": "tiny_qwen2"}[architecture])
    model = random_lora(base, tmp_path / "adapter")
    model.config.save_pretrained(tmp_path / "base")
    files = []
    for name, where in (("a", base), ("b", tmp_path / "base")):
        write_gguf_lora(tmp_path / "adapter", where, tmp_path / name, name="one")
        files.append(
            {tensor.name: tensor.data.tobytes() for tensor in gguf.GGUFReader(tmp_path / name).tensors}
        )
    assert files[0] == files[1]


@pytest.mark.parametrize(
    "settings",
    [
        {"use_dora": True},
        {"use_rslora": True},
        {"bias": "all"},
        {"lora_bias": True},
        {"modules_to_save": ["lm_head"]},
        {"alpha_pattern": {"q_proj": 3}},
        {"target_parameters": ["experts.down_proj"]},
        {"init_lora_weights": "pissa"},
        {"trainable_token_indices": [3]},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_llamacpp_does_not_have_is_refused_by_name(
    tmp_path: Path, saved: Path, tiny_base: Path, settings: dict[str, object]
) -> None:
    with pytest.raises(ModelError, match=next(iter(settings))):
        write_gguf_lora(changed(saved, **settings), tiny_base, tmp_path / "a.gguf", name="one")
    assert not (tmp_path / "a.gguf").exists()


@pytest.mark.parametrize("settings", [{"peft_type": "IA3"}, {"lora_alpha": 0}, {"lora_alpha": None}])
def test_what_is_no_lora_is_refused(
    tmp_path: Path, saved: Path, tiny_base: Path, settings: dict[str, object]
) -> None:
    with pytest.raises(ModelError, match=r"LoRA|lora_alpha"):
        write_gguf_lora(changed(saved, **settings), tiny_base, tmp_path / "a.gguf", name="one")


@pytest.mark.parametrize("target", ["lm_head", "embed_tokens"])
def test_maps_outside_the_layers_are_refused(
    tmp_path: Path, tiny_base: Path, random_lora: Callable[..., Any], target: str
) -> None:
    random_lora(tiny_base, tmp_path / "adapter", targets=["q_proj", target])
    with pytest.raises(ModelError, match=r"embed|lm_head"):
        write_gguf_lora(tmp_path / "adapter", tiny_base, tmp_path / "a.gguf", name="one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter"]


def test_an_unknown_architecture_is_refused(
    tmp_path: Path, saved: Path, write_gguf: Callable[..., Path]
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mamba", "num_hidden_layers": 2}))
    with pytest.raises(ModelError, match="'mamba'"):
        write_gguf_lora(saved, tmp_path, tmp_path / "a.gguf", name="one")


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"model_type": "llama"}'])
def test_a_base_that_says_nothing_is_refused(tmp_path: Path, saved: Path, text: str | None) -> None:
    (tmp_path / "base").mkdir()
    if text is not None:
        (tmp_path / "base" / "config.json").write_text(text)
    with pytest.raises(ModelError, match=r"config\.json"):
        write_gguf_lora(saved, tmp_path / "base", tmp_path / "a.gguf", name="one")


def test_heads_that_do_not_fit_are_refused(tmp_path: Path, saved: Path) -> None:
    base = {"model_type": "llama", "num_hidden_layers": 2, "num_attention_heads": 5}
    (tmp_path / "config.json").write_text(json.dumps(base))
    with pytest.raises(ModelError, match=r"32 rows for 5 heads|16 rows for 5 heads"):
        write_gguf_lora(saved, tmp_path, tmp_path / "a.gguf", name="one")


@pytest.mark.parametrize("size", [None, 0, 4, 1000])
def test_weights_that_are_missing_or_cut_short_are_refused(
    tmp_path: Path, saved: Path, tiny_base: Path, size: int | None
) -> None:
    path = saved / "adapter_model.safetensors"
    if size is None:
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(ModelError, match="weights cannot be read"):
        write_gguf_lora(saved, tiny_base, tmp_path / "a.gguf", name="one")


def test_a_map_with_one_part_is_refused(tmp_path: Path, saved: Path, tiny_base: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = saved / "adapter_model.safetensors"
    weights = load_file(path)
    del weights["base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight"]
    save_file(weights, path)
    with pytest.raises(ModelError, match=r"half of 'model\.layers\.0\.self_attn\.v_proj'"):
        write_gguf_lora(saved, tiny_base, tmp_path / "a.gguf", name="one")


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, saved: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gguf

    def full(self: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "a.gguf"
    out.write_bytes(b"before")
    monkeypatch.setattr(gguf.GGUFWriter, "write_tensors_to_file", full)
    with pytest.raises(OutputError, match="disk is full"):
        write_gguf_lora(saved, tiny_base, out, name="one")
    assert out.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gguf", "adapter"]
