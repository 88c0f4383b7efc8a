"""Words run together."""

from __future__ import annotations

import re
from random import Random

from .choosing import changed, share_of

#: Of the spaces, by strength.
SHARES = (0.03, 0.1, 0.3)
#: A single space; one before a number only behind a letter, so that no two numbers become one.
_SPACE = re.compile(r"(?<=\S) (?=[^\s\d])|(?<=[^\W\d_]) (?=\d)")


def dropped_spaces(text: str, strength: int, rng: Random) -> str:
    """A share of the single spaces within lines, dropped."""
    spaces = list(_SPACE.finditer(text))
    return changed(text, spaces, rng, share_of(SHARES, strength), lambda _, __: "")
