"""Logits at some positions are those of the whole model, whatever it does after its output layer."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from epicrisis.tuning.logits import logits_of  # noqa: E402

_SHAPE = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("llama", {}),
        ("qwen2", {}),
        ("gemma2", {"head_dim": 8, "final_logit_softcapping": 0.05}),
        ("granite", {"logits_scaling": 8.0}),
        ("cohere", {"logit_scale": 0.0625, "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2}),
    ],
)
def test_they_are_those_of_the_whole_model(kind: str, more: dict[str, Any]) -> None:
    torch.manual_seed(0)
    config = transformers.AutoConfig.for_model(kind, **_SHAPE, **more)
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    tokens = torch.arange(3, 13)[None]
    with torch.no_grad():
        hidden = model.get_decoder()(input_ids=tokens).last_hidden_state
        expected = model(input_ids=tokens).logits
        plain = model.get_output_embeddings()(hidden)
    assert torch.allclose(logits_of(model, hidden), expected, atol=1e-6)
    assert torch.allclose(plain, expected, atol=1e-6) == (kind in ("llama", "qwen2"))
