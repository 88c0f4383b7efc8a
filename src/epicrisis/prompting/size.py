"""How many tokens messages take, counted by a model or estimated."""

from __future__ import annotations

from collections.abc import Sequence

from epicrisis.engines.engine import Message

#: What English and Dutch clinical text and JSON take with the default model's vocabulary, roughly.
CHARACTERS_PER_TOKEN = 3.2


def size(messages: Sequence[Message], address: str | None = None) -> tuple[int, str]:
    """The tokens of ``messages`` and who counted them.

    ``address`` as for ``extract``. Without one the default model counts if it has been fetched; nothing is
    fetched for this, an estimate serves. Raises ``ModelError`` or ``EngineError`` for an address that fails.
    """
    from epicrisis.engines.address import open_engine
    from epicrisis.engines.catalogue import DEFAULT_MODEL
    from epicrisis.errors import ModelError

    try:
        engine = open_engine(address or DEFAULT_MODEL, fetch=address is not None)
    except ModelError:
        if address is not None:
            raise
        return estimate(messages), "estimated; fetch the default model for an exact count"
    try:
        counted = engine.count_tokens(messages)
        model = engine.info.model
    finally:
        engine.close()
    return (counted, f"counted by {model}") if counted is not None else (estimate(messages), "estimated")


def estimate(messages: Sequence[Message]) -> int:
    """Roughly how many tokens messages take, whichever model reads them."""
    return round(sum(len(message.content) for message in messages) / CHARACTERS_PER_TOKEN)
