"""An engine that says what it is told to: for tests, examples and measuring everything but the model."""

from __future__ import annotations

import json
import math
import threading
import time
import zlib
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..adapter import Adapter
from ..errors import (
    EngineCancelledError,
    EngineError,
    EngineTimeoutError,
    OptionError,
)
from . import chat
from .adapters import check_known, names
from .engine import EngineInfo, Message, Reply, Request, TokenLogprob
from .instances import instance
from .telling import Telling
from .transport import POLL

#: What one answer can be: text, a value to be written as JSON, a whole reply, an error to raise, or a
#: function of the request that gives one of these. A list holds the answers to successive requests; the
#: last one repeats.
Script = Any
_CHARACTERS_PER_TOKEN = 4
_PER_MESSAGE = 4
_VARIANTS = 64
_SCHEMAS_KEPT = 128


class ScriptedEngine:
    """Answers from ``replies``, by the request's ``report_id``; ``default`` for all others.

    A token is four characters here. An answer longer than the request's ``max_tokens`` is cut there and
    ends with ``length``, as a model's would. ``latency`` (seconds) passes before each answer, or between its
    tokens where somebody listens, subject to the request's time limit and cancellation. With ``logprobs``,
    every token has probability 0.9. ``requests`` keeps the last thousand requests. ``adapters`` are known by
    their names; what they change is for the script to say.
    """

    def __init__(
        self,
        replies: Mapping[str, Script] | Callable[[Request], Script] | None = None,
        *,
        default: Script = None,
        context_length: int | None = None,
        logprobs: bool = False,
        parallel: int = 4,
        latency: float = 0.0,
        model: str = "scripted",
        adapters: Sequence[Adapter] = (),
    ) -> None:
        self.requests: deque[Request] = deque(maxlen=1000)
        self._replies = replies
        self._default = default
        self._latency = latency
        self._lock = threading.Lock()
        self._asked: dict[str | None, int] = {}
        self._info = EngineInfo(
            kind="scripted",
            model=model,
            context_length=context_length,
            logprobs=logprobs,
            parallel=parallel,
            adapters=names(adapters),
        )

    @classmethod
    def from_schema(cls, seed: int = 0, **options: Any) -> ScriptedEngine:
        """An engine that answers every schema with a valid instance: the same for a report and an adapter.

        Requests without a schema are answered with a fixed sentence.
        """
        return cls(_Instances(seed), model=f"from-schema-{seed}", **options)

    @classmethod
    def from_file(cls, path: str | Path, **options: Any) -> ScriptedEngine:
        """An engine with the answers in a JSON Lines file.

        Each line is ``{"report_id": "...", "reply": ...}``; without a ``report_id`` it is the default. Lines
        with the same id answer successive requests. Raises ``OptionError`` for a file that is not that.
        """
        replies: dict[str, list[Script]] = {}
        default: list[Script] = []
        number = 0
        try:
            with Path(path).open(encoding="utf-8-sig") as file:
                for line in file:
                    number += 1
                    if line.strip():
                        entry = json.loads(line)
                        named = entry.get("report_id")
                        place = default if named is None else replies.setdefault(str(named), [])
                        place.append(entry["reply"])
        except OSError as error:
            raise OptionError(f"The script cannot be read: {error.strerror}.", path=path) from None
        except (ValueError, KeyError, AttributeError):
            raise OptionError(
                "Not a line of a script.",
                hint='Each line is a JSON object: {"report_id": "...", "reply": ...}',
                path=path,
                line=number,
            ) from None
        return cls(replies, default=default or None, model=Path(path).stem, **options)

    @property
    def info(self) -> EngineInfo:
        return self._info

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        """Answer from the script. Raises ``EngineError`` if it has nothing for the request."""
        check_known(request.adapter, self._info.adapters)
        self.requests.append(request)
        if cancel is not None and cancel.is_set():
            raise EngineCancelledError("The request was cancelled.")
        prompt_tokens = self.count_tokens(request.messages)
        if self._info.context_length is not None:
            chat.check_fits(request, prompt_tokens, self._info.context_length)
        if self._latency and request.on_text is None:
            self._wait(request.timeout, cancel)
        reply = self._reply(self._script(request), request, prompt_tokens)
        if request.on_text is not None:
            self._tell(reply.text, request, cancel)
        return reply

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Four characters a token, and four tokens more per message."""
        return sum(_tokens(message.content) + _PER_MESSAGE for message in messages)

    def close(self) -> None:
        """Nothing to free."""

    def __enter__(self) -> ScriptedEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait(self, timeout: float | None, cancel: threading.Event | None) -> None:
        began = time.monotonic()
        self._wait_until(began + self._latency, began, timeout, cancel)

    def _wait_until(
        self, end: float, began: float, timeout: float | None, cancel: threading.Event | None
    ) -> None:
        """Let time pass until ``end``; a request that ``began`` then may take ``timeout`` seconds."""
        last = math.inf if timeout is None else began + timeout
        waiting = cancel or threading.Event()
        while (left := min(end, last) - time.monotonic()) > 0:
            if waiting.wait(min(left, POLL)):
                raise EngineCancelledError("The request was cancelled.")
        if end > last:
            raise EngineTimeoutError(f"The model did not finish within {timeout:g} seconds.")

    def _tell(self, text: str, request: Request, cancel: threading.Event | None) -> None:
        """Tell the answer token by token, the latency spread between them."""
        telling, tokens = Telling(request), max(1, _tokens(text))
        began = time.monotonic()
        for token in range(1, tokens + 1):
            if cancel is not None and cancel.is_set():
                raise EngineCancelledError("The request was cancelled.")
            if self._latency:
                self._wait_until(began + self._latency * token / tokens, began, request.timeout, cancel)
            telling.grown(text[: token * _CHARACTERS_PER_TOKEN])
        telling.finished(text)

    def _script(self, request: Request) -> Script:
        if callable(self._replies):
            return self._replies(request)
        found = (self._replies or {}).get(request.report_id or "", self._default)
        if isinstance(found, list):
            with self._lock:
                asked = self._asked.get(request.report_id, 0)
                self._asked[request.report_id] = asked + 1
            found = found[min(asked, len(found) - 1)] if found else None
        return found(request) if callable(found) else found

    def _reply(self, script: Script, request: Request, prompt_tokens: int) -> Reply:
        if isinstance(script, (Reply, BaseException)):
            if isinstance(script, BaseException):
                raise script
            return script
        if script is None:
            raise EngineError(
                "The script has no answer for this request.", hint="Give the scripted engine a default reply."
            )
        text = script if isinstance(script, str) else json.dumps(script, ensure_ascii=False)
        tokens = _tokens(text)
        cut = tokens > request.max_tokens
        if cut:
            text, tokens = text[: request.max_tokens * _CHARACTERS_PER_TOKEN], request.max_tokens
        return Reply(
            text=text,
            finish="length" if cut else "stop",
            prompt_tokens=prompt_tokens,
            completion_tokens=tokens,
            logprobs=_logprobs(text) if self._info.logprobs and request.top_logprobs else None,
        )


class _Instances:
    """Answers any schema; the last answers are kept, since a run asks the same schemas over and over."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._kept: OrderedDict[str, dict[int, str]] = OrderedDict()
        self._last: tuple[object, dict[int, str]] | None = None
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> str:
        if request.schema is None:
            return "A sentence that was written beforehand."
        label = f"{self._seed} {request.seed} {request.report_id}"
        if request.adapter is not None:
            label = f"{label} {request.adapter}"
        variant = zlib.crc32(label.encode("utf-8", "surrogatepass")) % _VARIANTS
        answers = self._answers(request)
        if variant not in answers:
            answers[variant] = json.dumps(instance(request.schema, variant), ensure_ascii=False)
        return answers[variant]

    def _answers(self, request: Request) -> dict[int, str]:
        last = self._last
        if last is not None and last[0] is request.schema:
            return last[1]
        key = json.dumps(request.schema)
        with self._lock:
            answers = self._kept.setdefault(key, {})
            self._kept.move_to_end(key)
            if len(self._kept) > _SCHEMAS_KEPT:
                self._kept.popitem(last=False)
            self._last = (request.schema, answers)
        return answers


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def _logprobs(text: str) -> tuple[TokenLogprob, ...]:
    sure, unsure = math.log(0.9), math.log(0.1)
    pieces = (text[at : at + _CHARACTERS_PER_TOKEN] for at in range(0, len(text), _CHARACTERS_PER_TOKEN))
    return tuple(TokenLogprob(piece, sure, ((piece, sure), ("\ufffd", unsure))) for piece in pieces)
