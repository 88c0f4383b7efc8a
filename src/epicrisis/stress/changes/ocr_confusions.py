"""Characters taken for others of the same shape, as when a scan is read."""

from __future__ import annotations

import re
from random import Random

from .choosing import changed, share_of

#: Of the words and numbers with such a character, by strength.
SHARES = (0.03, 0.1, 0.25)
#: What is taken for what. No digit is taken for another: a reader could not know that from a finding.
CONFUSIONS = {
    "rn": "m",
    "m": "rn",
    "cl": "d",
    "d": "cl",
    "vv": "w",
    "w": "vv",
    "li": "h",
    "ii": "u",
    "u": "ii",
    "l": "1",
    "I": "l",
    "o": "0",
    "O": "0",
    "S": "5",
    "B": "8",
    "Z": "2",
    "0": "O",
    "1": "l",
    "5": "S",
    "8": "B",
    "ä": "a",
    "ö": "o",
    "ü": "ii",
    "ë": "e",
    "é": "e",
    "ï": "i",
    "ß": "B",
}
_SHAPE = re.compile("|".join(sorted(CONFUSIONS, key=len, reverse=True)))
_WORD = re.compile(r"\w+")


def ocr_confusions(text: str, strength: int, rng: Random) -> str:
    """One confusion (0 and O, 1 and l, rn and m, ...) in a share of the words and numbers."""
    words = [match for match in _WORD.finditer(text) if _shapes(match[0])]
    return changed(text, words, rng, share_of(SHARES, strength), _misread)


def _misread(word: str, rng: Random) -> str:
    shape = rng.choice(_shapes(word))
    return word[: shape.start()] + CONFUSIONS[shape[0]] + word[shape.end() :]


def _shapes(word: str) -> list[re.Match[str]]:
    return [shape for shape in _SHAPE.finditer(word) if _can_be_misread(word, shape)]


def _can_be_misread(word: str, shape: re.Match[str]) -> bool:
    """A letter becomes a digit only among letters: stage 2B is not stage 28, nor hepatitis B hepatitis 8."""
    if not CONFUSIONS[shape[0]].isdigit():
        return True
    around = word[max(0, shape.start() - 1) : shape.start()] + word[shape.end() : shape.end() + 1]
    return around.isalpha()
