"""A report's text cut at the ends of its evidence, so that every piece can be shown as what it supports."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from pydantic import BaseModel


class Mark(BaseModel):
    """Characters ``start`` (included) to ``end`` (excluded) of a text, and the answer that rests on them."""

    start: int
    end: int
    variable: str


class Piece(BaseModel):
    """A stretch of text and the variables whose evidence it is part of, in codebook order."""

    text: str
    variables: list[str] = []

    @property
    def words(self) -> str:
        """The variables as one attribute."""
        return " ".join(self.variables)


def pieces(text: str, marks: Iterable[Mark]) -> list[Piece]:
    """The whole text in pieces that do not overlap, in order. Marks beyond the text are cut to it."""
    known = [
        Mark(start=max(0, mark.start), end=min(len(text), mark.end), variable=mark.variable) for mark in marks
    ]
    known = [mark for mark in known if mark.start < mark.end]
    borders = sorted({0, len(text), *(mark.start for mark in known), *(mark.end for mark in known)})
    found: list[Piece] = []
    for start, end in pairwise(borders):
        names = [mark.variable for mark in known if mark.start <= start and end <= mark.end]
        found.append(Piece(text=text[start:end], variables=list(dict.fromkeys(names))))
    return found
