"""One report's extraction with what identifies the report: a row of what a run yields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..report import Cell
from .answer import Extraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a table is made from. The report's text is not in it.

    ``metadata`` holds the carried columns under their own names, as the input had them.
    """

    report_id: str
    patient: str | None = None
    date: str | None = None
    language: str | None = None
    metadata: Mapping[str, Cell] = field(default_factory=dict)
    extraction: Extraction
