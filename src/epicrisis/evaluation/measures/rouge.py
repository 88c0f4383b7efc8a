"""Overlap of words between a text and a reference (Lin, ROUGE, Text Summarization Branches Out, 2004).

F-measures with equal weight to precision and recall, over ``cells.words``: without stemming, without stop
words. On plain ASCII text they are those of the package rouge-score with ``use_stemmer=False``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def rouge_n(reference: Sequence[str], text: Sequence[str], n: int) -> float | None:
    """ROUGE-n: the n-grams in common, counted with repeats. ``None`` if the reference has no n-gram."""
    wanted, given = _grams(reference, n), _grams(text, n)
    if not wanted:
        return None
    return 2 * (wanted & given).total() / (wanted.total() + given.total())


def rouge_l(reference: Sequence[str], text: Sequence[str]) -> float | None:
    """ROUGE-L: the longest common subsequence of words. ``None`` if the reference has no word."""
    if not reference:
        return None
    return 2 * longest_common_subsequence(reference, text) / (len(reference) + len(text))


def longest_common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    """Its length, bit by bit (Hyyrö, Bit-parallel LCS-length computation revisited, AWOCA 2004)."""
    places: dict[str, int] = {}
    for place, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << place
    every = (1 << len(one)) - 1
    free = every
    for word in other:
        fits = free & places.get(word, 0)
        free = (free + fits | free - fits) & every
    return len(one) - free.bit_count()


def _grams(words: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[place : place + n]) for place in range(len(words) - n + 1))
