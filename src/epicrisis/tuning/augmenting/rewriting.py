"""An example with some words of its text replaced, and everything quoted from the text with them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.example import Example
from epicrisis.prompting.worked import WorkedExample

from .anchors import Anchor, anchors, paraphrases, with_words
from .sameness import same_meaning


class Edit(NamedTuple):
    """``words`` in the place of the characters ``start`` to ``end``."""

    start: int
    end: int
    words: str


def rewritten(
    example: Example, codebook: Codebook, edits: Sequence[Edit], *, spare: bool = True
) -> Example | None:
    """The example with ``edits`` made to its text: quotes, mentions and texts copied from the report say what
    the report says now.

    Edits that would cut a quote, or make it longer than a model may write, are left out; so are, with
    ``spare``, those within words that an answer says almost in the same way. ``None`` where nothing is left
    to change, where a quote is not in the text to begin with, or where an answer would read otherwise.
    """
    text = example.worked.text
    found = anchors(codebook, example.worked)
    if found is None:
        return None
    spared = paraphrases(codebook, example.worked) if spare else []
    kept = [edit for edit in _apart(edits) if not any(_touch(edit, place) for place in spared)]
    kept = [edit for edit in kept if not any(_cuts(edit, anchor) for anchor in found)]
    moved = _Moved(text, kept)
    while long := [one for one in found if len(moved.words(one)) > one.most and _touched(one, kept)]:
        kept = [edit for edit in kept if not any(_touch(edit, (one.start, one.end)) for one in long)]
        moved = _Moved(text, kept)
    if moved.text == text:
        return None
    cells = with_words(example.worked.cells, {anchor.path: moved.words(anchor) for anchor in found})
    worked = WorkedExample(moved.text, cells, example.worked.report_id)
    return replace(example, worked=worked) if same_meaning(codebook, example.worked, worked) else None


class _Moved:
    """The text with the edits made, and where its places are now."""

    def __init__(self, text: str, edits: Sequence[Edit]) -> None:
        pieces: list[str] = []
        self._ends = [0]
        self._shifts = [0]
        end = 0
        for edit in edits:
            pieces += [text[end : edit.start], edit.words]
            end = edit.end
            self._ends.append(edit.end)
            self._shifts.append(self._shifts[-1] + len(edit.words) - (edit.end - edit.start))
        self.text = "".join([*pieces, text[end:]])

    def words(self, anchor: Anchor) -> str:
        """What stands at the anchor's place now. No edit cuts it."""
        return self.text[self._place(anchor.start) : self._place(anchor.end)]

    def _place(self, place: int) -> int:
        return place + self._shifts[bisect_right(self._ends, place) - 1]


def _apart(edits: Sequence[Edit]) -> list[Edit]:
    """In order, without those that overlap one before them."""
    kept: list[Edit] = []
    for edit in sorted(edits):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _touch(edit: Edit, place: tuple[int, int]) -> bool:
    return edit.start < place[1] and place[0] < edit.end


def _touched(anchor: Anchor, edits: Sequence[Edit]) -> bool:
    return any(_touch(edit, (anchor.start, anchor.end)) for edit in edits)


def _cuts(edit: Edit, anchor: Anchor) -> bool:
    """Whether the edit is neither within the quote nor apart from it."""
    within = anchor.start <= edit.start and edit.end <= anchor.end
    return _touch(edit, (anchor.start, anchor.end)) and not within
