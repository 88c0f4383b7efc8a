"""Whether anything can be trained here."""

from __future__ import annotations

from importlib.util import find_spec

from ...errors import MissingExtraError

EXTRA = "tune"
_NEEDED = ("gguf", "numpy", "peft", "safetensors", "torch", "transformers")


def installed() -> bool:
    """Whether the extra is here; loads nothing of it."""
    return all(find_spec(name) is not None for name in _NEEDED)


def missing() -> MissingExtraError | None:
    """What to say where nothing can be trained."""
    return None if installed() else MissingExtraError.for_extra(EXTRA, "Tuning")


def check_installed() -> None:
    """Raise MissingExtraError where nothing can be trained."""
    if (error := missing()) is not None:
        raise error
