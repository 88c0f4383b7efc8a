"""A model in PyTorch as an engine: what is being trained is asked like any other, without llama.cpp."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from ..engines.engine import EngineInfo, Message, Reply, Request
from ..errors import ContextOverflowError, EngineCancelledError
from .batches import pieces
from .encoding import Encoder

#: Prompts answered at once.
_TOGETHER = 16
#: And their tokens on a processor, answers and padding among them.
_TOKENS_TOGETHER = 4096
_CONTEXT = 32_768

_Key = tuple[tuple[str, str], ...]

#: Hears how many of how many questions are answered.
Answered = Callable[[int, int], None]


class TransformersEngine:
    """Greedy answers of a transformers model. No grammar: ``Request.schema`` is not enforced, and answers
    that are not JSON fail as they would from any server that ignores it."""

    def __init__(self, model: Any, encoder: Encoder, *, name: str, digest: str | None = None) -> None:
        self._model = model
        self._encoder = encoder
        self._ready: dict[_Key, Reply] = {}
        self._lock = threading.Lock()
        context = getattr(model.config, "max_position_embeddings", None) or _CONTEXT
        self._info = EngineInfo(
            kind="transformers", model=name, digest=digest, context_length=int(context), logprobs=False
        )

    @property
    def info(self) -> EngineInfo:
        return self._info

    def answer_together(
        self, questions: Sequence[Sequence[Message]], budget: int, answered: Answered | None = None
    ) -> None:
        """Answer many questions at once and keep the answers for the requests that come; what was kept
        before is forgotten. ``budget`` in tokens for each; ``answered`` hears how far it is."""
        self._ready.clear()
        prompts = [(self._encoder.prompt(messages), _key(messages)) for messages in questions]
        prompts.sort(key=lambda one: len(one[0]))
        most = _TOKENS_TOGETHER if next(self._model.parameters()).device.type == "cpu" else None
        done = 0
        # Keys and values are copied for every new token, the padding of shorter prompts among them.
        for some in pieces(
            prompts,
            most,
            width=lambda some: max(len(tokens) for tokens, _ in some) + budget,
            count=_TOGETHER,
        ):
            began = time.monotonic()
            answers = self._generate([tokens for tokens, _ in some], budget)
            each = (time.monotonic() - began) / len(some)
            for (tokens, key), answer in zip(some, answers, strict=True):
                self._ready[key] = self._reply(len(tokens), answer, budget, each)
            done += len(some)
            if answered is not None:
                answered(done, len(prompts))

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        """Answer one request, from what was answered together where it is among that."""
        found = self._ready.get(_key(request.messages))
        if found is None:
            if cancel is not None and cancel.is_set():
                raise EngineCancelledError("The request was cancelled.")
            tokens = self._encoder.prompt(request.messages)
            available = self._info.context_length or _CONTEXT
            if len(tokens) + request.max_tokens > available:
                raise ContextOverflowError(needed=len(tokens) + request.max_tokens, available=available)
            with self._lock:
                began = time.monotonic()
                (answer,) = self._generate([tokens], request.max_tokens)
                found = self._reply(len(tokens), answer, request.max_tokens, time.monotonic() - began)
        if request.on_text is not None:
            request.on_text(found.text)
        return found

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(self._encoder.prompt(messages))

    def close(self) -> None:
        """The model is its owner's to free."""

    def _reply(self, prompt: int, answer: list[int], budget: int, seconds: float) -> Reply:
        ended = bool(answer) and answer[-1] == self._encoder.end
        return Reply(
            text=self._encoder.decode(answer[:-1] if ended else answer),
            finish="stop" if ended or len(answer) < budget else "length",
            prompt_tokens=prompt,
            completion_tokens=len(answer),
            seconds=seconds,
        )

    def _generate(self, prompts: Sequence[Sequence[int]], budget: int) -> list[list[int]]:
        import torch

        model = self._model
        device = next(model.parameters()).device
        longest = max(map(len, prompts))
        filler = self._encoder.end
        # Padded on the left, so that all answers begin at the same place.
        tokens = torch.full((len(prompts), longest), filler, dtype=torch.long)
        mask = torch.zeros_like(tokens)
        for row, one in enumerate(prompts):
            tokens[row, longest - len(one) :] = torch.tensor(one)
            mask[row, longest - len(one) :] = 1
        model.eval()
        with torch.no_grad():
            found = model.generate(
                input_ids=tokens.to(device),
                attention_mask=mask.to(device),
                max_new_tokens=budget,
                do_sample=False,
                temperature=None,
                top_p=None,
                top_k=None,
                eos_token_id=filler,
                pad_token_id=filler,
            )
        answers = []
        for row in found[:, longest:].tolist():
            end = row.index(filler) + 1 if filler in row else len(row)
            answers.append(row[:end])
        return answers


def _key(messages: Sequence[Message]) -> _Key:
    return tuple((message.role, message.content) for message in messages)
