"""How the user wants a file read."""

from __future__ import annotations

from dataclasses import dataclass, field

from .columns import Columns


@dataclass(frozen=True, slots=True)
class Options:
    """``None`` everywhere: find out. ``sheet`` is for workbooks, ``delimiter`` for CSV."""

    columns: Columns = field(default_factory=Columns)
    format: str | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
