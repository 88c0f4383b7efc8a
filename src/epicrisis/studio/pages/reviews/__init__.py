"""Reviews: the list, one review, and one report of it at a time."""

from __future__ import annotations

from . import changes, report, review
from .base import routes

__all__ = ["changes", "report", "review", "routes"]
