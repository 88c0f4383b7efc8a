"""Text in capitals, as old systems print it."""

from __future__ import annotations

import re
from random import Random

from .choosing import changed, share_of

#: Of the stretches between full stops and line ends, by strength.
SHARES = (0.25, 0.5, 1.0)
_STRETCH = re.compile(r"[^\n]+?(?:[.!?](?=\s)|(?=\n)|\Z)")


def upper_case(text: str, strength: int, rng: Random) -> str:
    """A share of the sentences and lines that have a small letter, in capitals; all of them at strength 3."""
    stretches = [match for match in _STRETCH.finditer(text) if match[0].upper() != match[0]]
    return changed(text, stretches, rng, share_of(SHARES, strength), lambda stretch, _: stretch.upper())
