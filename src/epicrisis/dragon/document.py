"""A text that is given as tokens, and where the words of a quote stand in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from ..extraction.grounding import Grounds

_SAME = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("‘’‚´`", "'") | dict.fromkeys("“”„«»", '"')
)
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
#: Punctuation that ends a sentence or a part of it, and is seldom part of what it follows.
_STOPS = ".,;:!?"
#: Quotes with fewer letters and digits than this mean their own case: the numeral I is not the word i.
_TELLING = 3


class Stretch(NamedTuple):
    """Tokens ``start`` (included) to ``end`` (excluded)."""

    start: int
    end: int


class Document:
    """Tokens, and ``text``: the same joined by single spaces, token ``n`` at ``starts[n]``."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self.text = " ".join(tokens)
        starts, place = [], 0
        for token in tokens:
            starts.append(place)
            place += len(token) + 1
        self.starts = tuple(starts)

    def find(self, quote: str) -> list[Stretch]:
        """All places of ``quote``, in order: whole tokens, whatever the white space, the case (but see
        ``_TELLING``) and the way that dashes, quotation marks and decimal signs are written.

        Punctuation at the ends may be missing on either side: ``mm`` finds ``mm.``, and ``mm.`` finds
        ``mm`` and leaves a full stop alone that is a token of its own. Where the quote does not stand as
        it is, the one place is given that is most like it, if any is.
        """
        for wanted in dict.fromkeys((quote, _without_punctuation(quote))):
            found = self._same(wanted)
            if found:
                return [self._trimmed(stretch, wanted) for stretch in found]
        evidence = Grounds(self.text).locate(quote) if _letters(quote) >= _TELLING else None
        return [] if evidence is None else [self.of_characters(evidence.start, evidence.end)]

    def words(self, stretch: Stretch) -> str:
        """The tokens of a stretch, as ``text`` has them."""
        return " ".join(self.tokens[stretch.start : stretch.end])

    def of_characters(self, start: int, end: int) -> Stretch:
        """The tokens that characters ``start`` to ``end`` of ``text`` touch."""
        touched = [
            place
            for place, begin in enumerate(self.starts)
            if begin < end and begin + len(self.tokens[place]) > start
        ]
        return Stretch(touched[0], touched[-1] + 1) if touched else Stretch(0, 0)

    def _same(self, quote: str) -> list[Stretch]:
        as_written = self._as_written.find(_key(quote))
        if _letters(quote) < _TELLING and as_written:
            return as_written
        return self._folded.find(_key(quote).casefold())

    def _trimmed(self, stretch: Stretch, quote: str) -> Stretch:
        start, end = stretch
        words = quote.split()
        if end - start > 1 and _is_stop(self.tokens[end - 1]) and not _is_stop(words[-1]):
            end -= 1
        return Stretch(start, end)

    @cached_property
    def _as_written(self) -> _Keys:
        return _Keys([_key(token) for token in self.tokens])

    @cached_property
    def _folded(self) -> _Keys:
        return _Keys([_key(token).casefold() for token in self.tokens])


class _Keys:
    """The comparable characters of all tokens in a row."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._row = _DECIMAL_COMMA.sub(".", "".join(keys))
        self._keys = keys
        self._owner = [place for place, key in enumerate(keys) for _ in key]
        self._begins: list[int] = []
        reached = 0
        for key in keys:
            self._begins.append(reached)
            reached += len(key)

    def find(self, wanted: str) -> list[Stretch]:
        wanted = _DECIMAL_COMMA.sub(".", wanted)
        if not wanted:
            return []
        found = []
        place = self._row.find(wanted)
        while place >= 0:
            end = place + len(wanted)
            first, last = self._owner[place], self._owner[end - 1]
            before = self._row[self._begins[first] : place]
            after = self._row[end : self._begins[last] + len(self._keys[last])]
            if not _letters(before) and not _letters(after):
                found.append(Stretch(first, last + 1))
            place = self._row.find(wanted, place + 1)
        return list(dict.fromkeys(found))


def _key(text: str) -> str:
    """The characters that count: composed, no white space, one kind of dash and of quotation mark."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_SAME).split())


def _letters(text: str) -> int:
    return sum(one.isalnum() for one in text)


def _is_stop(token: str) -> bool:
    return bool(token) and all(one in _STOPS for one in token)


def _without_punctuation(quote: str) -> str:
    start, end = 0, len(quote)
    while start < end and not quote[start].isalnum():
        start += 1
    while end > start and not quote[end - 1].isalnum():
        end -= 1
    return quote[start:end]
