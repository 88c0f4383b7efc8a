"""A clinical report and a stretch of its text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

#: What a carried column can hold. Dates read from typed files arrive as ISO 8601 strings.
Cell = str | int | float | bool | None


class Span(NamedTuple):
    """Characters ``start`` (included) to ``end`` (excluded) of a report's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where a report came from: the file, and the line (text formats) or row (tables), both from 1."""

    path: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One clinical text and what is known about it.

    ``metadata`` holds every column of the input that has no role of its own, unchanged and under
    its own name. ``offsets`` maps a character of ``text`` to a character of the source document,
    for sources whose text had to be assembled (PDF, DOCX); ``None`` means they are the same.
    """

    id: str
    text: str
    patient: str | None = None
    date: str | None = None
    language: str | None = None
    metadata: Mapping[str, Cell] = field(default_factory=dict)
    source: Source | None = None
    offsets: tuple[int, ...] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the text, hexadecimal: what makes two reports the same to the run store."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def source_span(self, span: Span) -> Span:
        """The span in the source document that ``span`` of the text came from."""
        if self.offsets is None or span.start == span.end:
            return span
        return Span(self.offsets[span.start], self.offsets[span.end - 1] + 1)
