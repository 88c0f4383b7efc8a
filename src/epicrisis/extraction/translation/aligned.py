"""A translation, and which of its characters came from which of the original."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from epicrisis.report import Span


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters ``start`` to ``end`` of the translation, and the characters of the original they stand for.

    ``same``: both are the same text.
    """

    start: int
    end: int
    source: Span
    same: bool


class Aligned:
    """A text in another language. Its pieces cover it, and their sources cover the original, in order."""

    def __init__(self, text: str, pieces: Sequence[Piece]) -> None:
        self.text = text
        self.pieces = tuple(pieces)
        self._starts = [piece.start for piece in self.pieces]
        self._ends = [piece.end for piece in self.pieces]

    @property
    def changed(self) -> bool:
        """Whether anything was translated at all."""
        return not all(piece.same for piece in self.pieces)

    def source(self, start: int, end: int) -> tuple[Span, bool]:
        """The characters of the original for characters ``start`` to ``end``, and whether they are the same.

        Of a translated sentence that is all of the sentence it was made of. Raises ``ValueError`` for an
        empty stretch, or one that is not in the translation.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"no stretch of a translation of {len(self.text)} characters: {start} to {end}")
        touched = self.pieces[bisect_right(self._ends, start) : bisect_left(self._starts, end)]
        first, last = touched[0], touched[-1]
        left = first.source.start + (start - first.start if first.same else 0)
        right = last.source.end - (last.end - end if last.same else 0)
        return Span(left, right), all(piece.same for piece in touched)


def align(text: str, sentences: Sequence[Span], translations: Sequence[str]) -> Aligned:
    """``text`` with each of its ``sentences`` put in other words; what is between them stays.

    Sentences are in order and do not overlap, and no translation is empty. Raises ``ValueError`` unless there
    are as many translations as sentences.
    """
    written: list[str] = []
    pieces: list[Piece] = []
    length = end = 0

    def add(source: Span, words: str) -> None:
        nonlocal length
        if not words:
            return
        same = text[source.start : source.end] == words
        pieces.append(Piece(length, length + len(words), source, same))
        written.append(words)
        length += len(words)

    for sentence, words in zip(sentences, translations, strict=True):
        add(Span(end, sentence.start), text[end : sentence.start])
        add(sentence, words)
        end = sentence.end
    add(Span(end, len(text)), text[end:])
    return Aligned("".join(written), pieces)
