"""A report in capitals throughout, in small letters, or with capitals only where sentences begin."""

from __future__ import annotations

import re
from enum import Enum, auto
from random import Random

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.example import Example

from .rewriting import Edit, rewritten

#: The first letter of a line or a sentence.
_OPENING = re.compile(r"(?:\A|\n|[.!?]\s)[^\w\n]*(\w)")


class _Case(Enum):
    UPPER = auto()
    LOWER = auto()
    SENTENCE = auto()


def casing(example: Example, codebook: Codebook, rng: Random) -> Example | None:
    """The example in another casing; ``None`` where none of the three is another that leaves its answers."""
    for case in rng.sample(list(_Case), len(_Case)):
        made = rewritten(example, codebook, _edits(example.worked.text, case), spare=False)
        if made is not None:
            return made
    return None


def _edits(text: str, case: _Case) -> list[Edit]:
    """Letter by letter, so that quotes may begin and end anywhere."""
    opening = {match.start(1) for match in _OPENING.finditer(text)} if case is _Case.SENTENCE else set()
    edits = []
    for place, letter in enumerate(text):
        wanted = letter.upper() if case is _Case.UPPER or place in opening else letter.lower()
        if wanted != letter:
            edits.append(Edit(place, place + 1, wanted))
    return edits
