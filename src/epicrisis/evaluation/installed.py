"""Importing this says which extra to install, where measuring cannot work without it."""

from __future__ import annotations

from ..errors import MissingExtraError

try:
    import numpy  # noqa: F401
    import scipy.optimize  # noqa: F401
except ImportError as error:
    raise MissingExtraError.for_extra("evaluation", "Measuring") from error
