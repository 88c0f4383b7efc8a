"""Words as they are mistyped: a neighbouring key, two letters swapped, one dropped or struck twice."""

from __future__ import annotations

import re
from random import Random

from .choosing import changed, share_of

#: Of the words, by strength.
SHARES = (0.03, 0.1, 0.25)
#: Abbreviations and units are left: one letter more or less makes others of them.
_WORD = re.compile(r"[^\W\d_]{4,}")
#: The letter rows of keyboards; each row is half a key to the right of the one above it.
_ROWS = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiopü", "asdfghjklöä", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
}
_LAYOUTS = {"de": "qwertz", "fr": "azerty"}


def _neighbours(rows: tuple[str, ...]) -> dict[str, str]:
    near: dict[str, str] = {}
    for number, row in enumerate(rows):
        for place, key in enumerate(row):
            beside = row[max(0, place - 1) : place] + row[place + 1 : place + 2]
            above = rows[number - 1][place : place + 2] if number else ""
            below = rows[number + 1][max(0, place - 1) : place + 1] if number + 1 < len(rows) else ""
            near[key] = beside + above + below
    return near


_NEAR = {layout: _neighbours(rows) for layout, rows in _ROWS.items()}


def typing_errors(text: str, strength: int, rng: Random, language: str = "en") -> str:
    """One error in a share of the words of four letters and more; keys are those of the language's keyboard.

    The first letter stays: without it, ``geen`` (no) would be ``een`` (a). Numbers are left alone, for
    another number is another finding.
    """
    near = _NEAR[_LAYOUTS.get(language[:2].lower(), "qwerty")]
    words = [match for match in _WORD.finditer(text) if len(match[0]) > 1]
    return changed(text, words, rng, share_of(SHARES, strength), lambda word, own: _mistyped(word, own, near))


def _mistyped(word: str, rng: Random, near: dict[str, str]) -> str:
    place = rng.randrange(1, len(word))
    kind = rng.choices(("neighbour", "swap", "drop", "double"), weights=(35, 25, 25, 15))[0]
    letter = word[place]
    keys = near.get(letter.lower(), "")
    if kind == "neighbour" and keys:
        key = rng.choice(keys)
        return word[:place] + (key.upper() if letter.isupper() else key) + word[place + 1 :]
    if kind == "swap" and place + 1 < len(word) and word[place + 1] != letter:
        return word[:place] + word[place + 1] + letter + word[place + 2 :]
    if kind == "double":
        return word[:place] + letter + word[place:]
    return word[:place] + word[place + 1 :]
