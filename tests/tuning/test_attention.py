"""The quicker way of computing attention is taken, and both come to the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from transformers.models.llama import modeling_llama  # noqa: E402

from epicrisis.tuning.attention import attention_for  # noqa: E402


@pytest.mark.parametrize(
    ("device", "longest", "way"),
    [("cpu", 96, "eager"), ("cpu", 768, "eager"), ("cpu", 800, "sdpa"), ("cuda", 96, "sdpa")],
)
def test_short_batches_on_a_processor_are_written_out(device: str, longest: int, way: str) -> None:
    config = SimpleNamespace(_attn_implementation="sdpa")
    with suppress(KeyError), attention_for(config, torch.device(device), longest=longest):
        assert config._attn_implementation == way
        raise KeyError
    assert config._attn_implementation == "sdpa"


def test_both_ways_come_to_the_same(
    tiny_base: Path, load_base: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_base(tiny_base).eval()
    written_out = modeling_llama.eager_attention_forward
    called = []

    def counted(*given: Any, **named: Any) -> Any:
        called.append(True)
        return written_out(*given, **named)

    monkeypatch.setattr(modeling_llama, "eager_attention_forward", counted)
    tokens = torch.arange(3, 43).reshape(2, 20)
    mask = torch.ones_like(tokens)
    mask[1, 15:] = 0
    found, times = [], []
    for longest in (20, 5000):
        with torch.no_grad(), attention_for(model.config, model.device, longest=longest):
            found.append(model(input_ids=tokens, attention_mask=mask).logits[mask.bool()])
        times.append(len(called))
    # Once for each of the two layers, and not again.
    assert times == [2, 2]
    assert torch.allclose(*found, atol=1e-5)
