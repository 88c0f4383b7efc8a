"""The chat-completions protocol: a Request as a JSON body, a JSON answer as a Reply."""

from __future__ import annotations

import codecs
import re
from typing import Any

from ..errors import (
    ContextOverflowError,
    EngineBusyError,
    EngineError,
    EngineProtocolError,
)
from . import reasoning
from .engine import Finish, Reply, Request, TokenLogprob
from .transport import Response

_FINISH: dict[str, Finish] = {"stop": "stop", "length": "length", "content_filter": "refusal"}
_OVERFLOWS = ("exceed_context_size_error", "context_length_exceeded")
_IDENTIFIER = re.compile(r"[\w.-]{1,60}\Z")
_HOLDS = re.compile(r"(?:context length is|context size \(|context window of)\s*(?:only )?(\d+)", re.I)
_NEEDS = re.compile(
    r"(?:requested|request has|resulted in|prompt contains|prompt is|request \()\s*(?:about |at least )?"
    r"(\d+)",
    re.I,
)


def body(request: Request, model: str) -> dict[str, Any]:
    """What every server understands of a request; the schema is added by the engine."""
    content: dict[str, Any] = {
        "model": model,
        "messages": [message.as_dict() for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stream": False,
    }
    if request.stop:
        content["stop"] = list(request.stop)
    if request.top_logprobs:
        content["logprobs"] = True
        content["top_logprobs"] = request.top_logprobs
    return content


def certainly_fits(request: Request, context_length: int) -> bool:
    """Whether a request fits whatever the tokenizer does.

    A token stands for at least one byte of the text; the rest is room for what a chat template adds.
    """
    size = sum(len(message.content.encode("utf-8", "surrogatepass")) for message in request.messages)
    template = 512 + 16 * len(request.messages)
    return size + template + request.max_tokens <= context_length


def check_fits(request: Request, prompt_tokens: int, context_length: int) -> None:
    """Raise ``ContextOverflowError`` if prompt and answer together do not fit the context."""
    needed = prompt_tokens + request.max_tokens
    if needed > context_length:
        raise ContextOverflowError(
            f"The request needs {needed} tokens ({prompt_tokens} of prompt, up to {request.max_tokens} "
            f"of answer) and the context holds {context_length}.",
            needed=needed,
            available=context_length,
            hint="Use a larger context (--context), a model with one, or fewer variables at once.",
        )


def parse(response: Response, seconds: float, *, server: str) -> Reply:
    """The reply in a successful answer.

    Raises ``EngineProtocolError`` if the answer lacks what the protocol prescribes.
    """
    payload = response.payload
    if payload is None:
        raise not_the_protocol(response, server)
    try:
        choice = payload["choices"][0]
        message = choice["message"]
        text = message.get("content") or ""
        told = message.get("reasoning_content") or message.get("reasoning")
        ended = choice.get("finish_reason")
        finish = "refusal" if message.get("refusal") else _FINISH[ended]
    except (KeyError, IndexError, TypeError, AttributeError):
        raise EngineProtocolError(
            f"{server} answered HTTP {response.status} with JSON that is not a chat completion.",
            hint="The address must be that of an OpenAI-compatible server, usually ending in /v1.",
        ) from None
    thought, text = reasoning.split(text)
    if isinstance(told, str):
        thought = f"{told}\n{thought}".strip()
    usage = payload.get("usage") or {}
    details = usage.get("prompt_tokens_details") or {}
    return Reply(
        text=text,
        finish=finish,
        prompt_tokens=int(usage.get("prompt_tokens") or 0),
        completion_tokens=int(usage.get("completion_tokens") or 0),
        cached_tokens=int(details.get("cached_tokens") or 0),
        seconds=seconds,
        logprobs=_logprobs(choice.get("logprobs"), text),
        reasoning=thought,
    )


def _logprobs(found: Any, text: str) -> tuple[TokenLogprob, ...] | None:
    """The tokens of the answer; joined, they are exactly ``text``. ``None`` if the server gave none."""
    if not isinstance(found, dict) or not isinstance(found.get("content"), list):
        return None
    # A character can be spread over several tokens: it counts as the last one's.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    tokens = []
    try:
        for token in found["content"]:
            spelled = token.get("bytes")
            tokens.append(
                TokenLogprob(
                    token["token"] if spelled is None else decoder.decode(bytes(spelled)),
                    float(token["logprob"]),
                    tuple(
                        (other["token"], float(other["logprob"])) for other in token.get("top_logprobs") or ()
                    ),
                )
            )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return _within(tokens, text)


def _within(tokens: list[TokenLogprob], text: str) -> tuple[TokenLogprob, ...] | None:
    """The tokens that make up ``text``, without what was taken off around it (fences, white space, reasoning,
    which may say the same before)."""
    start = "".join(token.token for token in tokens).rfind(text)
    if start < 0:
        return None
    end = start + len(text)
    kept, at = [], 0
    for token in tokens:
        piece = token.token[max(0, start - at) : max(0, end - at)]
        if piece or (not token.token and start <= at < end):
            kept.append(token._replace(token=piece))
        at += len(token.token)
    return tuple(kept)


def not_the_protocol(response: Response, server: str) -> EngineProtocolError:
    """The error for an answer that is not JSON; its body is left out, it may repeat the prompt."""
    return EngineProtocolError(
        f"{server} answered HTTP {response.status} with {response.content_type or 'no content type'} "
        "instead of JSON.",
        hint="The address must be that of an OpenAI-compatible server, usually ending in /v1; "
        "a login page or a proxy may stand in between.",
    )


def failure(response: Response, server: str) -> EngineError:
    """The error for an unsuccessful answer. Never holds the server's words, which may repeat the prompt."""
    status = response.status
    if status == 429 or status >= 500:
        what = "is over its limit" if status == 429 else "has a problem"
        busy = EngineBusyError(
            f"{server} {what} (HTTP {status}{_detail(response)}).",
            hint="Try again later, or send fewer requests at once (--parallel).",
        )
        busy.retry_after = response.retry_after
        return busy
    if status in (401, 403):
        return EngineError(
            f"{server} refused access (HTTP {status}).",
            hint="Put the server's key into the environment variable EPICRISIS_API_KEY.",
        )
    overflow = _overflow(response)
    if overflow is not None:
        return overflow
    if status < 400:
        return not_the_protocol(response, server)
    if status == 404:
        return EngineError(
            f"{server} knows no such address or model (HTTP 404{_detail(response)}).",
            hint="Check the address (usually ending in /v1) and the model's name after '#'.",
        )
    return EngineError(f"{server} refused the request (HTTP {status}{_detail(response)}).")


def _error(response: Response) -> dict[str, Any]:
    payload = response.payload or {}
    error = payload.get("error")
    return error if isinstance(error, dict) else payload


def _detail(response: Response) -> str:
    """The error's type and code, if they are mere identifiers."""
    error = _error(response)
    words = [error.get("type"), error.get("code")]
    kept = [word for word in words if isinstance(word, str) and _IDENTIFIER.match(word)]
    return ", " + ", ".join(dict.fromkeys(kept)) if kept else ""


def _overflow(response: Response) -> ContextOverflowError | None:
    error = _error(response)
    message = error.get("message")
    message = message if isinstance(message, str) else ""
    named = any(error.get(key) in _OVERFLOWS for key in ("type", "code"))
    holds, needs = _HOLDS.search(message), _NEEDS.search(message)
    if not named and not (response.status in (400, 413, 422) and holds):
        return None
    needed, available = error.get("n_prompt_tokens"), error.get("n_ctx")
    if not isinstance(needed, int) or not isinstance(available, int):
        needed, available = (int(found[1]) if found else 0 for found in (needs, holds))
    sizes = f"needs {needed or 'too many'} tokens and the context holds {available or 'fewer'}"
    return ContextOverflowError(
        f"The request {sizes}.",
        needed=needed,
        available=available,
        hint="Start the server with a larger context, or ask for fewer variables at once.",
    )
