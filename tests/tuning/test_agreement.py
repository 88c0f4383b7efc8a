from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import ModelError
from epicrisis.tuning.agreement import EXACT, QUANTISED, Agreement, agreement, same_tokens
from epicrisis.tuning.gguf_lora import write_gguf_lora
from epicrisis.tuning.served import Served

PROMPTS = [[84, 104, 101, 32, 114], [12, 200, 33, 45, 61, 9, 130], list(range(60))]
TEXTS = [
    '<|im_start|>user\nThe other "a": 12, 3.5\u2003mm<|im_end|>\n<|im_start|>assistant\n',
    "  \t\n\n  doesn't  1234567 Ärger 日本 \U0001f600<|endoftext|>",
    "",
]


def found(mean: float, *, tolerance: float = 0.1) -> Agreement:
    return Agreement(positions=3, mean=mean, largest=1.0, tolerance=tolerance, without_adapter=2.0)


@pytest.mark.parametrize("mean", [0.0, 0.1])
def test_a_mean_within_the_tolerance_agrees(mean: float) -> None:
    found(mean).check()


@pytest.mark.parametrize("mean", [0.11, math.inf, math.nan])
def test_any_other_does_not(mean: float) -> None:
    with pytest.raises(ModelError, match="does not say what transformers says"):
        found(mean).check()


@pytest.mark.parametrize("base", ["tiny_base", "tiny_qwen2"])
def test_the_bases_themselves_agree(
    base: str, tmp_path: Path, request: pytest.FixtureRequest, random_lora: Callable[..., Any]
) -> None:
    path = request.getfixturevalue(base)
    model = random_lora(path, tmp_path / "adapter", strength=0)
    write_gguf_lora(tmp_path / "adapter", path, tmp_path / "a.gguf", name="nothing")
    same = agreement(path, tmp_path / "a.gguf", model, PROMPTS, threads=1)
    same.check()
    assert same.positions == 3
    assert same.tolerance == EXACT
    assert 0 <= same.mean == same.without_adapter < 1e-5
    assert same.mean <= same.largest < 1e-4


def test_a_file_with_rows_in_the_wrong_order_is_caught(
    tmp_path: Path, tiny_base: Path, tiny_qwen2: Path, random_lora: Callable[..., Any]
) -> None:
    """The file for a base of the same shape whose rows are in the other order loads, and is wrong."""
    import gguf

    model = random_lora(tiny_base, tmp_path / "adapter", targets=["q_proj", "k_proj"])
    write_gguf_lora(tmp_path / "adapter", tiny_qwen2, tmp_path / "qwen2.gguf", name="wrong")
    writer = gguf.GGUFWriter(tmp_path / "wrong.gguf", "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    for tensor in gguf.GGUFReader(tmp_path / "qwen2.gguf").tensors:
        writer.add_tensor(tensor.name, tensor.data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ModelError, match="does not say what transformers says"):
        agreement(tiny_base, tmp_path / "wrong.gguf", model, PROMPTS, threads=1).check()


def test_a_file_of_another_strength_is_caught(
    tmp_path: Path, tiny_base: Path, random_lora: Callable[..., Any]
) -> None:
    random_lora(tiny_base, tmp_path / "adapter", alpha=8)
    write_gguf_lora(tmp_path / "adapter", tiny_base, tmp_path / "a.gguf", name="one")
    other = random_lora(tiny_base, tmp_path / "other", alpha=9)
    with pytest.raises(ModelError, match="does not say what transformers says"):
        agreement(tiny_base, tmp_path / "a.gguf", other, PROMPTS, threads=1).check()


def test_a_quantised_base_agrees_less_and_well_enough(
    tmp_path: Path, tiny_quantised: Path, random_lora: Callable[..., Any]
) -> None:
    model = random_lora(tiny_quantised, tmp_path / "adapter")
    write_gguf_lora(tmp_path / "adapter", tiny_quantised, tmp_path / "a.gguf", name="one")
    same = agreement(tiny_quantised, tmp_path / "a.gguf", model, PROMPTS, threads=1)
    same.check()
    assert same.tolerance == QUANTISED
    assert EXACT < same.mean < QUANTISED < same.without_adapter


def test_a_model_in_training_is_compared_without_dropout_and_goes_on_in_training(
    tmp_path: Path, tiny_base: Path, random_lora: Callable[..., Any]
) -> None:
    model = random_lora(tiny_base, tmp_path / "adapter", lora_dropout=0.5).train()
    write_gguf_lora(tmp_path / "adapter", tiny_base, tmp_path / "a.gguf", name="one")
    agreement(tiny_base, tmp_path / "a.gguf", model, PROMPTS, threads=1).check()
    assert model.training


def test_a_part_of_a_character_can_be_likeliest(tiny_base: Path) -> None:
    """The server leaves out the probabilities where it is sampled."""
    with Served(tiny_base, threads=1) as served:
        likeliest = []
        for token in range(266):
            logprobs = served.logprobs([token], top=266)
            assert len(logprobs) == 266
            assert math.fsum(math.exp(one) for one in logprobs.values()) == pytest.approx(1, abs=1e-5)
            likeliest.append(max(logprobs, key=logprobs.__getitem__))
    assert any(token in range(128, 256) for token in likeliest)


def test_an_adapter_for_another_base_does_not_load(
    tmp_path: Path, tiny_base: Path, tiny_gguf: Path, random_lora: Callable[..., Any]
) -> None:
    model = random_lora(tiny_base, tmp_path / "adapter")
    write_gguf_lora(tmp_path / "adapter", tiny_base, tmp_path / "a.gguf", name="one")
    with pytest.raises(ModelError, match="cannot load the model with the adapter"):
        agreement(tiny_gguf, tmp_path / "a.gguf", model, PROMPTS, threads=1)


@pytest.mark.parametrize("base", ["tiny_base", "tiny_qwen2"])
def test_both_read_the_same_tokens(base: str, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("torch")
    from epicrisis.tuning.base import find_base, load_tokenizer

    path = request.getfixturevalue(base)
    tokenizer = load_tokenizer(find_base(str(path)))
    ids = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in TEXTS]
    assert same_tokens(path, TEXTS, ids, threads=1) is None


def test_the_first_text_that_is_read_differently_is_named(tiny_base: Path) -> None:
    texts = ["the", "a<|im_end|>", "é"]
    assert same_tokens(tiny_base, texts, [[260], [97, 265], [195, 169]], threads=1) is None
    assert same_tokens(tiny_base, texts, [[260], [97, 264], [195]], threads=1) == 1
    assert same_tokens(tiny_base, texts, [[116, 104, 101], [97, 265], [195, 169]], threads=1) == 0
