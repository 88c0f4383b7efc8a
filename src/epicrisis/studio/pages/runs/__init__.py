"""Runs: the list, a new one, and one at work."""

from __future__ import annotations

from . import listing, new, run
from .routes import routes

__all__ = ["listing", "new", "routes", "run"]
