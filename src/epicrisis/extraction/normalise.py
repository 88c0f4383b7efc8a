"""Text made comparable, with a way back to the original's characters."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence

_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "´": "'", "`": "'"}
#: Characters that are not seen: soft hyphen, zero-width space, joiners, byte order mark.
UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_SAME = _DASHES | _QUOTES | dict.fromkeys(UNSEEN, "") | {"×": "x", "⁄": "/"}


def _plain() -> str:
    """Characters that case folding alone makes comparable, one for one: the body of a regex class."""
    found = [chr(code) for code in range(0x21, 0x250)]
    return "".join(
        re.escape(one)
        for one in found
        if one not in _SAME
        and one != ","
        and not one.isspace()
        and one.isprintable()
        and unicodedata.normalize("NFKC", one) == one
        and len(one.casefold()) == 1
        and unicodedata.normalize("NFKC", one.casefold()) == one.casefold()
    )


#: Plain characters with single spaces and commas (no decimal ones) between them: most of a report.
_RUN = re.compile(r"[{0}]+(?:(?:,[ ]|[ ]|,(?!\d))[{0}]+)*".format(_plain()))


class Normalised:
    """``text[i]`` came from ``original[starts[i]:ends[i]]``.

    Kept as segments: a run, whose characters stand for one character each, or a cluster, whose
    characters all stand for the same stretch (``ß`` gives ``ss``, white space one space).
    """

    __slots__ = ("_at", "_cluster_ends", "_starts", "text")

    def __init__(
        self, text: str, at: Sequence[int], starts: Sequence[int], cluster_ends: Sequence[int]
    ) -> None:
        self.text = text
        self._at = at  # where in ``text`` each segment begins
        self._starts = starts  # where in the original
        self._cluster_ends = cluster_ends  # where in the original a cluster ends; -1 for a run

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the original that ``text[start:end]`` (not empty) came from."""
        return self._start(start), self._end(end - 1)

    def splits(self, border: int) -> bool:
        """Whether ``border`` lies between two characters of ``text`` that came from one of the original."""
        if not 0 < border < len(self.text):
            return False
        segment = bisect_right(self._at, border) - 1
        return self._cluster_ends[segment] >= 0 and border > self._at[segment]

    @property
    def starts(self) -> tuple[int, ...]:
        return tuple(self._start(place) for place in range(len(self.text)))

    @property
    def ends(self) -> tuple[int, ...]:
        return tuple(self._end(place) for place in range(len(self.text)))

    def _start(self, place: int) -> int:
        segment = bisect_right(self._at, place) - 1
        inside = place - self._at[segment] if self._cluster_ends[segment] < 0 else 0
        return self._starts[segment] + inside

    def _end(self, place: int) -> int:
        segment = bisect_right(self._at, place) - 1
        end = self._cluster_ends[segment]
        return end if end >= 0 else self._starts[segment] + place - self._at[segment] + 1


def normalise(original: str) -> Normalised:
    """Case folded, Unicode compatibility forms composed (NFKC), white space collapsed to one space and
    trimmed, words joined that a line break hyphenated, dashes and quotation marks alike, and a decimal
    comma between digits made a point. A raised figure or a fraction beside a digit stays what it is:
    ``10²`` is not 102."""
    writer = _Writer(original)
    place, length = 0, len(original)
    while place < length:
        run = _RUN.match(original, place)
        end = run.end() if run else place
        if end < length and end > place and _goes_on(original[end]):
            end -= 1  # the last character belongs to the marks that follow
        place = writer.run(place, end) if end > place else writer.cluster(place)
    return writer.finished()


class _Writer:
    """The segments of the normalised text, in the making."""

    def __init__(self, original: str) -> None:
        self._original = original
        self._pieces: list[str] = []
        self._at: list[int] = []
        self._starts: list[int] = []
        self._cluster_ends: list[int] = []
        self._size = 0

    def run(self, place: int, end: int) -> int:
        """Take plain characters over; returns where to go on."""
        piece = self._original[place:end].casefold()
        if piece[-1] == " ":
            # Its last character was given back to the marks that follow it.
            piece, end = piece[:-1], end - 1
        self._add(piece, place, -1)
        return end

    def cluster(self, place: int) -> int:
        """Take over one character and the marks on it, or a stretch of white space."""
        original, length = self._original, len(self._original)
        stop = place + 1
        while stop < length and _goes_on(original[stop]):
            stop += 1
        character = original[place]
        if character.isspace():
            while stop < length and original[stop].isspace():
                stop += 1
            self._space(place, stop)
        elif character == "," and _between_digits(original, place):
            self._add(".", place, stop)
        elif _raised_beside_digit(original, place):
            self._add(character, place, stop)
        else:
            folded = _folded(_SAME.get(character, original[place:stop]))
            if self._last(1) in ("", " "):
                folded = folded.lstrip(" ")
            self._add(folded, place, stop)
        return stop

    def finished(self) -> Normalised:
        while self._last(1) == " ":
            self._drop_last()
        return Normalised("".join(self._pieces), self._at, self._starts, self._cluster_ends)

    def _space(self, place: int, stop: int) -> None:
        if self._broken_word(place, stop):
            if self._last(1) == "-":
                self._drop_last()
        elif self._last(1) not in ("", " "):
            self._add(" ", place, stop)

    def _broken_word(self, place: int, stop: int) -> bool:
        """Whether this white space, after a hyphen, only breaks a word over two lines."""
        original = self._original
        if not (stop < len(original) and original[stop].islower() and "\n" in original[place:stop]):
            return False
        soft = original[place - 1] == "\u00ad"
        before = self._last(2)
        return (soft and before[-1:].isalpha()) or (before[-1:] == "-" and before[:-1].isalpha())

    def _add(self, piece: str, start: int, cluster_end: int) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self._at.append(self._size)
        self._starts.append(start)
        self._cluster_ends.append(cluster_end)
        self._size += len(piece)

    def _last(self, count: int) -> str:
        """The last ``count`` (1 or 2) characters written."""
        if not self._pieces:
            return ""
        last = self._pieces[-1][-count:]
        if len(last) < count and len(self._pieces) > 1:
            last = self._pieces[-2][-1] + last
        return last

    def _drop_last(self) -> None:
        self._pieces[-1] = self._pieces[-1][:-1]
        self._size -= 1
        if not self._pieces[-1]:
            for column in (self._pieces, self._at, self._starts, self._cluster_ends):
                column.pop()


def _folded(cluster: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", cluster).casefold())
    spaced = "".join(" " if one.isspace() else _SAME.get(one, one) for one in folded)
    return re.sub(" +", " ", spaced)


def _goes_on(character: str) -> bool:
    """Whether it only goes with the character before it: an accent, the rest of a Korean syllable."""
    return character > "\u02ff" and (
        unicodedata.combining(character) > 0 or "\u1160" <= character <= "\u11ff"
    )


def _between_digits(original: str, place: int) -> bool:
    around = original[place - 1 : place] + original[place + 1 : place + 2]
    return len(around) == 2 and around.isdecimal()


def _raised_beside_digit(original: str, place: int) -> bool:
    character = original[place]
    if character < "\u00b2" or not character.isnumeric() or character.isdecimal():
        return False
    return original[place - 1 : place].isdecimal() or original[place + 1 : place + 2].isdecimal()
