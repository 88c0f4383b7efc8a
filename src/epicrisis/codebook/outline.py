"""What stands on which line of a codebook's YAML."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from .source import Marked

#: Keys and positions that lead from the whole codebook to one value.
Place = tuple[str | int, ...]


class Outline:
    """The places of a tree by line, to find out what a finding is about."""

    def __init__(self, root: Marked) -> None:
        self._places = sorted(_places(root, ()), key=lambda one: one[0])
        self._lines = [line for line, _ in self._places]

    def at(self, line: int) -> Place:
        """What ``line`` (from 1) is about: what begins there, the widest first, else what it is part of."""
        first = bisect_left(self._lines, line)
        if first < len(self._lines) and self._lines[first] == line:
            return self._places[first][1]
        return self._places[first - 1][1] if first else ()


def _places(node: Marked, place: Place) -> Iterator[tuple[int, Place]]:
    if node.is_mapping:
        for key, value in node.value.items():
            yield node.key_lines.get(key, value.line), (*place, key)
            yield from _places(value, (*place, key))
    for number, item in enumerate(node.items()):
        yield item.line, (*place, number)
        yield from _places(item, (*place, number))
