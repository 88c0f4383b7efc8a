"""Text made comparable, with a way back to the original's characters."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "´": "'", "`": "'"}
_SAME = _DASHES | _QUOTES | {"×": "x", "\u00ad": "", "\u200b": "", "\ufeff": ""}


@dataclass(frozen=True, slots=True)
class Normalised:
    """``text[i]`` came from ``original[starts[i]:ends[i]]``."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the original that ``text[start:end]`` (not empty) came from."""
        return self.starts[start], self.ends[end - 1]


def normalise(original: str) -> Normalised:
    """Case folded, Unicode compatibility forms composed (NFKC), white space collapsed to one space and
    trimmed, words joined that a line break hyphenated, dashes and quotation marks alike, and a decimal
    comma between digits made a point."""
    pieces: list[tuple[str, int, int]] = []
    length = len(original)
    place = 0
    while place < length:
        stop = place + 1
        while stop < length and unicodedata.combining(original[stop]):
            stop += 1
        character = original[place]
        if character.isspace():
            while stop < length and original[stop].isspace():
                stop += 1
            if pieces and pieces[-1][0] == "-" and _hyphenated(original, pieces[-1][1], place, stop):
                pieces.pop()
            elif pieces and pieces[-1][0] != " ":
                pieces.append((" ", place, stop))
        elif character == "," and _between_digits(original, place):
            pieces.append((".", place, stop))
        else:
            cluster = _SAME.get(character, original[place:stop])
            for form in unicodedata.normalize("NFKC", cluster).casefold():
                if form.isspace() and (not pieces or pieces[-1][0] == " "):
                    continue
                pieces.append((" " if form.isspace() else _SAME.get(form, form), place, stop))
        place = stop
    if pieces and pieces[-1][0] == " ":
        pieces.pop()
    return Normalised(
        "".join(piece[0] for piece in pieces),
        tuple(piece[1] for piece in pieces),
        tuple(piece[2] for piece in pieces),
    )


def _hyphenated(original: str, hyphen: int, space_start: int, space_end: int) -> bool:
    """Whether the hyphen before this white space only breaks a word over two lines."""
    return (
        "\n" in original[space_start:space_end]
        and hyphen > 0
        and original[hyphen - 1].isalpha()
        and space_end < len(original)
        and original[space_end].islower()
    )


def _between_digits(original: str, place: int) -> bool:
    return 0 < place < len(original) - 1 and original[place - 1].isdigit() and original[place + 1].isdigit()
