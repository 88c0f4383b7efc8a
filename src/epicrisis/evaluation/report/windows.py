"""Evidence in its place: a stretch of the report around a quote, and whole reports with evidence marked."""

from __future__ import annotations

from collections.abc import Iterable

from .document import Window

#: Characters shown on each side of a quote.
MARGIN = 240
#: A quote longer than this is shown by its beginning.
_LONGEST = 1200


def window(text: str, start: int, end: int, margin: int = MARGIN) -> Window | None:
    """The characters ``start`` to ``end`` of ``text`` with ``margin`` more on both sides, cut between words.

    None if the text has no such place: then it is not the text the quote was found in.
    """
    if not 0 <= start < end <= len(text):
        return None
    quote, cut = text[start:end], False
    if len(quote) > _LONGEST:
        quote, cut = quote[:_LONGEST], True
    first, last = max(0, start - margin), min(len(text), end + margin)
    before, after = text[first:start], "" if cut else text[end:last]
    if first > 0 and " " in before:
        before = before[before.index(" ") + 1 :]
    if last < len(text) and " " in after:
        after = after[: after.rindex(" ")]
    return Window(before, quote, after, cut_before=first > 0, cut_after=cut or last < len(text))


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """The whole text in pieces, each with whether it is within one of ``spans``; joined they are the text.

    Spans may overlap; those outside the text are passed over.
    """
    found: list[tuple[str, bool]] = []
    place = 0
    for start, end in _merged(spans, len(text)):
        if start > place:
            found.append((text[place:start], False))
        found.append((text[start:end], True))
        place = end
    if place < len(text):
        found.append((text[place:], False))
    return tuple(found)


def _merged(spans: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not 0 <= start < end <= length:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
