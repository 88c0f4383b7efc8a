"""Whether a few examples can show every option value."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from epicrisis.examples.cover import Cover
from epicrisis.examples.facets import Facet

SHOWN = st.dictionaries(
    st.integers(0, 9),
    st.frozensets(st.sampled_from("abcdef").map(lambda value: ("v", value)), max_size=4),
    min_size=1,
    max_size=7,
)


def possible(shown: Mapping[int, frozenset[Facet]], room: int) -> bool:
    every = frozenset[Facet]().union(*shown.values())
    size = min(room, len(shown))
    return any(
        frozenset[Facet]().union(*(shown[one] for one in some)) == every for some in combinations(shown, size)
    )


def test_only_what_leaves_enough_room() -> None:
    cover = Cover({0: {("a",), ("b",)}, 1: {("c",)}, 2: {("a",), ("c",)}, 3: {("b",)}})
    assert [cover.fits(place, [], 2) for place in range(4)] == [True, True, True, True]
    assert [cover.fits(place, [0], 1) for place in range(1, 4)] == [True, True, False]
    # Out of reach, or room for anything: all are as good.
    assert all(cover.fits(place, [], room) for place in range(4) for room in (1, 3))


@given(SHOWN, st.integers(1, 4))
def test_whoever_follows_it_shows_every_value_where_that_is_possible(
    shown: dict[int, frozenset[Facet]], room: int
) -> None:
    cover = Cover(shown)
    chosen: list[int] = []
    while len(chosen) < min(room, len(shown)):
        rest = [place for place in shown if place not in chosen]
        chosen.append(next(place for place in rest if cover.fits(place, chosen, room - len(chosen))))
    told = frozenset[Facet]().union(*(shown[place] for place in chosen))
    assert (told == cover.every) or not possible(shown, room)


def test_a_large_pool_ends_soon() -> None:
    draw = random.Random(1)
    values = [(f"v{number}", str(option)) for number in range(40) for option in range(3)]
    cover = Cover({place: frozenset(draw.sample(values, 40)) for place in range(300)})
    for place in range(300):
        cover.fits(place, [], 5)
    assert len(cover._known) <= 20_000
