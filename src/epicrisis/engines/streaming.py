"""An answer of a chat server in pieces, put together again as if it had come at once."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping
from typing import Any

from ..errors import EngineUnreachableError
from . import reasoning
from .telling import Telling
from .transport import EVENTS, Response, Transport


def post(
    transport: Transport,
    path: str,
    body: Mapping[str, Any],
    telling: Telling,
    *,
    timeout: float | None,
    cancel: threading.Event | None,
) -> Response:
    """Ask for the answer in pieces, tell them, and give the response that there would have been without.

    A server that answers in one piece all the same, or refuses, gives its response as it is. Raises what
    ``Transport.call`` and the listener raise; a stream that ends before the answer does is a broken
    connection.
    """
    pieces = Pieces(telling)
    asked = {**body, "stream": True, "stream_options": {"include_usage": True}}
    response = transport.stream(path, asked, pieces.add, timeout=timeout, cancel=cancel)
    if response.status != 200 or response.content_type != EVENTS:
        return response
    whole = pieces.response(response)
    if whole is None:
        raise EngineUnreachableError(
            f"The server {transport.base_url} broke off its answer.",
            hint="Try again; a proxy in between may cut long answers short.",
        )
    return whole


class Pieces:
    """The events of one streamed chat completion. What in them is not of the protocol is passed over."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._said: dict[str, str] = {}
        self._logprobs: list[Any] | None = None
        self._finish: str | None = None
        self._usage: dict[str, Any] = {}
        self._failure: dict[str, Any] | None = None

    def add(self, event: Mapping[str, Any]) -> None:
        """Take one event. Raises whatever the listener raises."""
        if event.get("error"):
            self._failure = dict(event)
        if isinstance(event.get("usage"), dict):
            self._usage = event["usage"]
        choices = event.get("choices")
        for choice in choices if isinstance(choices, list) else []:
            if isinstance(choice, dict) and choice.get("index", 0) == 0:
                self._take(choice)
        self._telling.grown(reasoning.begun(self._said.get("content", "")))

    def response(self, response: Response) -> Response | None:
        """The response that a server would have sent at once; ``None`` if the stream broke off."""
        if self._failure is not None:
            return dataclasses.replace(response, status=_status(self._failure), payload=self._failure)
        if self._finish is None:
            return None
        choice: dict[str, Any] = {"index": 0, "finish_reason": self._finish, "message": self._said}
        if self._logprobs is not None:
            choice["logprobs"] = {"content": self._logprobs}
        return dataclasses.replace(response, payload={"choices": [choice], "usage": self._usage})

    def _take(self, choice: Mapping[str, Any]) -> None:
        delta = choice.get("delta")
        for name in ("content", "reasoning_content", "reasoning", "refusal"):
            piece = delta.get(name) if isinstance(delta, dict) else None
            if isinstance(piece, str) and piece:
                self._said[name] = self._said.get(name, "") + piece
        told = choice.get("logprobs")
        if isinstance(told, dict) and isinstance(told.get("content"), list):
            self._logprobs = self._logprobs or []
            self._logprobs += told["content"]
        if isinstance(choice.get("finish_reason"), str):
            self._finish = choice["finish_reason"]


def _status(failure: Mapping[str, Any]) -> int:
    """The HTTP status a failure would have had, had it not come in the middle of an answer."""
    error = failure["error"]
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and 400 <= code < 600 else 500
