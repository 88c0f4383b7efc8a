"""Holm's correction by hand, and what must hold for any tests."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.evaluation.comparison.holm import holm

_PS = st.lists(st.floats(0, 1), max_size=12)


def test_by_hand() -> None:
    # 4 x 0.005; 3 x 0.01; 2 x 0.03; and 0.04, which may not be below the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_one_test_needs_no_correction_and_none_gives_none() -> None:
    assert holm([0.03]) == [0.03]
    assert holm([]) == []


@given(_PS)
def test_nothing_gets_more_certain(ps: list[float]) -> None:
    adjusted = holm(ps)
    assert all(raw <= after <= 1 for raw, after in zip(ps, adjusted, strict=True))
    assert all(after <= min(1.0, len(ps) * raw) + 1e-12 for raw, after in zip(ps, adjusted, strict=True))


@given(_PS)
def test_the_order_of_evidence_stays(ps: list[float]) -> None:
    ranked = [after for _, after in sorted(zip(ps, holm(ps), strict=True))]
    assert ranked == sorted(ranked)


@given(_PS, st.randoms(use_true_random=False))
def test_the_order_of_the_tests_does_not_matter(ps: list[float], chance: random.Random) -> None:
    places = list(range(len(ps)))
    chance.shuffle(places)
    assert holm([ps[place] for place in places]) == [holm(ps)[place] for place in places]
