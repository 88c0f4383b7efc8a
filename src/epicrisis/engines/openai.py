"""Any OpenAI-compatible server: vLLM, Ollama, llama-server, SGLang, LM Studio, a hospital's gateway."""

from __future__ import annotations

import dataclasses
import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ..adapter import Adapter
from ..errors import (
    ContextOverflowError,
    EngineBusyError,
    EngineCancelledError,
    EngineTimeoutError,
    EngineUnreachableError,
    OptionError,
)
from . import chat, schema, servers, streaming
from .adapters import check_known, names
from .engine import EngineInfo, JsonSchema, Message, Reply, Request
from .retry import Backoff
from .telling import Telling
from .transport import POLL, Response, Transport

DEFAULT_PARALLEL = 4
DEFAULT_TIMEOUT = 600.0
#: No tokenizer puts more bytes of prose than this into one token, on average over a prompt.
_MOST_BYTES_PER_TOKEN = 16
_T = TypeVar("_T")
_REPEATED = re.compile(r"(.)\1+", re.S)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class OpenAIEngine:
    """A model behind an OpenAI-compatible server.

    ``base_url`` ends in ``/v1`` for most servers; ``model`` may be left out if the server has only one.
    The key comes from ``EPICRISIS_API_KEY`` or ``OPENAI_API_KEY`` and from nowhere else. ``context`` (tokens)
    states what a server does not tell. At most ``parallel`` requests are under way; ``timeout`` (seconds)
    covers one request with its retries and holds for requests that bring none. ``adapters`` are those the
    server has loaded under their names.

    Tried again after a pause: HTTP 429 and 5xx, and lost connections. Not tried again: other refusals.
    """

    def __init__(
        self,
        base_url: str,
        model: str | None = None,
        *,
        context: int | None = None,
        parallel: int | None = None,
        timeout: float | None = None,
        backoff: Backoff | None = None,
        adapters: Sequence[Adapter] = (),
    ) -> None:
        for name, value in (("parallel", parallel), ("context", context)):
            if value is not None and value < 1:
                raise OptionError(f"'{name}' must be at least 1, not {value}.")
        key = os.environ.get("EPICRISIS_API_KEY") or os.environ.get("OPENAI_API_KEY")
        # A proxy has no business between this program and a server on the same machine.
        local = (urlsplit(base_url).hostname or "") in _LOOPBACK
        self._transport = Transport(
            base_url, {"Authorization": f"Bearer {key}"} if key else {}, trust_env=not local
        )
        self._wanted = model
        self._adapters = tuple(adapters)
        self._names = names(adapters)
        self._context = context
        self._timeout = timeout if timeout is not None else DEFAULT_TIMEOUT
        self._backoff = backoff or Backoff()
        self._parallel = parallel or DEFAULT_PARALLEL
        self._slots = threading.BoundedSemaphore(self._parallel)
        self._lock = threading.Lock()
        self._facts: servers.ServerFacts | None = None
        self._streams = True

    def connect(self) -> servers.ServerFacts:
        """Ask the server, once, what it is and whether it has the model and the adapters.

        Raises ``EngineUnreachableError`` if it is down, ``ModelError`` if it lacks one of them,
        ``EngineProtocolError`` if it is no such server.
        """
        with self._lock:
            if self._facts is None:
                facts = self._retrying(
                    lambda _: servers.inspect(self._transport, self._wanted, self._adapters),
                    self._timeout,
                    None,
                )
                if self._context is not None:
                    facts = dataclasses.replace(facts, context_length=self._context)
                self._facts = facts
            return self._facts

    @property
    def info(self) -> EngineInfo:
        """What is known of the server; asks it at first use (see ``connect``).

        ``logprobs`` is false for an unknown server until a reply held some.
        """
        facts = self.connect()
        return EngineInfo(
            kind="openai",
            model=facts.model,
            context_length=facts.context_length,
            logprobs=facts.logprobs is True,
            parallel=self._parallel,
            settings={**facts.settings, "url": self._transport.base_url},
            adapters=self._names,
        )

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        """Answer one request. The time limit starts when one of the ``parallel`` places is free."""
        check_known(request.adapter, self._names)
        facts = self.connect()
        while not self._slots.acquire(timeout=POLL):
            if cancel is not None and cancel.is_set():
                raise EngineCancelledError("The request was cancelled.")
        try:
            started = time.monotonic()
            limit = request.timeout if request.timeout is not None else self._timeout
            self._check_fits(request, facts)
            telling = Telling(request)
            reply: Reply = self._retrying(
                lambda left: self._ask(request, facts, left, cancel, telling), limit, cancel
            )
            self._check_whole(request, reply)
        finally:
            self._slots.release()
        return dataclasses.replace(reply, seconds=time.monotonic() - started)

    def count_tokens(self, messages: Sequence[Message]) -> int | None:
        """Tokens the prompt costs, chat template included; ``None`` if the server does not count."""
        facts = self.connect()
        plain = [message.as_dict() for message in messages]
        return servers.count_tokens(self._transport, facts.software, facts.model, plain)

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> OpenAIEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self,
        request: Request,
        facts: servers.ServerFacts,
        left: float,
        cancel: threading.Event | None,
        telling: Telling,
    ) -> Reply:
        body = chat.body(request, facts.model)
        if request.schema is not None:
            body["response_format"] = _response_format(
                request.schema, facts.software, compact=request.compact
            )
        if facts.software == "llama.cpp":
            body["cache_prompt"] = True
        body.update(facts.ways.get(request.adapter, {}))
        if self._known_logprobs() is False:
            body.pop("logprobs", None)
            body.pop("top_logprobs", None)
        response = self._post(body, left, cancel, telling)
        if response.status in (400, 422) and "logprobs" in body and self._known_logprobs() is None:
            # Some gateways refuse the whole request for it: find out once.
            body = {name: value for name, value in body.items() if not name.endswith("logprobs")}
            response = self._post(body, left, cancel, telling)
            if response.ok:
                self._learn(logprobs=False)
        if not response.ok:
            raise chat.failure(response, self._transport.base_url)
        reply = chat.parse(response, 0.0, server=self._transport.base_url)
        if "logprobs" in body and self._known_logprobs() is None:
            self._learn(logprobs=reply.logprobs is not None)
        telling.finished(reply.text)
        return reply

    def _post(
        self, body: dict[str, Any], left: float, cancel: threading.Event | None, telling: Telling
    ) -> Response:
        path, refused = "chat/completions", False
        if telling.listened and self._streams:
            response = streaming.post(self._transport, path, body, telling, timeout=left, cancel=cancel)
            refused = response.status in (400, 422)
            if not refused or isinstance(
                chat.failure(response, self._transport.base_url), ContextOverflowError
            ):
                return response
        response = self._transport.call("POST", path, body, timeout=left, cancel=cancel)
        if refused and response.ok:
            # The same request, but for the streaming: this server cannot do that.
            self._streams = False
        return response

    def _retrying(self, attempt: Callable[[float], Any], limit: float, cancel: threading.Event | None) -> Any:
        deadline = time.monotonic() + limit
        number = 0
        while True:
            number += 1
            try:
                return attempt(max(0.0, deadline - time.monotonic()))
            except EngineTimeoutError:
                raise EngineTimeoutError(
                    f"No answer from {self._transport.base_url} within {limit:g} seconds.",
                    hint="Allow more time (--timeout), or send fewer requests at once (--parallel).",
                ) from None
            except (EngineBusyError, EngineUnreachableError) as error:
                asked = error.retry_after if isinstance(error, EngineBusyError) else None
                delay = self._backoff.delay(number, asked)
                if number >= self._backoff.tries or time.monotonic() + delay >= deadline:
                    raise
            self._backoff.pause(delay, cancel)
            if cancel is not None and cancel.is_set():
                raise EngineCancelledError("The request was cancelled.")

    def _check_fits(self, request: Request, facts: servers.ServerFacts) -> None:
        length = facts.context_length
        if length is None or chat.certainly_fits(request, length):
            return
        tokens = self.count_tokens(request.messages)
        if tokens is not None:
            chat.check_fits(request, tokens, length)

    def _check_whole(self, request: Request, reply: Reply) -> None:
        """Notice a server that cut the prompt without a word, as Ollama does by default."""
        facts = self.connect()
        if facts.software == "ollama" and facts.context_length is None:
            used = facts.ways.get(request.adapter, {}).get("model", facts.model)
            found = servers.ollama_context(self._transport, used)
            facts = self._learn(context_length=found) if found is not None else facts
        if reply.prompt_tokens == 0:  # the server does not count
            return
        # Runs of one character, such as ruled lines, can be a single token.
        text = "".join(_REPEATED.sub(r"\1", message.content) for message in request.messages)
        size = len(text.encode("utf-8", "surrogatepass"))
        full = facts.context_length is not None and reply.prompt_tokens >= facts.context_length
        if full or reply.prompt_tokens * _MOST_BYTES_PER_TOKEN < size:
            raise ContextOverflowError(
                f"{self._transport.base_url} cut the prompt: it read {reply.prompt_tokens} tokens of "
                f"{size} bytes of text.",
                needed=max(reply.prompt_tokens + 1, size // _MOST_BYTES_PER_TOKEN),
                available=facts.context_length or reply.prompt_tokens,
                hint="Give the server a larger context (Ollama: OLLAMA_CONTEXT_LENGTH=16384 ollama serve).",
            )

    def _known_logprobs(self) -> bool | None:
        with self._lock:
            return None if self._facts is None else self._facts.logprobs

    def _learn(self, **news: Any) -> servers.ServerFacts:
        with self._lock:
            assert self._facts is not None
            self._facts = dataclasses.replace(self._facts, **news)
            return self._facts


def _response_format(wanted: JsonSchema, software: servers.Software, *, compact: bool) -> dict[str, Any]:
    # Only llama.cpp is known to take the layout; elsewhere an unknown keyword may be refused.
    content = schema.with_layout(wanted, compact=compact) if software == "llama.cpp" else dict(wanted)
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": content, "strict": True}}
