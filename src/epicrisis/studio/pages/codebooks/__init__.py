"""Codebooks: the list, the builder, their versions."""

from . import builder, changes, listing, versions
from .routes import routes

__all__ = ["builder", "changes", "listing", "routes", "versions"]
