"""A long report into as few parts as fit the context."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from enum import IntEnum

from epicrisis.errors import ContextOverflowError

from .part import Part
from .sections import Section, sections
from .sentences import sentences

#: Sentences that a part repeats of the part before it.
OVERLAP = 2
#: The repeated sentences are at most this share of the part that they come from, the headings of the room.
_MOST_REPEATED = 0.25
_MOST_HEADINGS = 0.1
#: A sentence that is cut in two is repeated from this far back.
_WORDS_REPEATED = 1 / 16
#: A part that leaves this share of the room empty is not measured for a longer one.
_FULL = 0.98
_MOST_MEASURES = 8
_WORD_START = re.compile(r"(?<=\s)(?=\S)")
_LINE_START = re.compile(r"(?<=[\r\n])(?=[^\r\n])")


class Border(IntEnum):
    """Where a report may be cut, the better place the higher."""

    WORD = 0
    LINE = 1
    SENTENCE = 2
    SUBSECTION = 3
    SECTION = 4


def parts(text: str, size: Callable[[str], int], room: int, overlap: int = OVERLAP) -> list[Part]:
    """``text`` in as few parts as fit, each of at most ``room`` tokens by ``size``, headings included.

    ``size`` counts what asking about a stretch of text takes: if ``room`` has to hold the instructions too,
    it counts them. It is called once if all fits, else some five times a part. A part ends before a heading
    if that costs no further part, else before a sentence, else a line, else a word; within a word only if one
    alone does not fit. It repeats the last ``overlap`` sentences of the part before it. Every character is in
    a part. Raises ``ContextOverflowError`` if not even one character fits.
    """
    whole = Part(0, len(text))
    needed = size(text)
    if needed <= room:
        return [whole]
    least = size("")
    if least >= room:
        raise ContextOverflowError(needed=needed, available=room)
    splitter = _Splitter(text, size, room, overlap, needed=needed, least=least)
    plain = splitter.walk()
    better = splitter.walk(aims=[part.end for part in plain], slack=splitter.slack(plain))
    return better if len(better) <= len(plain) else plain


class _Splitter:
    """One report, measured as it is cut."""

    def __init__(
        self, text: str, size: Callable[[str], int], room: int, overlap: int, *, needed: int, least: int
    ) -> None:
        self._text = text
        self._size = size
        self._overlap = overlap
        self._fixed = least  # what is asked besides the text
        self._room = room - least
        self._density = max(needed - least, 1) / len(text)  # tokens per character
        self._measured: dict[Part, int] = {}
        self._sections = sections(text)
        self._starts = [one.start for one in self._sections]
        self._sentences = [one.start for one in sentences(text)]
        self._borders = self._find_borders()
        self._places = sorted(self._borders)
        self._words: list[int] | None = None

    def walk(self, aims: Sequence[int] = (), slack: int = 0) -> list[Part]:
        """The parts from the beginning to the end, each as long as it can be. With ``aims``, the ends that
        they had so, a part may end ``slack`` characters before its own for the sake of a better border."""
        made: list[Part] = []
        end = 0
        while end < len(self._text):
            part = self._next(made[-1] if made else None, end)
            if len(made) < len(aims):
                part = self._better(part, max(aims[len(made)] - slack, end + 1))
            made.append(part)
            end = part.end
        return made

    def slack(self, made: Sequence[Part]) -> int:
        """By how many characters all ends may move towards the beginning before a further part is needed."""
        empty = self._room - self._measure(made[-1])
        return max(0, int(0.8 * empty / self._density))

    def _next(self, before: Part | None, end: int) -> Part:
        """The longest part that goes on from ``end`` and repeats as much as it may."""
        for start in self._beginnings(before, end):
            for headings in (True, False):
                part = self._longest(start, headings=headings)
                if part is not None and part.end > end:
                    return part
        needed = self._size(self._text[end : end + 1])
        raise ContextOverflowError(needed=needed, available=self._room + self._fixed)

    def _beginnings(self, before: Part | None, end: int) -> list[int]:
        """Where a part may begin that goes on from ``end``, the best first."""
        if before is None or not self._overlap:
            return [end]
        most = int((end - before.start) * _MOST_REPEATED)
        last = bisect_left(self._sentences, end)
        possible = self._sentences[max(0, last - self._overlap) : last]
        found = [start for start in possible if max(end - most, before.start + 1) <= start]
        if not found and end not in self._borders:
            words = self._word_starts()
            back = bisect_left(words, end - int((end - before.start) * _WORDS_REPEATED))
            found = [start for start in words[back : back + 1] if before.start < start < end]
        return [*found, end]

    def _longest(self, start: int, *, headings: bool) -> Part | None:
        """The longest part from ``start`` that fits, to the end of the text or a border."""
        after = bisect_right(self._places, start)
        near = self._places[after] if after < len(self._places) else len(self._text)
        words = self._word_starts()
        within = words[bisect_right(words, start) : bisect_left(words, near)]
        for places in (self._places[after:], within, range(start + 1, near)):
            found = self._fitting(start, places, headings=headings)
            if found is not None:
                return self._uncut(found) if isinstance(places, range) else found
        return None

    def _fitting(self, start: int, places: Sequence[int], *, headings: bool) -> Part | None:
        """The longest part that ends at one of ``places``: a guess by tokens per character, then between what
        fits and what does not."""
        low, high = -1, len(places)
        found: Part | None = None
        density = self._density
        for attempt in range(_MOST_MEASURES + len(places).bit_length()):
            if high - low <= 1:
                break
            guess = bisect_right(places, start + int(self._room / density)) - 1
            if attempt >= _MOST_MEASURES:
                guess = (low + high) // 2
            middle = min(max(guess, low + 1), high - 1)
            part = self._part(start, places[middle], headings=headings)
            needed = self._measure(part)
            density = max(needed, 1) / (part.end - part.start)
            if needed > self._room:
                high = middle
                continue
            low, found = middle, part
            if needed >= _FULL * self._room or attempt >= _MOST_MEASURES:
                break
        return found

    def _better(self, part: Part, least: int) -> Part:
        """The same part up to the best border from ``least`` on; of several the last."""
        first, last = bisect_left(self._places, least), bisect_right(self._places, part.end)
        possible = self._places[first:last]
        if part.end == len(self._text) or not possible:
            return part
        end = max(possible, key=lambda place: (self._borders[place], place))
        if end == part.end:
            return part
        shorter = Part(part.start, end, part.headings)
        return shorter if self._measure(shorter) <= self._room else part

    def _part(self, start: int, end: int, *, headings: bool) -> Part:
        above = self._above(start) if headings else None
        if above is None:
            return Part(start, end)
        path = tuple(one for one in above.headings if one.end <= start)
        length = sum(one.end - one.start + 1 for one in path)
        fits = length * self._density <= _MOST_HEADINGS * self._room
        return Part(start, end, path if fits else ())

    def _above(self, place: int) -> Section | None:
        found = bisect_right(self._starts, place) - 1
        return self._sections[found] if found >= 0 else None

    def _measure(self, part: Part) -> int:
        if part not in self._measured:
            self._measured[part] = self._size(part.text(self._text)) - self._fixed
        return self._measured[part]

    def _find_borders(self) -> dict[int, Border]:
        """Every place to cut at but the words; the best reason for each. The end of the text is one."""
        found = {match.start(): Border.LINE for match in _LINE_START.finditer(self._text)}
        found |= dict.fromkeys(self._sentences, Border.SENTENCE)
        found |= {
            one.start: Border.SECTION if one.level <= 1 else Border.SUBSECTION for one in self._sections
        }
        found.pop(0, None)
        found[len(self._text)] = Border.SECTION
        return found

    def _word_starts(self) -> list[int]:
        if self._words is None:
            self._words = [match.start() for match in _WORD_START.finditer(self._text)]
        return self._words

    def _uncut(self, part: Part) -> Part:
        """A part that ends within a word, moved so that it parts no letter from the marks on it."""
        end = part.end
        while end > part.start + 1 and end < len(self._text) and unicodedata.combining(self._text[end]):
            end -= 1
        return Part(part.start, end, part.headings)
