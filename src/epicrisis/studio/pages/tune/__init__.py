"""Tune: the list of trainings and adapters, a new one, and one at work."""

from __future__ import annotations

# In this order: 'new' is no name of a training.
from . import listing, new, training
from .routes import routes

__all__ = ["listing", "new", "routes", "training"]
