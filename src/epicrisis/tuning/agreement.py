"""Whether llama.cpp with an adapter says what transformers says with it, and reads the same tokens.

An adapter is trained in transformers and used in llama.cpp. A map under a wrong name, rows in another order
or a wrong scale load without a word and only answer worse; the probabilities of next tokens show it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..engines.gguf_header import read_header
from ..errors import ModelError
from .served import Served

#: Tokens whose probabilities are compared at each position: those that llama.cpp finds likeliest.
TOP = 10
#: The largest mean difference (nats) where both compute in 32 bits throughout. Measured on models of two
#: layers: 3e-7; rounding adds up with depth and width.
EXACT = 1e-4
#: The same where the base's weights, or the model in transformers, have fewer bits. llama.cpp multiplies such
#: weights with activations of 8 bits, transformers with whole ones. Measured on SmolLM2-135M (Q4_1, 4 bits):
#: 0.10 for the base alone; 0.15 to 0.19 for adapters of rank 16 on all linear maps, from 12 steps to fully
#: trained, which change what is said by 11 to 23; 0.61 and 0.65 for two of them with the rows of queries and
#: keys in the wrong order. An adapter that changes less than this is not told from one that does nothing.
QUANTISED = 0.4


@dataclass(frozen=True, slots=True)
class Agreement:
    """Differences of log-probabilities (nats, absolute) over the likeliest tokens at so many ``positions``.

    ``without_adapter`` is the ``mean`` that llama.cpp has without the adapter: what a file that does nothing
    would have. They agree if ``mean`` is at most ``tolerance``.
    """

    positions: int
    mean: float
    largest: float
    tolerance: float
    without_adapter: float

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def check(self) -> None:
        """Raise ``ModelError`` if they do not agree."""
        if not self.mean <= self.tolerance:  # also of what is no number
            raise ModelError(
                "llama.cpp with the adapter does not say what transformers says with it: log-probabilities "
                f"of likely tokens differ by {self.mean:.3g} on average ({self.tolerance:g} is allowed; "
                f"without the adapter {self.without_adapter:.3g}), by {self.largest:.3g} at most.",
                hint="The adapter's GGUF file is wrong for this base: use the adapter with transformers.",
            )


def agreement(
    base_gguf: Path, lora: Path, model: Any, prompts: Sequence[Sequence[int]], *, threads: int | None = None
) -> Agreement:
    """Compare llama.cpp with the adapter ``lora`` and transformers' ``model`` after each of ``prompts``.

    ``prompts`` are tokens; what comes after the last of each is a position. ``model`` is the base with the
    adapter, as peft has it. Raises ``ModelError`` if llama.cpp cannot load the two.
    """
    expected = [_expected(model, prompt) for prompt in prompts]
    context = max(map(len, prompts)) + 8
    with Served(base_gguf, lora, context=context, threads=threads) as served:
        with_it = list(_differences(served, prompts, expected, scale=1.0))
        without = list(_differences(served, prompts, expected, scale=0.0))
    return Agreement(
        positions=len(prompts),
        mean=math.fsum(with_it) / len(with_it),
        largest=max(with_it),
        tolerance=_tolerance(base_gguf, model),
        without_adapter=math.fsum(without) / len(without),
    )


def _differences(
    served: Served, prompts: Sequence[Sequence[int]], expected: Sequence[Any], *, scale: float
) -> Iterator[float]:
    for prompt, logprobs in zip(prompts, expected, strict=True):
        for token, logprob in served.logprobs(prompt, top=TOP, scale=scale).items():
            yield abs(logprob - float(logprobs[token]))


def _expected(model: Any, prompt: Sequence[int]) -> Any:
    """Log-probabilities of all tokens after the prompt, by transformers."""
    import torch

    training = model.training
    model.eval()  # no dropout
    try:
        with torch.inference_mode():
            ids = torch.tensor([list(prompt)], device=model.device)
            logits = model(input_ids=ids, logits_to_keep=1).logits[0, -1]
            return torch.log_softmax(logits.float(), dim=-1).cpu()
    finally:
        model.train(training)


def _tolerance(base_gguf: Path, model: Any) -> float:
    import torch

    whole = read_header(base_gguf).metadata.get("general.file_type") == 0  # all tensors F32
    return EXACT if whole and model.dtype == torch.float32 else QUANTISED


def same_tokens(
    base_gguf: Path, texts: Sequence[str], ids: Sequence[Sequence[int]], *, threads: int | None = None
) -> int | None:
    """The place of the first text that llama.cpp reads as other tokens than ``ids`` says; ``None`` if none.

    What was learned from other tokens than the engine sees is of no use there.
    """
    with Served(base_gguf, threads=threads) as served:
        for place, (text, expected) in enumerate(zip(texts, ids, strict=True)):
            if served.tokens(text) != list(expected):
                return place
    return None
