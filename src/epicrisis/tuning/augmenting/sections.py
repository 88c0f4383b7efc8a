"""The sections of a report in another order."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import GroupVariable, SpansVariable
from epicrisis.examples.example import Example
from epicrisis.extraction.long.blocks import blocks_at, main_headings
from epicrisis.extraction.long.lexicon import Role
from epicrisis.extraction.long.sections import sections as sections_of
from epicrisis.prompting.worked import Cell, WorkedExample

from .anchors import anchors, place_of, places_of

#: What stands where hospitals put it. What concludes stays behind, and what is told in time stays in time.
_MOVABLE = frozenset(
    (
        Role.INDICATION,
        Role.HISTORY,
        Role.TECHNIQUE,
        Role.COMPARISON,
        Role.FINDINGS,
        Role.EXAMINATION,
        Role.LABORATORY,
        Role.MEDICATION,
    )
)
#: A text that speaks of its own order.
_POINTING = re.compile(
    r"\b(?:(?:see|as|described|mentioned|noted)\s+(?:above|below)|above-?mentioned|aforementioned|(?:the\s+)?former"
    r"|latter|zie\s+(?:boven|onder)|hierboven|hieronder|boven(?:genoemde?|staande?)|voornoemde?|laatstgenoemde?"
    r"|(?:siehe|wie)\s+(?:oben|unten)|s\.\s?[ou]\.|oben\s?genannte[rnms]?|o\.\s?g\.|ci-dess(?:us|ous)|susmentionnée?s?)",
    re.I,
)


def sections(example: Example, codebook: Codebook, rng: Random) -> Example | None:
    """The example with its sections in another order; what opens and what ends the report stays.

    ``None`` where fewer than two sections with known headings can change places, where the text or an answer
    depends on the order: words such as "see above", variables of which the codebook wants the first or the
    last statement, items of a group that would be told in another order, mentions whose places are not sure.
    """
    text = example.worked.text
    if _POINTING.search(text) or any(one.merge in ("first", "last") for one in codebook.variables):
        return None
    if anchors(codebook, example.worked) is None:
        return None
    shuffled = _shuffled(text, rng)
    if shuffled is None:
        return None
    cells: dict[str, Cell] = {}
    for name, cell in example.worked.cells.items():
        variable = codebook[name]
        moved: Cell | None = cell
        if isinstance(variable, SpansVariable):
            moved = _reordered(cell, text, shuffled)
        elif isinstance(variable, GroupVariable) and not _as_before(cell.value, text, shuffled):
            moved = None
        if moved is None:
            return None
        cells[name] = moved
    worked = WorkedExample(shuffled, cells, example.worked.report_id)
    # A quote may have run over two sections.
    return None if anchors(codebook, worked) is None else replace(example, worked=worked)


def _shuffled(text: str, rng: Random) -> str | None:
    starts = sorted({*main_headings(text), *_below_title(text)})
    if len(starts) < 3:
        return None
    blocks = blocks_at(text, starts)
    # Below what ends a report its writer signs.
    places = [number for number, (body, _) in enumerate(blocks[:-1]) if _can_move(body)]
    order = rng.sample(places, len(places))
    if order == places:
        order = [*order[1:], *order[:1]]
    placed = [body for body, _ in blocks]
    for place, block in zip(places, order, strict=True):
        placed[place] = blocks[block][0]
    made = "".join(body + gap for body, (_, gap) in zip(placed, blocks, strict=True))
    return None if made == text else made


def _below_title(text: str) -> list[int]:
    """Where the section begins that stands right below the report's title, which is a heading too."""
    found = sections_of(text)[:2]
    if len(found) == 2 and found[0].role is None and not text[found[0].body : found[0].end].strip():
        return [found[1].start] * (text[found[1].start - 1] == "\n")
    return []


def _can_move(block: str) -> bool:
    """Whether all that the block holds is of sections that stand where hospitals put them."""
    roles = [section.role for section in sections_of(block) if block[section.start : section.end].strip()]
    return all(role in _MOVABLE for role in roles)


def _reordered(cell: Cell, before: str, after: str) -> Cell | None:
    """The mentions in the order of the new text; ``None`` where it is not sure which ones they are."""
    mentions: list[dict[str, Any]] = cell.value
    taken: dict[str, int] = {}
    placed: list[tuple[tuple[int, int], dict[str, Any]]] = []
    for mention in mentions:
        words = mention["text"]
        number = taken.get(words, 0)
        taken[words] = number + 1
        there = list(places_of(words, after))
        if number >= len(there):
            return None
        placed.append((there[number], mention))
    for words, count in taken.items():
        if count != len(list(places_of(words, before))):
            return None
    types = {mention["text"]: mention.get("type") for mention in mentions}
    if any(mention.get("type") != types[mention["text"]] for mention in mentions):
        return None
    return cell._replace(value=[mention for _, mention in sorted(placed, key=lambda one: one[0])])


def _as_before(items: list[dict[str, Any]], before: str, after: str) -> bool:
    """Whether the items are told in the same order as before."""
    quotes = [item["quote"] for item in items if item.get("quote")]
    if len(quotes) < len(items):
        return len(items) < 2
    old = [place_of(quote, before) for quote in quotes]
    new = [place_of(quote, after) for quote in quotes]
    if None in old or None in new:
        return False
    return sorted(range(len(old)), key=lambda one: old[one] or (0, 0)) == sorted(
        range(len(new)), key=lambda one: new[one] or (0, 0)
    )
