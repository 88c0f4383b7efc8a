"""Results: the table of a run, one report, a patient over time, and tables to take away."""

from __future__ import annotations

from . import patients, report, table, taking
from .routes import routes

__all__ = ["patients", "report", "routes", "table", "taking"]
