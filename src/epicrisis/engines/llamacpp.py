"""The embedded engine: llama.cpp's server core in this process, spoken to over loopback.

The core opens an HTTP port whatever we do, so we use it: cancelling a request is closing its connection,
which its Python functions cannot do. Only loopback is bound, every call but ``/health`` needs a key that is
drawn anew each time, and the pages that show other requests are off.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

from ..adapter import Adapter
from ..errors import EngineError, EngineTimeoutError
from . import chat, schema, streaming
from .adapters import check_known, files, names
from .embedded import DEFAULT_TIMEOUT, PROMPT_CACHE, acquire, context_for, positive
from .engine import EngineInfo, JsonSchema, Message, Reply, Request
from .gguf_header import read_header
from .machine import usable_cores
from .private_server import PrivateServer
from .telling import Telling
from .transport import Response, Transport

#: A character no JSON text begins with: the grammar check pushes the model towards it.
_FORBIDDEN = "?"


class LlamaCppEngine:
    """A GGUF model in this process.

    ``context`` is in tokens per request (default: 16384 or what the model was trained for, if that is
    less), ``threads`` defaults to the physical cores, ``parallel`` requests are decoded together.
    ``timeout`` (seconds) holds for requests that bring none. ``digest`` is the file's ``sha256:...``.
    ``adapters`` are loaded beside the model; a request says by name which one answers.

    Raises ``ModelError`` if the file is not a whole GGUF model or an adapter is not for it, ``OptionError``
    for a context the model was not trained for, ``EngineError`` if llama.cpp is missing or cannot load the
    model.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        digest: str | None = None,
        context: int | None = None,
        threads: int | None = None,
        parallel: int | None = None,
        timeout: float | None = None,
        adapters: Sequence[Adapter] = (),
    ) -> None:
        self._path = Path(path)
        header = read_header(self._path)
        header.check_complete()
        slots = positive("parallel", parallel, 1)
        threads = positive("threads", threads, usable_cores())
        self._timeout = timeout if timeout is not None else DEFAULT_TIMEOUT
        self._adapters = names(adapters)
        loras = files(adapters, header, digest=digest, model=name or self._path.stem)
        self._server = _served(self._path, context_for(header, context), slots, threads, loras)
        self._transport = Transport(f"{self._server.address}/v1", self._server.headers, trust_env=False)
        self._slots = threading.BoundedSemaphore(slots)
        self._enforced: set[str] = set()
        self._info = EngineInfo(
            kind="llamacpp",
            model=name or self._path.stem,
            digest=digest,
            context_length=self._context_length(),
            logprobs=True,
            parallel=slots,
            settings={"xllamacpp": version("xllamacpp"), "threads": threads},
            adapters=self._adapters,
        )

    @property
    def info(self) -> EngineInfo:
        return self._info

    def complete(self, request: Request, cancel: threading.Event | None = None) -> Reply:
        """Answer one request. The time limit starts when a slot is free."""
        context_length = self._info.context_length or 0
        check_known(request.adapter, self._adapters)
        if request.schema is not None:
            schema.check_supported(request.schema)
        acquire(self._slots, cancel)
        try:
            started = time.monotonic()
            limit = request.timeout if request.timeout is not None else self._timeout
            if not chat.certainly_fits(request, context_length):
                chat.check_fits(request, self.count_tokens(request.messages), context_length)
            body = _body(request, self._info.model, self._adapters)
            checked = self._check_enforced(request.schema, body, limit, cancel)
            left = limit - (time.monotonic() - started)
            reply = self._ask(body, left, limit, cancel, Telling(request))
        finally:
            self._slots.release()
        if checked is not None:  # the check evaluated the prompt, this reply found it in the cache
            reply = dataclasses.replace(reply, cached_tokens=checked.cached_tokens)
        return dataclasses.replace(reply, seconds=time.monotonic() - started)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens the prompt costs, chat template included."""
        body = {"messages": [message.as_dict() for message in messages], **_TEMPLATE}
        response = self._post("chat/completions/input_tokens", body, self._timeout)
        return int((response.payload or {})["input_tokens"])

    def close(self) -> None:
        """Free the model. Requests under way end with an error."""
        self._transport.close()
        self._server.close()

    def __enter__(self) -> LlamaCppEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(
        self,
        body: dict[str, Any],
        remaining: float,
        limit: float,
        cancel: threading.Event | None,
        telling: Telling | None = None,
    ) -> Reply:
        try:
            response = self._post("chat/completions", body, max(0.0, remaining), cancel, telling)
        except EngineTimeoutError:
            raise EngineTimeoutError(
                f"The model did not finish within {limit:g} seconds.",
                hint="Allow more time (--timeout), use a smaller model, or ask for fewer variables at once.",
            ) from None
        reply = chat.parse(response, 0.0, server="llama.cpp")
        if telling is not None:
            telling.finished(reply.text)
        return reply

    def _check_enforced(
        self,
        wanted: JsonSchema | None,
        body: dict[str, Any],
        limit: float,
        cancel: threading.Event | None,
    ) -> Reply | None:
        """Make sure, once per schema, that its grammar compiled: llama.cpp goes on without it if not.

        One token is generated from the very prompt that is asked next, so nothing is evaluated twice.
        A bias pushes it to a character that begins no JSON; only a live grammar can keep it out.
        """
        if wanted is None:
            return None
        digest = hashlib.sha256(json.dumps(wanted).encode()).hexdigest()
        if digest in self._enforced:
            return None
        check = {**body, "max_tokens": 1, "logit_bias": [[_FORBIDDEN, 1000.0]], "stop": []}
        check.pop("logprobs", None)
        check.pop("top_logprobs", None)
        reply = self._ask(check, limit, limit, cancel)
        if reply.text.strip()[:1] in ("", _FORBIDDEN):
            raise EngineError(
                "llama.cpp cannot turn the JSON Schema into a grammar.",
                hint="Look for limits that contradict each other, patterns with look-ahead or "
                "back-references, and 'oneOf' branches that overlap.",
            )
        self._enforced.add(digest)
        return reply

    def _post(
        self,
        path: str,
        body: dict[str, Any],
        timeout: float,
        cancel: threading.Event | None = None,
        telling: Telling | None = None,
    ) -> Response:
        if telling is not None and telling.listened:
            response = streaming.post(self._transport, path, body, telling, timeout=timeout, cancel=cancel)
        else:
            response = self._transport.call("POST", path, body, timeout=timeout, cancel=cancel)
        if not response.ok:
            raise chat.failure(response, "llama.cpp")
        return response

    def _context_length(self) -> int:
        root = self._transport.base_url.removesuffix("/v1")
        response = self._transport.call("GET", f"{root}/props", timeout=self._timeout)
        return int((response.payload or {})["default_generation_settings"]["n_ctx"])


#: Reasoning models answer at once: thinking aloud is not JSON.
_TEMPLATE = {"chat_template_kwargs": {"enable_thinking": False}}


def _body(request: Request, model: str, adapters: Sequence[str]) -> dict[str, Any]:
    body = {**chat.body(request, model), **_TEMPLATE, "cache_prompt": True}
    if adapters:
        # All of them, also those that rest: without a word the server answers with whatever it used last.
        body["lora"] = _lora(adapters, request.adapter)
    if request.temperature == 0:
        body["top_k"] = 1
    if request.schema is not None:
        body["grammar"] = schema.grammar(request.schema, compact=request.compact)
    return body


def _lora(adapters: Sequence[str], chosen: str | None) -> list[dict[str, float]]:
    """How the server is told that of its adapters, in order, this one answers, or none."""
    return [{"id": place, "scale": float(name == chosen)} for place, name in enumerate(adapters)]


def _served(path: Path, context: int, slots: int, threads: int, loras: Sequence[Path]) -> PrivateServer:
    def configure(xllamacpp: Any, params: Any) -> None:
        params.n_ctx = context * slots
        params.n_parallel = slots
        # The server's store of prompts does not tell with which adapter they were evaluated.
        params.cache_ram_mib = 0 if loras else PROMPT_CACHE
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(one), 0.0) for one in loras]
        params.lora_init_without_apply = True

    return PrivateServer(
        path,
        threads=threads,
        configure=configure,
        failure=(
            f"llama.cpp cannot load the model{' with its adapters' if loras else ''}.",
            "There may be too little memory for it (epicrisis doctor tells), or this version of llama.cpp "
            "does not know its architecture.",
            path,
        ),
    )
