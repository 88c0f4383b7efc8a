"""How much two reports have in common in their words: BM25.

Okapi BM25 (Robertson and Zaragoza, Foundations and Trends in Information Retrieval 2009,
doi:10.1561/1500000019) in Lucene's variant, as bm25s computes it, with its usual ``k1 = 1.5`` and
``b = 0.75``. A word counts once in the report that asks. Words are compared without case; no stop words are
needed in any language, since words that all reports have weigh next to nothing. Numbers are left out: a date
or a patient's number that two reports share says nothing of what they are about.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from epicrisis.errors import MissingExtraError

_WORD = re.compile(r"[^\W\d_]{2,}")


def words(text: str) -> list[str]:
    """The words of a text, in its order."""
    return _WORD.findall(text.casefold())


class Words:
    """The words of a number of texts, indexed once."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Raises MissingExtraError without the extra ``examples``."""
        corpus = [words(text) for text in texts]
        self._known = frozenset(word for one in corpus for word in one)
        self._texts = len(texts)
        self._index: Any = _index(corpus) if self._known else None

    def scores(self, text: str) -> list[float]:
        """How much each of the texts shares with ``text``: BM25, at least 0, in the order of the texts."""
        # Sorted, so that sums are added in the same order in every process.
        asked = sorted(self._known.intersection(words(text)))
        if not asked:
            return [0.0] * self._texts
        return [float(score) for score in self._index.get_scores(asked)]


def _index(corpus: list[list[str]]) -> Any:
    try:
        import bm25s
    except ImportError:
        raise MissingExtraError.for_extra("examples", "Choosing examples by their words") from None
    index = bm25s.BM25(k1=1.5, b=0.75, method="lucene", dtype="float64")
    index.index(corpus, show_progress=False)
    return index
