"""A part of a report that is too long to be asked at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from epicrisis.report import Span


@dataclass(frozen=True, slots=True)
class Part:
    """Characters ``start`` to ``end`` of a report, and the headings they stand under.

    A part that begins in the middle of a section is asked with the section's headings above it, so that
    earlier findings are known as such. Offsets into what is asked are put back by ``place``.
    """

    start: int
    end: int
    headings: tuple[Span, ...] = ()

    def text(self, report: str) -> str:
        """What is asked: each heading on a line of its own, then the stretch of the report."""
        return (
            "".join(f"{report[one.start : one.end]}\n" for one in self.headings)
            + report[self.start : self.end]
        )

    def place(self, start: int, end: int) -> Span:
        """The characters of the report that characters ``start`` to ``end`` of ``text`` came from.

        A stretch that runs from a heading into what stands below it in ``text`` gives the last of its pieces:
        in the report they need not be neighbours.
        """
        found = Span(self.start, self.start)
        for begin, piece in self._pieces():
            left, right = max(start, begin), min(end, begin + piece.end - piece.start)
            if left < right or (start == end and left == right):
                found = Span(piece.start + left - begin, piece.start + right - begin)
        return found

    def _pieces(self) -> Iterator[tuple[int, Span]]:
        """Each stretch of the report and where it begins in ``text``."""
        begin = 0
        for heading in self.headings:
            yield begin, heading
            begin += heading.end - heading.start + 1
        yield begin, Span(self.start, self.end)
