"""Which token comes next: from logits, a grammar and a temperature."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

import numpy as np

from .engine import TokenLogprob

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .native_library import NativeGrammar

#: How many of the likeliest tokens are looked at, one after the other, until the grammar allows some.
_WIDTHS = (40, 2000)
#: What is kept for drawing at a temperature: llama.cpp's defaults (top-k is the first of the widths).
_TOP_P = 0.95
_MIN_P = 0.05


class Chooser:
    """Chooses tokens. Temperature 0 takes the likeliest allowed one; otherwise ``seed`` decides the draws.

    A draw is among the 40 likeliest tokens as far as they are allowed, of these the likeliest that together
    have 95 % of their probability, none of which is 20 times less likely than the first.
    """

    def __init__(self, temperature: float, seed: int, grammar: NativeGrammar | None) -> None:
        self._temperature = temperature
        self._random = random.Random(seed)
        self._grammar = grammar

    def choose(self, logits: NDArray[np.float32]) -> int | None:
        """The next token; ``None`` if the grammar allows none."""
        if self._temperature <= 0:
            likeliest = int(np.argmax(logits))
            if self._grammar is None or self._grammar.allows(likeliest):
                return likeliest
        for width in (*_WIDTHS, len(logits)):
            tokens = likeliest_tokens(logits, width)
            if self._grammar is not None:
                tokens = self._grammar.allowed(tokens)
            if len(tokens):
                return self._draw(tokens[: _WIDTHS[0]], logits)
        return None

    def accept(self, token: int) -> None:
        """Go on with the token that was chosen."""
        if self._grammar is not None:
            self._grammar.accept(token)

    def _draw(self, tokens: NDArray[np.int32], logits: NDArray[np.float32]) -> int:
        if self._temperature <= 0:
            return int(tokens[0])
        values = logits[tokens].astype(np.float64)
        shares = np.exp(values - values[0])
        shares /= shares.sum()
        kept = (np.cumsum(shares) - shares < _TOP_P) & (shares >= _MIN_P * shares[0])
        kept[0] = True
        weights = np.where(kept, np.exp((values - values[0]) / self._temperature), 0.0)
        place = np.searchsorted(np.cumsum(weights), self._random.random() * weights.sum(), side="right")
        return int(tokens[min(int(place), len(tokens) - 1)])


def likeliest_tokens(logits: NDArray[np.float32], width: int) -> NDArray[np.int32]:
    """The ``width`` tokens with the largest logits, largest first, the lower number first among equals."""
    if width >= len(logits):
        found = np.arange(len(logits), dtype=np.int32)
    else:
        found = np.argpartition(-logits, width)[:width].astype(np.int32)
    return found[np.lexsort((found, -logits[found]))]


def log_probability(
    token: int, logits: NDArray[np.float32], top: int, spell: Callable[[int], bytes]
) -> TokenLogprob:
    """A chosen token and the ``top`` likeliest ones with their natural log-probabilities, grammar or not.

    Its own text is filled in later: a character may be spread over several tokens.
    """
    largest = float(logits.max())
    total = largest + math.log(float(np.exp(logits - largest, dtype=np.float64).sum()))
    others = likeliest_tokens(logits, top)
    return TokenLogprob(
        "",
        min(0.0, float(logits[token]) - total),
        tuple(
            (spell(int(other)).decode("utf-8", "replace"), min(0.0, float(logits[other]) - total))
            for other in others
        ),
    )
