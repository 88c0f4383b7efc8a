"""Does this engine hold the model to the schema? Ask for something whose natural answer breaks it."""

from __future__ import annotations

import json
import threading

from ..errors import SchemaNotEnforcedError
from .engine import Engine, Message, Request

_VALUES = ("ZQ-41", "XV-87")
_MESSAGES = (
    Message("user", "Tell me in one short sentence what the sea looks like at night. Plain prose only."),
)
#: The prompt does not mention it: only enforcement can bring these words up.
SCHEMA = {
    "type": "object",
    "properties": {"mark": {"type": "string", "enum": list(_VALUES)}},
    "required": ["mark"],
    "additionalProperties": False,
}
_MAX_TOKENS = 48

#: Scripts, and models in training: these are no servers that could be set up otherwise.
_TAKEN_AT_THEIR_WORD = ("scripted", "transformers")


def probe(
    engine: Engine,
    cancel: threading.Event | None = None,
    *,
    timeout: float | None = None,
    adapter: str | None = None,
) -> None:
    """Raise ``SchemaNotEnforcedError`` if the engine lets the model ignore a schema.

    Costs one request of about thirty tokens; scripted engines are taken at their word. It also shows
    whether replies hold log-probabilities, which ``engine.info`` then knows. ``timeout`` is in seconds;
    ``adapter`` as of a request.
    """
    info = engine.info
    if info.kind in _TAKEN_AT_THEIR_WORD:
        return
    request = Request(
        _MESSAGES, schema=SCHEMA, max_tokens=_MAX_TOKENS, top_logprobs=1, timeout=timeout, adapter=adapter
    )
    reply = engine.complete(request, cancel)
    if reply.finish == "refusal" or not _obeys(reply.text, whole=reply.finish == "stop"):
        raise SchemaNotEnforcedError(
            f"{info.model} was given a JSON Schema and answered something else: its server does not enforce "
            "schemas, so its answers would not be worth keeping.",
            hint="Use a server that constrains decoding: llama-server, vLLM, SGLang, or Ollama 0.5 or later; "
            "or the embedded engine (--engine with a model's name). A gateway in between may drop "
            "'response_format'.",
        )


def _obeys(text: str, *, whole: bool) -> bool:
    if whole:
        try:
            answer = json.loads(text)
        except ValueError:
            return False
        return isinstance(answer, dict) and list(answer) == ["mark"] and answer["mark"] in _VALUES
    # Cut off while writing white space: what there is must be the beginning of a valid answer.
    begun = "".join(text.split())
    return bool(begun) and any(f'{{"mark":"{value}"}}'.startswith(begun) for value in _VALUES)
