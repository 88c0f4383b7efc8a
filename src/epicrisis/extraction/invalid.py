"""The error of a value that its variable cannot have."""

from __future__ import annotations


class InvalidValueError(ValueError):
    """The value breaks the codebook; the message is the complaint the model is shown. It may hold the
    value, which is the model's, never the report's words at length."""
