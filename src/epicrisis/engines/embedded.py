"""What the two engines that run in this process have in common."""

from __future__ import annotations

import threading

from ..errors import EngineCancelledError, OptionError
from .gguf_header import GgufHeader
from .transport import POLL

DEFAULT_CONTEXT = 16384
DEFAULT_TIMEOUT = 600.0
#: Prompts kept in memory beside the last one, MiB: enough for a handful of shared prefixes of a small model.
PROMPT_CACHE = 384


def context_for(header: GgufHeader, wanted: int | None) -> int:
    """Tokens of context for one request. Raises OptionError for one the model was not trained for."""
    trained = header.context_length
    if wanted is None:
        return min(DEFAULT_CONTEXT, trained or DEFAULT_CONTEXT)
    positive("context", wanted, 0)
    if trained is not None and wanted > trained:
        raise OptionError(f"The model was trained for a context of {trained} tokens, not {wanted}.")
    return wanted


def positive(name: str, value: int | None, default: int) -> int:
    """The value of an option that is at least 1. Raises OptionError."""
    if value is None:
        return default
    if value < 1:
        raise OptionError(f"'{name}' must be at least 1, not {value}.")
    return value


def acquire(slots: threading.BoundedSemaphore, cancel: threading.Event | None) -> None:
    """Wait for a free slot. Raises EngineCancelledError once ``cancel`` is set."""
    while not slots.acquire(timeout=POLL):
        if cancel is not None and cancel.is_set():
            raise EngineCancelledError("The request was cancelled.")
