"""Mentions onto tokens: what a model quotes becomes the tags the challenge asks for.

A model lists each mention once, in any order; the tags want every place it means. Tokens have one owner:
the longest mentions are placed first, then those that come first in the list.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .document import Document, Stretch
from .labels import OUTSIDE
from .numbering import Section, numbers, sections

_ELLIPSIS = re.compile(r"\s*(?:\.{3,}|…|\[\.\.\.\])\s*")


@dataclass(frozen=True, slots=True)
class Mention:
    """A quote and its tag (without ``B-``). ``every``: all places of the quote are meant, not only the
    first. ``number``: the document's own number of the part it belongs to, as the model wrote it.

    ``first words ... last words`` stands for a long stretch; with nothing behind the dots it goes on to
    the end of the document.
    """

    quote: str
    tag: str
    every: bool = True
    number: str | None = None


def tags(tokens: Sequence[str], mentions: Sequence[Mention]) -> list[str]:
    """One tag per token."""
    document = Document(tokens)
    taken: set[int] = set()
    written = [OUTSIDE] * len(tokens)
    for mention in _in_turn(mentions):
        for stretch in _places(document, mention, [Stretch(0, len(tokens))], taken):
            _write(written, stretch, mention.tag)
    return written


def numbered_tags(tokens: Sequence[str], mentions: Sequence[Mention], first: int = 0) -> list[list[str]]:
    """A list of tags per token, ``B-INDEX-TAG``; number I or 1 has the index ``first``.

    A mention is looked for under its own number. Where it stands only under another one, that one counts:
    the numbers are the document's. A mention without a number is meant wherever it stands. A document that
    does not number its parts has the model's numbers, or the first index.
    """
    document = Document(tokens)
    parts = sections(document)
    layers: dict[int, list[str]] = {}
    taken: dict[int, set[int]] = {}
    for mention in _in_turn(mentions):
        for stretch, owners in _numbered_places(document, mention, parts, taken):
            for owner in owners:
                taken.setdefault(owner, set()).update(range(*stretch))
                layer = layers.setdefault(owner, [OUTSIDE] * len(tokens))
                _write(layer, stretch, f"{owner - 1 + first}-{mention.tag}")
    return [
        [layers[owner][place] for owner in sorted(layers) if layers[owner][place] != OUTSIDE] or [OUTSIDE]
        for place in range(len(tokens))
    ]


def _in_turn(mentions: Sequence[Mention]) -> list[Mention]:
    """Stretches that are only given by their ends come last: what is quoted in full is surer."""
    distinct = dict.fromkeys(one for one in mentions if one.quote.strip())
    return sorted(distinct, key=lambda one: (_is_open(one.quote), -len("".join(one.quote.split()))))


def _numbered_places(
    document: Document, mention: Mention, parts: Sequence[Section], taken: dict[int, set[int]]
) -> list[tuple[Stretch, tuple[int, ...]]]:
    wanted = numbers(mention.number or "")
    if not parts:
        owners = wanted or (1,)
        used = set().union(*(taken.get(owner, set()) for owner in owners))
        places = _places(document, mention, [Stretch(0, len(document.tokens))], used)
        return [(place, owners) for place in places]
    own = [part for part in parts if set(part.numbers) & set(wanted)]
    used = set().union(*(taken.get(owner, set()) for owner in wanted))
    found = [(place, wanted) for place in _places(document, mention, [one.tokens for one in own], used)]
    if found:
        return found
    for part in parts:
        used = set().union(*(taken.get(owner, set()) for owner in part.numbers))
        found += [(place, part.numbers) for place in _places(document, mention, [part.tokens], used)]
        if found and (wanted or not mention.every):
            return found[:1]
    if not found and wanted:
        # Before the first heading, as in a list of what was sent in.
        used = set().union(*(taken.get(owner, set()) for owner in wanted))
        everywhere = [Stretch(0, len(document.tokens))]
        found = [(place, wanted) for place in _places(document, mention, everywhere, used)]
    return found


def _places(
    document: Document, mention: Mention, within: Sequence[Stretch], taken: set[int]
) -> list[Stretch]:
    """Where the mention stands in free tokens; these are taken then."""
    if _is_open(mention.quote):
        candidates = _stretches(document, mention.quote, within, taken)
    else:
        candidates = [one for one in document.find(mention.quote) if _inside(one, within)]
    placed = []
    for one in candidates:
        if taken.isdisjoint(range(*one)):
            taken.update(range(*one))
            placed.append(one)
            if not mention.every:
                break
    return placed


def _stretches(document: Document, quote: str, within: Sequence[Stretch], taken: set[int]) -> list[Stretch]:
    """The first stretch that begins with the words before the dots and ends with those behind them."""
    pieces = _ELLIPSIS.split(quote.strip())
    head, tail = pieces[0], pieces[-1]
    for start in document.find(head):
        room = next((one for one in within if one.start <= start.start and start.end <= one.end), None)
        if room is None or not taken.isdisjoint(range(*start)):
            continue
        limit = min((place for place in taken if place >= start.end), default=room.end)
        limit = min(limit, room.end)
        if not tail:
            return [Stretch(start.start, limit)]
        ends = [
            one.end
            for one in document.find(tail)
            if start.start <= one.start and start.end < one.end <= limit
        ]
        if ends:
            return [Stretch(start.start, ends[0])]
    return []


def _is_open(quote: str) -> bool:
    pieces = _ELLIPSIS.split(quote.strip())
    return len(pieces) > 1 and any(one.isalnum() for one in pieces[0])


def _inside(stretch: Stretch, within: Sequence[Stretch]) -> bool:
    return stretch.end > stretch.start and any(
        one.start <= stretch.start and stretch.end <= one.end for one in within
    )


def _write(written: list[str], stretch: Stretch, tag: str) -> None:
    for place in range(*stretch):
        written[place] = f"{'B' if place == stretch.start else 'I'}-{tag}"
