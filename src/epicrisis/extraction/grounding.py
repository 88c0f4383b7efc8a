"""Quotes located in the report. Offsets come from matching, never from the model (DESIGN 4.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from .answer import Evidence, Grade
from .normalise import Normalised, normalise

#: A fuzzy match must be at least this alike (normalised Indel similarity, 0 to 100, rapidfuzz's ``ratio``).
#: 85 lets one wrong letter in seven pass, as OCR and dictation make them. Words of denial and numbers are
#: held to equality besides: "MTA 2" and "MTA 3" are 80 alike, "geen infarct" and "een infarct" 96.
FUZZY_THRESHOLD = 85.0
#: Shorter quotes are located exactly or not at all: with few letters, anything is alike.
FUZZY_MINIMUM = 8
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ELLIPSIS = re.compile(r"\s*(?:\.{3,}|…|\[\.\.\.\])\s*")
_WORD = re.compile(r"\w+")
_DENIALS = frozenset(
    word
    for words in (
        ("geen", "niet", "nooit", "zonder", "noch", "afwezig", "negatief"),
        ("no", "not", "none", "never", "without", "neither", "nor", "absent", "negative"),
        ("kein", "keine", "keinen", "keiner", "nicht", "ohne", "negativ"),
        ("pas", "aucun", "aucune", "sans", "ni"),
    )
    for word in words
)


class Grounds:
    """A report's text, prepared once for locating any number of quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _normalised(self) -> Normalised:
        return normalise(self.text)

    def locate(self, quote: str, near: int = 0) -> Evidence | None:
        """The place of ``quote``, or ``None``.

        Tried in turn: the same characters; the same after ``normalise``; alike (``FUZZY_THRESHOLD``),
        snapped to word boundaries. Of several equal places the one nearest to character ``near`` wins.
        A quote with an ellipsis is located by its longest piece.
        """
        quote = quote.strip()
        if not quote:
            return None
        found = self._exact(quote, near) or self._same(quote, near)
        if found:
            return found
        pieces = [piece for piece in _ELLIPSIS.split(quote) if piece]
        if len(pieces) > 1:
            return self.locate(max(pieces, key=len), near)
        stripped = quote.strip(" .,;:!?\"'()[]-*")
        if stripped and stripped != quote:
            found = self._exact(stripped, near) or self._same(stripped, near)
        return found or self._alike(quote)

    def occurrences(self, quote: str) -> list[tuple[int, int]]:
        """All places where ``quote`` stands, normalised, whole words only, in order."""
        wanted = normalise(quote).text
        return [self._normalised.original(*place) for place in _whole(wanted, self._normalised.text)]

    def _exact(self, quote: str, near: int) -> Evidence | None:
        places = list(_whole(quote, self.text))
        return self._evidence(_nearest(places, near), Grade.EXACT) if places else None

    def _same(self, quote: str, near: int) -> Evidence | None:
        places = self.occurrences(quote)
        return self._evidence(_nearest(places, near), Grade.NORMALISED) if places else None

    def _alike(self, quote: str) -> Evidence | None:
        from rapidfuzz import fuzz

        wanted = normalise(quote).text
        text = self._normalised.text
        if len(wanted) < FUZZY_MINIMUM or not text:
            return None
        aligned = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=FUZZY_THRESHOLD)
        if aligned is None or aligned.dest_end <= aligned.dest_start:
            return None
        start, end = _snap(text, aligned.dest_start, aligned.dest_end)
        found = text[start:end]
        # Snapping can only be trusted if what was snapped to is alike too.
        if not found or fuzz.ratio(wanted, found) < FUZZY_THRESHOLD:
            return None
        if _NUMBER.findall(wanted) != _NUMBER.findall(found) or _denials(wanted) != _denials(found):
            return None
        return self._evidence(self._normalised.original(start, end), Grade.FUZZY)

    def _evidence(self, place: tuple[int, int], grade: Grade) -> Evidence:
        start, end = place
        return Evidence(self.text[start:end], start, end, grade)


def _whole(wanted: str, text: str) -> Iterator[tuple[int, int]]:
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
    """Whether a word or a number runs across ``border``."""
    if not 0 < border < len(text):
        return False
    before, after = text[border - 1], text[border]
    if before.isalnum() and after.isalnum():
        return True
    inside_number = before in ".," and after.isdigit() and border > 1 and text[border - 2].isdigit()
    number_goes_on = (
        before.isdigit() and after in ".," and border + 1 < len(text) and text[border + 1].isdigit()
    )
    return inside_number or number_goes_on


def _snap(text: str, start: int, end: int) -> tuple[int, int]:
    """The word borders nearest to ``start`` and ``end``: half a word or more is taken whole, less is left."""
    for word in _WORD.finditer(text, max(0, text.rfind(" ", 0, start + 1)), len(text)):
        if word.start() >= start:
            break
        if word.end() > start:
            taken = word.end() - start
            start = word.start() if taken * 2 >= len(word.group()) else word.end()
            break
    for word in _WORD.finditer(text, max(0, text.rfind(" ", 0, end)), len(text)):
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


def _denials(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word in _DENIALS]


def _nearest(places: list[tuple[int, int]], near: int) -> tuple[int, int]:
    return min(places, key=lambda place: (abs(place[0] - near), place[0]))
