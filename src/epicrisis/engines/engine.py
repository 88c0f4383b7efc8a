"""What every engine is: chat messages and a JSON Schema in; text, token counts and timings out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol, runtime_checkable

#: Why the model ended: it was done, the budget was spent, or the server held its answer back.
Finish = Literal["stop", "length", "refusal"]
JsonSchema = Mapping[str, Any]


class Message(NamedTuple):
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str

    def as_dict(self) -> dict[str, str]:
        return {"role": self.role, "content": self.content}


class TokenLogprob(NamedTuple):
    """A generated token with the alternatives the engine reported.

    ``logprob`` and ``top`` are natural logarithms, from before any grammar was applied: an allowed
    token can be missing from ``top``.
    """

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model.

    ``schema`` constrains the whole answer. ``max_tokens`` bounds what is generated. ``timeout`` is in
    seconds for the whole call. ``top_logprobs`` asks for that many alternatives per token (0: none).
    ``compact``: JSON without a space after commas, where the engine writes its layout itself.
    ``report_id`` only labels the request (for scripted engines and error messages); it is not sent.
    ``adapter`` is the name of one that the engine was opened with; ``None``: the base alone.

    ``on_text`` hears each new stretch of the answer as it is written, in the thread that asked: the pieces
    joined are the reply's text. It changes nothing else, and requests are equal whoever listens. What it
    raises ends the request and is raised to the caller; the engine can be asked again.
    """

    messages: Sequence[Message]
    schema: JsonSchema | None = None
    max_tokens: int = 512
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    top_logprobs: int = 0
    timeout: float | None = None
    report_id: str | None = None
    compact: bool = False
    adapter: str | None = None
    on_text: Callable[[str], None] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. ``cached_tokens`` of the ``prompt_tokens`` were not evaluated again. ``reasoning`` is
    what a server gives beside the answer itself."""

    text: str
    finish: Finish
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int = 0
    seconds: float = 0.0
    logprobs: tuple[TokenLogprob, ...] | None = None
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What a manifest records about an engine.

    ``digest`` identifies the weights (``sha256:...``) where they are known. ``context_length`` is in
    tokens, ``None`` if the server does not tell. ``logprobs`` declares whether replies can hold them.
    ``parallel`` is how many requests it serves at once, ``adapters`` are the names that requests may give.
    """

    kind: str
    model: str
    digest: str | None = None
    context_length: int | None = None
    logprobs: bool = False
    parallel: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)
    adapters: tuple[str, ...] = ()


@runtime_checkable
class Engine(Protocol):
    """Turns messages into tokens. Safe to call from several threads."""

    @property
    def info(self) -> EngineInfo: ...

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        """Answer one request.

        Raises ``ContextOverflowError`` before the call if it does not fit, ``OptionError`` for an adapter
        that the engine does not have, ``EngineTimeoutError``, ``EngineCancelledError`` once ``cancel`` is
        set, other ``EngineError`` otherwise.
        """
        ...

    def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """Tokens the prompt costs, chat template included; ``None`` if the server cannot tell."""
        ...

    def close(self) -> None:
        """Free the model or the connections. Closing twice is harmless."""
        ...
