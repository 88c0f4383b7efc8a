"""Sections in another order."""

from __future__ import annotations

import math
import re
from random import Random

from epicrisis.extraction.long.sections import sections

from .choosing import share_of

#: Of the sections, by strength; two at the least.
SHARES = (0.1, 0.5, 1.0)
_GAP = re.compile(r"\n[ \t]*\n\s*")


def shuffled_sections(text: str, strength: int, rng: Random) -> str:
    """A share of the sections, each at the place of another of them: two at strength 1, all at strength 3.

    Sections are as their headings tell; where there is only one, paragraphs. Nothing is lost or changed
    within them. A report of one paragraph stays as it is.
    """
    share = share_of(SHARES, strength)
    blocks = blocks_of(text)
    if not share or len(blocks) < 2:
        return text
    order = list(range(len(blocks)))
    rng.shuffle(order)
    moved = order[: max(2, math.ceil(share * len(blocks)))]
    placed = [body for body, _ in blocks]
    # Round by one place: none of them stays where it was.
    for place, block in zip(moved, [*moved[1:], moved[0]], strict=True):
        placed[place] = blocks[block][0]
    return "".join(body + gap for body, (_, gap) in zip(placed, blocks, strict=True))


def blocks_of(text: str) -> list[tuple[str, str]]:
    """The text in blocks that can change places, each with the white space behind it; joined, they are the
    text. White space in front of the first belongs to it."""
    starts = _headings(text)
    if len(starts) < 2:
        starts = [match.end() for match in _GAP.finditer(text) if 0 < match.end() < len(text)]
    starts = [start for start in starts if text[:start].strip()]
    blocks = [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True)]
    return [(block.rstrip(), block[len(block.rstrip()) :]) for block in blocks]


def _headings(text: str) -> list[int]:
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
