"""Trying one report: an engine kept open, the answers as they arrive, and nothing of it on disk."""

from .attempt import Asked, Attempt
from .tries import Tries

__all__ = ["Asked", "Attempt", "Tries"]
