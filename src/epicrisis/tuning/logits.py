"""From hidden states to logits, as the whole model does it: some architectures scale or cap them there."""

from __future__ import annotations

from typing import Any


def logits_of(model: Any, hidden: Any) -> Any:
    """The logits of a causal language model of transformers at ``hidden`` states of its decoder, in the last
    dimension.

    Besides the output layer: ``logit_scale`` (Cohere), ``logits_scaling`` (Granite) and
    ``final_logit_softcapping`` (Gemma 2), as their configurations name them.
    """
    import torch

    config = model.config.get_text_config()
    found = model.get_output_embeddings()(hidden)
    times = getattr(config, "logit_scale", None)
    if times is not None:
        found = found * times
    divided = getattr(config, "logits_scaling", None)
    if divided is not None:
        found = found / divided
    cap = getattr(config, "final_logit_softcapping", None)
    if cap is not None:
        found = torch.tanh(found / cap) * cap
    return found
