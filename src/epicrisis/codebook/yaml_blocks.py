"""The items of a YAML list as blocks of whole lines, which can be moved with the comments around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Block(NamedTuple):
    """One item: it stands from ``start`` to ``end``, the end of its last line. ``head`` are the comments
    right above it, ``tail`` those below it that are not right above the next. ``begin`` is where its head
    begins; ``gap`` the line breaks between it and the next. ``text`` is what it becomes."""

    begin: int
    start: int
    end: int
    head: str
    tail: str
    gap: str
    text: str = ""


def line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found


def blocks(text: str, dashes: Sequence[int], ends: Sequence[int]) -> list[Block]:
    """The items whose dashes and ends are given, in order."""
    found: list[Block] = []
    starts = [line_start(text, dash) for dash in dashes]
    stops = [line_end(text, end) for end in ends]
    begin = _comments_above(text, starts[0])
    for number, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        head = text[begin:start]
        if number + 1 == len(starts):
            found.append(Block(begin, start, stop, head, "", ""))
            break
        following = _comments_above(text, starts[number + 1], stop + 1)
        between = text[stop:following]
        tail = between.rstrip("\n ")
        found.append(Block(begin, start, stop, head, tail, between[len(tail) :] or "\n"))
        begin = following
    return found


def joined(found: Sequence[Block], chosen: Sequence[Block | str], *, apart: bool) -> str:
    """The chosen blocks and the texts of new ones, in order, as far from each other as they were before.

    ``apart``: whether a blank line goes between them where there was only one.
    """
    gaps = [block.gap for block in found[:-1]]
    usual = max(set(gaps), key=gaps.count) if gaps else ("\n\n" if apart else "\n")
    starts = [block.start for block in found]
    parts: list[str] = []
    before: int | None = None
    for one in chosen:
        number = None if isinstance(one, str) else starts.index(one.start)
        if parts:
            as_before = number is not None and before is not None and number == before + 1
            parts.append(found[before].gap if as_before and before is not None else usual)
        parts.append(one if isinstance(one, str) else one.text)
        before = number
    return "".join(parts)


def aligned(old: list[Any], new: list[Any], same: Callable[[Any, Any], bool]) -> list[int | None]:
    """For each new item the place of the old one that it is: unchanged, or with the same name or value, or
    in the same place with nothing else to be; ``None`` for one that was added."""
    left = set(range(len(old)))
    places: list[int | None] = [None] * len(new)

    def take(number: int, fits: Callable[[int], bool]) -> None:
        if places[number] is None:
            # The one in the same place first.
            for place in sorted(left, key=lambda one: abs(one - number)):
                if fits(place):
                    places[number] = place
                    left.discard(place)
                    return

    for number, item in enumerate(new):
        take(number, lambda place, item=item: same(old[place], item))  # type: ignore[misc]
    for number, item in enumerate(new):
        identity = _identity(item)
        if identity is not None:
            take(number, lambda place, identity=identity: _identity(old[place]) == identity)  # type: ignore[misc]
    for number in range(len(new)):
        take(number, lambda place, number=number: place == number and len(old) == len(new))  # type: ignore[misc]
    return places


def _identity(item: Any) -> tuple[str, str] | None:
    if isinstance(item, dict):
        for key in ("name", "value", "rule"):
            if isinstance(item.get(key), (str, int, float)):
                return key, str(item[key])
    return None


def _comments_above(text: str, start: int, no_further: int = 0) -> int:
    """Where the comment lines right above the line at ``start`` begin."""
    while start > no_further:
        above = line_start(text, start - 1)
        if above < no_further or not text[above : start - 1].lstrip(" ").startswith("#"):
            break
        start = above
    return start
