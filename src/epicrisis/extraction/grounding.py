"""Quotes located in the report. Offsets come from matching, never from the model (DESIGN 4.5)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache

from .answer import Evidence, Grade
from .likeness import FUZZY_MINIMUM, FUZZY_THRESHOLD, alike, can_be_alike
from .normalise import UNSEEN, Normalised, normalise

__all__ = ["FUZZY_MINIMUM", "FUZZY_THRESHOLD", "Grounds"]

_ELLIPSIS = re.compile(r"\s*(?:\.{3,}|…|\[\.\.\.\])\s*")
_WORD = re.compile(r"\w+")
#: What models put around a quote. A minus sign before a number is part of it.
_AROUND = re.compile(r"\A(?:[\s.,;:!?\"'()\[\]*•]|-(?!\d))+|[\s.,;:!?\"'()\[\]*•-]+\Z")

Place = tuple[int, int]


class Grounds:
    """A report's text, prepared once for locating any number of quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _normalised(self) -> Normalised:
        return normalise(self.text)

    def locate(self, quote: str, near: int = 0) -> Evidence | None:
        """The place of ``quote``, or ``None``.

        Tried in turn: the same characters; the same after ``normalise``; alike (see ``likeness``),
        snapped to word boundaries. Of several equal places the one nearest to character ``near`` wins.
        A quote with an ellipsis is located by its longest piece. No place ever cuts a word or a number.
        """
        quote = quote.strip()
        if not quote:
            return None
        found = self._exact(quote, near)
        if found:
            return found
        wanted = normalise(quote).text
        found = self._same(wanted, near)
        if found:
            return found
        pieces = [piece for piece in _ELLIPSIS.split(quote) if piece]
        if pieces and pieces != [quote]:
            return self.locate(max(pieces, key=len), near)
        stripped = _AROUND.sub("", quote)
        if stripped != quote:
            wanted = normalise(stripped).text
            found = self._exact(stripped, near) or self._same(wanted, near)
        return found or self._alike(wanted, near)

    def holds(self, quote: str) -> bool:
        """Whether ``quote`` stands there, character for character but for white space around it, as whole
        words: what ``locate`` grades ``exact``, told more quickly."""
        return next(_whole(quote.strip(), self.text), None) is not None

    def occurrences(self, quote: str) -> list[Place]:
        """All places where ``quote`` stands, normalised, whole words only, in order."""
        return self._places(normalise(quote).text)

    def occurrences_of_term(self, term: str) -> list[Place]:
        """The same for words of the codebook, which come back with every report."""
        return self._places(_normalised_term(term))

    def _places(self, wanted: str) -> list[Place]:
        normalised = self._normalised
        return [
            normalised.original(start, end)
            for start, end in _whole(wanted, normalised.text)
            if not (normalised.splits(start) or normalised.splits(end))
        ]

    def _exact(self, quote: str, near: int) -> Evidence | None:
        places = list(_whole(quote, self.text))
        return self._evidence(_nearest(places, near), Grade.EXACT) if places else None

    def _same(self, wanted: str, near: int) -> Evidence | None:
        """``wanted``: normalised."""
        places = self._places(wanted)
        return self._evidence(_nearest(places, near), Grade.NORMALISED) if places else None

    def _alike(self, wanted: str, near: int) -> Evidence | None:
        """``wanted``: normalised."""
        text = self._normalised.text
        if not can_be_alike(wanted, text):
            return None
        from rapidfuzz import fuzz

        aligned = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=FUZZY_THRESHOLD)
        if aligned is None:
            return None
        # Snapping can only be trusted if what was snapped to is alike too.
        start, end = _snap(text, aligned.dest_start, aligned.dest_end)
        if start >= end or not alike(wanted, text[start:end]):
            return None
        places = self._places(text[start:end])
        return self._evidence(_nearest(places, near), Grade.FUZZY) if places else None

    def _evidence(self, place: Place, grade: Grade) -> Evidence:
        start, end = place
        return Evidence(self.text[start:end], start, end, grade)


@lru_cache(maxsize=4096)
def _normalised_term(term: str) -> str:
    return normalise(term).text


def _whole(wanted: str, text: str) -> Iterator[Place]:
    """Places of ``wanted`` in ``text`` that do not cut a word or a number."""
    if not wanted:
        return
    place = text.find(wanted)
    while place >= 0:
        end = place + len(wanted)
        if not (_joined(text, place) or _joined(text, end)):
            yield place, end
        place = text.find(wanted, place + 1)


def _joined(text: str, border: int) -> bool:
    """Whether a word (with its accents and unseen characters) or a number runs across ``border``."""
    left, right = border - 1, border
    if left < 0 or right >= len(text):
        return False
    before, after = text[left], text[right]
    if after > "\u00ac" or before > "\u00ac":
        if unicodedata.combining(after) or unicodedata.category(after) == "Mc":
            return True
        while before in UNSEEN and left > 0:
            left -= 1
            before = text[left]
        while after in UNSEEN and right + 1 < len(text):
            right += 1
            after = text[right]
        if unicodedata.combining(before):
            return after.isalnum()
    if before.isalnum():
        if after.isalnum():
            return True
        return before.isdecimal() and after in ".," and text[right + 1 : right + 2].isdecimal()
    return before in ".," and after.isdecimal() and left > 0 and text[left - 1].isdecimal()


def _snap(text: str, start: int, end: int) -> Place:
    """The word borders nearest to ``start`` and ``end``: half a word or more is taken whole, less is left."""
    for word in _WORD.finditer(text, text.rfind(" ", 0, start + 1) + 1):
        if word.start() >= start:
            break
        if word.end() > start:
            taken = word.end() - start
            start = word.start() if taken * 2 >= len(word.group()) else word.end()
            break
    for word in _WORD.finditer(text, text.rfind(" ", 0, end) + 1):
        if word.start() >= end:
            break
        if word.end() > end:
            taken = end - word.start()
            end = word.end() if taken * 2 >= len(word.group()) else word.start()
            break
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _nearest(places: list[Place], near: int) -> Place:
    return min(places, key=lambda place: (abs(place[0] - near), place[0]))
