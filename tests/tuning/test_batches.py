"""The order of training."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.tuning.batches import padded, pieces, steps_of
from epicrisis.tuning.encoding import Encoded


def examples(lengths: list[int]) -> list[Encoded]:
    return [Encoded(str(place), tuple(range(length)), 1) for place, length in enumerate(lengths)]


@given(
    lengths=st.lists(st.integers(2, 60), min_size=1, max_size=90),
    batch=st.integers(1, 9),
    accumulate=st.integers(1, 4),
    epoch=st.integers(0, 3),
)
def test_every_example_comes_once_in_an_epoch(
    lengths: list[int], batch: int, accumulate: int, epoch: int
) -> None:
    steps = steps_of(examples(lengths), epoch, batch=batch, accumulate=accumulate, seed=0)
    assert sorted(place for step in steps for some in step for place in some) == list(range(len(lengths)))
    assert all(len(step) <= accumulate and all(1 <= len(some) <= batch for some in step) for step in steps)


def test_the_order_is_the_same_for_a_seed_and_another_in_the_next_epoch() -> None:
    some = examples([5] * 40)
    orders = [
        steps_of(some, epoch, batch=4, accumulate=2, seed=seed)
        for epoch, seed in ((0, 0), (0, 0), (1, 0), (0, 1))
    ]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert orders[0] != orders[3]


def test_batches_have_examples_of_like_length() -> None:
    steps = steps_of(examples(list(range(2, 66))), 0, batch=4, accumulate=1, seed=0)
    padding = sum(max(some) * len(some) - sum(some) for step in steps for some in step)
    assert padding <= 6 * len(steps)


@given(lengths=st.lists(st.integers(2, 300), min_size=1, max_size=20), most=st.integers(32, 900))
def test_a_batch_in_pieces_is_the_whole_batch(lengths: list[int], most: int) -> None:
    some = examples(lengths)
    found = list(pieces(some, most, width=padded))
    assert [one for piece in found for one in piece] == some
    assert all(len(piece) == 1 or len(piece) * padded(piece) <= most for piece in found)
    assert all(len(one) <= padded(piece) < max(map(len, piece)) + 32 for piece in found for one in piece)
    # No piece could have taken the next example too.
    assert all(
        (len(piece) + 1) * padded([*piece, following[0]]) > most
        for piece, following in itertools.pairwise(found)
    )


def test_without_a_limit_a_batch_stays_whole() -> None:
    some = examples([900] * 8)
    assert list(pieces(some, None, width=padded)) == [some]


@pytest.mark.parametrize(
    ("lengths", "most", "sizes"),
    [
        ([10] * 20, None, [16, 4]),
        ([10] * 5, 30, [3, 2]),
        ([1, 2, 3, 50, 60], 40, [3, 1, 1]),
        ([10, 10, 20, 20], 40, [2, 2]),
        ([], 40, []),
    ],
)
def test_long_ones_go_in_small_groups(lengths: list[int], most: int | None, sizes: list[int]) -> None:
    groups = list(pieces(lengths, most, width=max, count=16))
    assert [len(one) for one in groups] == sizes
    assert [one for group in groups for one in group] == lengths
