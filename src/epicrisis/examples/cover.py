"""Whether a few examples can show every option value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from .facets import Facet

#: Choices that are looked at before a cover counts as out of reach.
_PATIENCE = 20_000


class Cover:
    """Covers of ``shown``: the values that each example, by its place in the pool, shows.

    Found by trying the examples of the rarest value that is left, one after the other.
    """

    def __init__(self, shown: Mapping[int, Set[Facet]]) -> None:
        often = Counter(value for values in shown.values() for value in values)
        # Values as bits, the rarest lowest: they are compared many times.
        bit = {value: 1 << number for number, value in enumerate(sorted(often, key=lambda v: (often[v], v)))}
        self.every = frozenset(often)
        self._shown = {place: sum(bit[value] for value in values) for place, values in shown.items()}
        self._with = {one: [each for each in self._shown.values() if each & one] for one in bit.values()}
        self._most = max(map(len, shown.values()), default=0)
        self._known: dict[tuple[int, int], bool] = {}
        self._patience = _PATIENCE

    def fits(self, place: int, chosen: Sequence[int], room: int) -> bool:
        """Whether, with ``chosen`` and ``place``, what is not shown yet can be shown by ``room - 1`` more.

        Also true where that is out of reach whatever comes next.
        """
        left = (1 << len(self.every)) - 1
        for one in chosen:
            left &= ~self._shown[one]
        return not self._within(left, room) or self._within(left & ~self._shown[place], room - 1)

    def _within(self, left: int, room: int) -> bool:
        """Whether ``room`` examples show all that is ``left``."""
        if not left:
            return True
        if left.bit_count() > room * self._most or not self._patience:
            return False
        key = left, room
        if key not in self._known:
            self._patience -= 1
            rarest = left & -left
            self._known[key] = any(self._within(left & ~each, room - 1) for each in self._with[rarest])
        return self._known[key]
