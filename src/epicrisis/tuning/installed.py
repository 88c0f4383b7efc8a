"""Importing this says which extra to install, where tuning cannot work without it."""

from __future__ import annotations

from ..errors import MissingExtraError

try:
    import peft  # noqa: F401
    import torch  # noqa: F401
    import transformers  # noqa: F401
except ImportError as error:
    raise MissingExtraError.for_extra("tune", "Tuning") from error
