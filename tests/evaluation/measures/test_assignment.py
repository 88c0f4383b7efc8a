"""Pairing one to one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

from epicrisis.evaluation.measures.assignment import assign, total

matrices = of_numpy.arrays(
    np.float64,
    of_numpy.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=4),
    elements=st.sampled_from([0.0, 0.0, 0.25, 0.5, 1.0]),
)


def best(similarity: np.ndarray) -> float:
    if similarity.shape[0] > similarity.shape[1]:
        similarity = similarity.T
    rows, columns = similarity.shape
    orders = itertools.permutations(range(columns), rows)
    return max(sum(similarity[row, column] for row, column in enumerate(order)) for order in orders)


@given(matrices)
def test_no_pairing_is_better(similarity: np.ndarray) -> None:
    pairs = assign(similarity)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(similarity[pair] > 0 for pair in pairs)
    assert total(similarity) == pytest.approx(best(similarity))
    assert total(similarity) == pytest.approx(total(similarity.T))


def test_the_first_that_fits_is_not_always_the_one() -> None:
    assert assign(np.array([[1.0, 0.9], [0.9, 0.0]])) == [(0, 1), (1, 0)]


def test_what_has_nothing_in_common_is_no_pair() -> None:
    assert assign(np.zeros((1, 1))) == []
    assert assign(np.array([[0.0, 1.0], [0.0, 1.0]])) in ([(0, 1)], [(1, 1)])
    assert assign(np.zeros((0, 3))) == []
