"""Which token comes next."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numpy")
import numpy as np

from epicrisis.engines.native_choice import Chooser, likeliest_tokens, log_probability


class OnlySome:
    """A grammar that allows some tokens, wherever the answer stands."""

    def __init__(self, *tokens: int) -> None:
        self._tokens = tokens

    def allows(self, token: int) -> bool:
        return token in self._tokens

    def allowed(self, tokens):  # type: ignore[no-untyped-def]
        return tokens[np.isin(tokens, self._tokens)]


def logits(*values: float, size: int = 5000):  # type: ignore[no-untyped-def]
    found = np.linspace(-5, -6, size).astype(np.float32)
    found[: len(values)] = values
    return found


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("token", [0, 3, 100, 4999])
def test_the_only_token_allowed_is_taken_however_unlikely(temperature: float, token: int) -> None:
    chooser = Chooser(temperature, 0, OnlySome(token))  # type: ignore[arg-type]
    assert chooser.choose(logits(9.0, 8.0)) == token


def test_none_is_allowed() -> None:
    assert Chooser(0.0, 0, OnlySome()).choose(logits(1.0)) is None  # type: ignore[arg-type]


def test_at_temperature_zero_the_likeliest_allowed_one() -> None:
    assert Chooser(0.0, 0, None).choose(logits(1.0, 3.0, 2.0)) == 1
    assert Chooser(0.0, 0, OnlySome(0, 2, 4000)).choose(logits(1.0, 3.0, 2.0)) == 2  # type: ignore[arg-type]
    assert Chooser(0.0, 0, OnlySome(7, 8)).choose(np.zeros(5000, np.float32)) == 7  # type: ignore[arg-type]


def test_draws_follow_the_probabilities_of_what_is_allowed() -> None:
    # 0.5, 0.3 and 0.2 of what is allowed; the likeliest of all is not.
    grammar = OnlySome(1, 2, 3)
    values = logits(5.0, *(math.log(share) for share in (0.5, 0.3, 0.2)))
    values[4:] = -30
    chooser = Chooser(1.0, 3, grammar)  # type: ignore[arg-type]
    drawn = Counter(chooser.choose(values) for _ in range(4000))
    assert [drawn[token] / 4000 for token in (1, 2, 3)] == pytest.approx([0.5, 0.3, 0.2], abs=0.03)
    cold = Chooser(0.1, 3, grammar)  # type: ignore[arg-type]
    assert Counter(cold.choose(values) for _ in range(1000))[1] > 980


def test_what_is_very_unlikely_is_never_drawn() -> None:
    values = logits(math.log(0.96), math.log(0.04))
    values[2:] = -30
    assert {Chooser(1.0, seed, None).choose(values) for seed in range(300)} == {0}


def test_a_seed_repeats() -> None:
    values = logits(1.0, 1.0, 1.0)
    first = [Chooser(1.0, seed, None).choose(values) for seed in range(20)]
    assert [Chooser(1.0, seed, None).choose(values) for seed in range(20)] == first
    assert len(set(first)) > 1


@given(st.lists(st.floats(-20, 20, width=32), min_size=1, max_size=30), st.integers(1, 30))
def test_the_likeliest_come_first(values: list[float], width: int) -> None:
    found = list(likeliest_tokens(np.asarray(values, np.float32), width))
    assert [values[token] for token in found] == sorted(values, reverse=True)[:width]


@given(st.lists(st.floats(-30, 30, width=32), min_size=2, max_size=30))
def test_log_probabilities_are_of_the_whole_vocabulary(values: list[float]) -> None:
    found = [
        log_probability(token, np.asarray(values, np.float32), len(values), lambda n: b"%d" % n)
        for token in range(len(values))
    ]
    assert sum(math.exp(one.logprob) for one in found) == pytest.approx(1, abs=1e-5)
    for one in found:
        assert all(dict(one.top)[str(n)] == pytest.approx(two.logprob) for n, two in enumerate(found))
