"""The parts of a report that can change places: its main sections or, without headings, its paragraphs."""

from __future__ import annotations

import re

from .sections import sections

_GAP = re.compile(r"\n[ \t]*\n\s*")


def blocks_of(text: str) -> list[tuple[str, str]]:
    """The text in blocks that can change places, each with the white space behind it; joined, they are the
    text. White space in front of the first belongs to it.

    Sections are as their headings tell; where there is only one, paragraphs.
    """
    starts = main_headings(text)
    if len(starts) < 2:
        starts = [match.end() for match in _GAP.finditer(text) if 0 < match.end() < len(text)]
    return blocks_at(text, starts)


def blocks_at(text: str, starts: list[int]) -> list[tuple[str, str]]:
    """The same for blocks that begin at ``starts``; what stands before the first is a block too."""
    starts = [start for start in starts if text[:start].strip()]
    blocks = [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True)]
    return [(block.rstrip(), block[len(block.rstrip()) :]) for block in blocks]


def main_headings(text: str) -> list[int]:
    """Where main sections begin: at the beginning of a line. A heading with nothing below it keeps the next
    section."""
    found: list[int] = []
    bare = False
    for section in sections(text):
        whole_line = section.start == 0 or text[section.start - 1] == "\n"
        if section.level <= 1 and whole_line and not bare:
            found.append(section.start)
        bare = bool(section.name) and not text[section.body : section.end].strip()
    return found
