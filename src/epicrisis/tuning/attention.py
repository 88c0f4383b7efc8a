"""Which way of computing attention is the quicker one for a batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Up to so many tokens attention written out is quicker on a processor than the fused one; its memory grows
#: with their square.
_PLAIN = 768


@contextmanager
def attention_for(config: Any, device: Any, *, longest: int) -> Iterator[None]:
    """Compute a batch of ``longest`` tokens by the way that is quicker on ``device``.

    ``config`` is the model's own: transformers reads it anew in every pass.
    """
    if device.type != "cpu" or longest > _PLAIN:
        yield
        return
    before = config._attn_implementation
    config._attn_implementation = "eager"
    try:
        yield
    finally:
        config._attn_implementation = before
