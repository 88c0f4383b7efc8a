"""Texts that are nearly the same: most of their five-character pieces are shared.

Two texts are near duplicates where the Jaccard index of their sets of pieces (characters of the case-folded
text, white space as one space) is at least 0.8. Found exactly, and without comparing all with all: two sets
that share so much share a member among the first ``n - ceil(0.8 n) + 1`` of each, in any order common to both
(Chaudhuri, Ganti and Kaushik, *A primitive operator for similarity joins*, ICDE 2006; Bayardo, Ma and
Srikant, *Scaling up all pairs similarity search*, WWW 2007). The rare pieces come first, so few others share
one.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Hashable, Iterable
from fractions import Fraction

#: Characters of a piece.
LENGTH = 5
#: The least Jaccard index of two near duplicates.
LIKENESS = Fraction(4, 5)

#: How often pieces occur is counted by so many classes of hashes: whatever the counts, nothing is missed.
_CLASSES = 1 << 20


def pieces(text: str) -> frozenset[str]:
    """The five-character pieces of a text; of a shorter one itself; none of a blank one."""
    plain = _plain(text)
    last = max(1, len(plain) - LENGTH + 1)
    return frozenset(plain[at : at + LENGTH] for at in range(last)) if plain else frozenset()


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts with these pieces are near duplicates. Two blank texts are not."""
    fewer, more = sorted((len(one), len(other)))
    if not fewer or fewer < LIKENESS * more:
        return False
    shared = len(one & other)
    return shared >= LIKENESS * (fewer + more - shared)


class NearDuplicates:
    """Texts among which near duplicates of others are looked for.

    ``corpus`` are texts like those that will come: from them it is known which pieces are rare.
    """

    def __init__(self, corpus: Iterable[str] = ()) -> None:
        self._counts = array("L", bytes(array("L").itemsize * _CLASSES))
        for text in corpus:
            for piece in pieces(text):
                self._counts[hash(piece) % _CLASSES] += 1
        self._texts: list[str] = []
        self._places: dict[tuple[Hashable, int], list[int]] = {}

    def add(self, text: str, among: Hashable = None) -> None:
        """Add a text, to be found by those that are asked for ``among`` the same."""
        place = len(self._texts)
        self._texts.append(_plain(text))
        for mark in self._marks(pieces(text)):
            self._places.setdefault((among, mark), []).append(place)

    def like(self, text: str, among: Hashable = None) -> bool:
        """Whether a near duplicate of ``text`` was added, among the same."""
        own = pieces(text)
        seen: set[int] = set()
        for mark in self._marks(own):
            for place in self._places.get((among, mark), ()):
                if place not in seen and alike(own, pieces(self._texts[place])):
                    return True
                seen.add(place)
        return False

    def _marks(self, own: frozenset[str]) -> list[int]:
        """The first pieces of a text, as hashes, in the order that all texts have in common."""
        needed = -(-len(own) * LIKENESS.numerator // LIKENESS.denominator)
        found = ((self._counts[mark % _CLASSES], mark) for mark in map(hash, own))
        return [mark for _, mark in heapq.nsmallest(len(own) - needed + 1, found)] if own else []


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
