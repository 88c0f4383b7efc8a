"""An answer of the native engine as it is being written."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from .engine import Request, TokenLogprob
from .native_choice import log_probability
from .native_library import NativeModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Answer:
    """The answer as far as it is written: its tokens, and the text they make."""

    def __init__(self, model: NativeModel, request: Request) -> None:
        self.request = request
        self.tokens: list[int] = []
        self.stopped = False
        self._model = model
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._texts: list[str] = []
        self._logprobs: list[TokenLogprob] = []
        self.text = ""

    @property
    def logprobs(self) -> tuple[TokenLogprob, ...] | None:
        """The tokens with their log-probabilities, if they were asked for; joined, they are the text."""
        if not self.request.top_logprobs:
            return None
        pairs = zip(self._texts, self._logprobs, strict=True)
        return tuple(found._replace(token=text) for text, found in pairs)

    def add(self, token: int, logits: NDArray[np.float32]) -> None:
        """Take the token chosen from these logits."""
        if self.request.top_logprobs:
            self._logprobs.append(
                log_probability(token, logits, self.request.top_logprobs, self._model.piece)
            )
        self.tokens.append(token)
        piece = self._decoder.decode(self._model.piece(token))
        self._texts.append(piece)
        before = len(self.text)
        self.text += piece
        ends = [self.text.find(stop, max(0, before - len(stop))) for stop in self.request.stop if stop]
        if found := [end for end in ends if end >= 0]:
            self._cut(min(found))

    def _cut(self, length: int) -> None:
        self.stopped = True
        over = len(self.text) - length
        self.text = self.text[:length]
        for n in range(len(self._texts) - 1, -1, -1):
            kept = max(0, len(self._texts[n]) - over)
            over -= len(self._texts[n]) - kept
            self._texts[n] = self._texts[n][:kept]
            if over <= 0:
                break
