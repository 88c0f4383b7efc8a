"""Sections in another order."""

from __future__ import annotations

import math
from random import Random

from epicrisis.extraction.long.blocks import blocks_of

from .choosing import share_of

#: Of the sections, by strength; two at the least.
SHARES = (0.1, 0.5, 1.0)


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
