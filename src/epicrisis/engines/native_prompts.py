"""What was evaluated before, so that a shared beginning is not evaluated again."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .native_library import CHUNK, NativeModel


@dataclass(frozen=True, slots=True)
class _Kept:
    adapter: str | None
    tokens: tuple[int, ...]
    state: ctypes.Array[ctypes.c_uint8]


class EvaluatedPrompts:
    """The tokens a model has evaluated, and a few earlier prompts with another beginning.

    What is set aside takes at most ``most_bytes``. Requests that take turns with different instructions so
    find their own again. What was evaluated with one adapter is nothing to another.
    """

    def __init__(self, model: NativeModel, most_bytes: int) -> None:
        self._model = model
        self._most = most_bytes
        self._tokens: list[int] = []
        self._adapter: str | None = None
        self._kept: list[_Kept] = []  # the longest unused first

    def __len__(self) -> int:
        return len(self._tokens)

    def evaluate_prompt(
        self, tokens: Sequence[int], check: Callable[[], None], adapter: str | None = None
    ) -> int:
        """Evaluate a prompt of at least one token; says how many of its tokens were evaluated before.

        ``check`` is called between steps and may raise to give up. ``adapter`` is the one in use.
        """
        reused = self._prepare(tokens, adapter)
        for start in range(reused, len(tokens), CHUNK):
            check()
            self.evaluate(tokens[start : start + CHUNK])
        return reused

    def evaluate(self, tokens: Sequence[int], *, everywhere: bool = False) -> None:
        """Evaluate what follows, at most ``CHUNK`` tokens; ``everywhere`` as of the model."""
        self._model.evaluate(tokens, len(self._tokens), everywhere=everywhere)
        self._tokens.extend(tokens)

    def forget(self, count: int) -> bool:
        """Take back the last ``count`` tokens. False if the model cannot forget in part and had to read
        all the others again."""
        kept = self._tokens[: len(self._tokens) - count]
        del self._tokens[len(kept) :]
        if self._model.truncate(len(kept)):
            return True
        self._tokens.clear()
        for start in range(0, len(kept), CHUNK):
            self.evaluate(kept[start : start + CHUNK])
        return False

    def _prepare(self, tokens: Sequence[int], adapter: str | None) -> int:
        # At least one token is evaluated again: its logits tell how the answer begins.
        usable = tokens[: len(tokens) - 1]
        here = shared(self._tokens, usable) if adapter == self._adapter else 0
        mine = [kept for kept in self._kept if kept.adapter == adapter]
        best = max(mine, key=lambda kept: shared(kept.tokens, usable), default=None)
        if 2 * here < len(self._tokens):
            self._set_aside()
        if adapter != self._adapter:
            self._tokens = []
            self._adapter = adapter
        if best is not None and shared(best.tokens, usable) > here:
            self._tokens = []
            if self._model.restore(best.state):
                self._tokens = list(best.tokens)
            if best in self._kept:  # used last
                self._kept.remove(best)
                self._kept.append(best)
            here = shared(self._tokens, usable)
        # The list first: broken off in between, it tells less than there is, never more.
        del self._tokens[here:]
        # Also when nothing is to be forgotten: a call that was broken off may have left something behind.
        if not self._model.truncate(here):
            self._tokens.clear()
        return len(self._tokens)

    def _set_aside(self) -> None:
        """Keep the present state, in place of those that begin like it."""
        if not self._tokens or self._model.state_size() > self._most:
            return
        state = self._model.save()
        self._kept = [
            kept
            for kept in self._kept
            if kept.adapter != self._adapter or 2 * shared(kept.tokens, self._tokens) < len(kept.tokens)
        ]
        self._kept.append(_Kept(self._adapter, tuple(self._tokens), state))
        while sum(len(kept.state) for kept in self._kept) > self._most:
            del self._kept[0]


def shared(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two sequences have in common at their beginning."""
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False))
    return sum(1 for _ in pairs)
