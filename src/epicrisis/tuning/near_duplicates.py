"""Texts that are nearly the same: most of their five-character pieces are shared.

Two texts are near duplicates where the Jaccard index of their sets of pieces (characters of the case-folded
text, white space as one space) is at least 0.8. All are found (but for pieces with equal hashes), without
comparing all with all: two sets that share so much share a member among the first ``n - ceil(0.8 n) + 1`` of
each, in any order common to both (Chaudhuri, Ganti and Kaushik, *A primitive operator for similarity joins*,
ICDE 2006; Bayardo, Ma and Srikant, *Scaling up all pairs similarity search*, WWW 2007). The rare pieces come
first, so few others share one.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Collection, Hashable, Iterable
from fractions import Fraction

#: Characters of a piece.
LENGTH = 5
#: The least Jaccard index of two near duplicates.
LIKENESS = Fraction(4, 5)

#: How often pieces occur is counted by so many classes of hashes: whatever the counts, nothing is missed.
_CLASSES = 1 << 20


def pieces(text: str) -> frozenset[int]:
    """The five-character pieces of a text, as 64-bit hashes that hold within one process; of a shorter text
    itself; none of a blank one."""
    plain = " ".join(text.casefold().split())
    last = max(1, len(plain) - LENGTH + 1)
    return frozenset(hash(plain[at : at + LENGTH]) for at in range(last)) if plain else frozenset()


def alike(one: frozenset[int], other: Collection[int]) -> bool:
    """Whether two texts with these pieces (in ``other`` none twice) are near duplicates. Two blank texts are
    not."""
    if not _can_be_alike(len(one), len(other)):
        return False
    shared = len(one.intersection(other))
    return shared * LIKENESS.denominator >= LIKENESS.numerator * (len(one) + len(other) - shared)


def _can_be_alike(one: int, other: int) -> bool:
    """Whether texts of so many pieces can be: the one with more has not too many more."""
    fewer, more = (one, other) if one < other else (other, one)
    return fewer > 0 and fewer * LIKENESS.denominator >= LIKENESS.numerator * more


class NearDuplicates:
    """Texts among which near duplicates of others are looked for.

    ``corpus`` are texts like those that will come: from them it is known which pieces are rare.
    """

    def __init__(self, corpus: Iterable[str] = ()) -> None:
        self._counts = array("L", bytes(array("L").itemsize * _CLASSES))
        for text in corpus:
            for piece in pieces(text):
                self._counts[piece % _CLASSES] += 1
        self._added: list[array[int]] = []
        self._places: dict[tuple[Hashable, int], list[int]] = {}

    def add(self, text: str, among: Hashable = None) -> None:
        """Add a text, to be found by those that are asked for ``among`` the same."""
        own = pieces(text)
        for piece in self._first(own):
            self._places.setdefault((among, piece), []).append(len(self._added))
        self._added.append(array("q", own))

    def like(self, text: str, among: Hashable = None) -> bool:
        """Whether a near duplicate of ``text`` was added, among the same."""
        own = pieces(text)
        seen: set[int] = set()
        for piece in self._first(own):
            for place in self._places.get((among, piece), ()):
                if place not in seen and alike(own, self._added[place]):
                    return True
                seen.add(place)
        return False

    def _first(self, own: frozenset[int]) -> list[int]:
        """The first pieces of a text, in the order that all texts have in common."""
        needed = -(-len(own) * LIKENESS.numerator // LIKENESS.denominator)
        found = ((self._counts[piece % _CLASSES], piece) for piece in own)
        return [piece for _, piece in heapq.nsmallest(len(own) - needed + 1, found)] if own else []
