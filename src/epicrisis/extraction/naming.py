"""Where a report names what a variable is about, however its words are inflected or cut short."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from epicrisis.codebook.names import names_of
from epicrisis.codebook.variable import Variable
from epicrisis.report import Span

from .long.sentences import sentences
from .normalise import normalise

_WORD = re.compile(r"\w+")
#: Words of fewer letters are abbreviations, and have no other endings ("MTA").
_SHORTEST = 4
#: How much of a word may differ at its end: "proces" and "processen", "innemend" and "innemende".
_ENDING = 3
#: How many letters a word that was cut short still has ("microbl" for "microbloedingen").
_CUT = 5
#: How many letters a word has that begins a compound ("Lymphknoten" in "Lymphknotenbefall").
_COMPOUND = 6


#: Names of one thing, each in its words.
Terms = Sequence[tuple[str, ...]]


class Named:
    """A report's sentences, prepared once for any number of variables."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._sentences = [(span, _places(text, span)) for span in sentences(text)]

    def places(self, terms: Terms) -> list[tuple[Span, Span]]:
        """The sentences that have all words of one of these terms; each with where in the text those words
        are, from the first to the last."""
        found = []
        for sentence, words in self._sentences:
            if place := next((one for term in terms if (one := _together(words, term))), None):
                found.append((sentence, place))
        return found

    def passages(self, terms: Terms, longest: int) -> list[Span]:
        """The sentences of ``places``; of one that is longer than ``longest`` characters the part around the
        words."""
        return [self._around(*found, longest) for found in self.places(terms)]

    def _around(self, sentence: Span, place: Span, longest: int) -> Span:
        spare = longest - (place.end - place.start)
        if sentence.end - sentence.start <= longest or spare < 0:
            return sentence if spare >= 0 else place
        start = max(sentence.start, min(place.start - spare // 2, sentence.end - longest))
        end = min(sentence.end, start + longest)
        # Words are left whole.
        while start > sentence.start and start < place.start and not self._text[start - 1].isspace():
            start += 1
        while end < sentence.end and end > place.end and not self._text[end].isspace():
            end -= 1
        return Span(start, end)


def _places(text: str, sentence: Span) -> dict[str, Span]:
    """The words of a sentence, and where each first stands."""
    found: dict[str, Span] = {}
    for match in _WORD.finditer(text, sentence.start, sentence.end):
        for word in words_of(match.group()):
            found.setdefault(word, Span(*match.span()))
    return found


def _together(places: Mapping[str, Span], term: Sequence[str]) -> Span | None:
    """From the first to the last of a term's words, if all of them are there."""
    found = [_place(places, wanted) for wanted in term]
    spans = [span for span in found if span is not None]
    if len(spans) < len(found):
        return None
    return Span(min(span.start for span in spans), max(span.end for span in spans))


def terms_of(variable: Variable) -> Terms:
    """The words of each name that a variable has: its own, its labels, its synonyms."""
    terms = (words_of(name) for name in names_of(variable))
    return list(dict.fromkeys(term for term in terms if term))


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, without case, accents written in two characters or hyphens."""
    return tuple(_WORD.findall(normalise(text).text))


def _place(places: Mapping[str, Span], wanted: str) -> Span | None:
    if wanted in places:
        return places.get(wanted)
    return next((span for word, span in places.items() if _same_stem(word, wanted)), None)


def has_word(words: Collection[str], wanted: str) -> bool:
    """Whether ``wanted`` is among the words, with another ending, cut short or in a compound."""
    return wanted in words or any(_same_stem(word, wanted) for word in words)


def _same_stem(word: str, wanted: str) -> bool:
    """Whether two words differ in their endings only, one is the other cut short, or a compound with it."""
    if min(len(word), len(wanted)) < _SHORTEST or word[0] != wanted[0]:
        return False
    common = next(
        (n for n, (one, other) in enumerate(zip(word, wanted, strict=False)) if one != other),
        min(len(word), len(wanted)),
    )
    if common == len(word) >= _CUT or common == len(wanted) >= _COMPOUND:
        return True
    return common >= _SHORTEST and max(len(word), len(wanted)) - common <= _ENDING
