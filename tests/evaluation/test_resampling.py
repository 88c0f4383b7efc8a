from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from epicrisis.evaluation import resampling
from epicrisis.evaluation.measures.common import means
from epicrisis.evaluation.resampling import Array, Resampler, Statistic, ratio


def mean(values: Array) -> Statistic:
    return means((values, np.ones(len(values))))


@pytest.mark.parametrize("shape", ["normal", "lognormal", "binary"])
def test_bca_of_a_mean_is_that_of_scipy(shape: str) -> None:
    random = np.random.default_rng(3)
    values = {
        "normal": random.normal(10, 2, 60),
        "lognormal": random.lognormal(0, 1, 60),
        "binary": (random.random(60) < 0.2).astype(float),
    }[shape]
    ours = Resampler(60, draws=20_000, seed=1).estimate(mean(values), ["mean"], 60)["mean"]
    theirs = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="BCa", rng=2).confidence_interval
    assert ours.value == pytest.approx(values.mean())
    assert ours.low is not None
    assert ours.high is not None
    width = theirs.high - theirs.low
    assert abs(ours.low - theirs.low) < 0.05 * width
    assert abs(ours.high - theirs.high) < 0.05 * width


def test_bca_corrects_a_bias_as_scipy_does() -> None:
    """The variance of a sample is too small on average, and more so that of a draw."""
    values = np.random.default_rng(5).lognormal(0, 0.2, 40)

    def variance(weights: Array) -> Array:
        total = weights.sum(axis=1)
        return (weights @ values**2 / total - (weights @ values / total) ** 2)[:, None]

    ours = Resampler(40, draws=20_000, seed=1).estimate(variance, ["variance"], 40)["variance"]
    theirs = stats.bootstrap((values,), np.var, n_resamples=20_000, method="BCa", rng=2).confidence_interval
    assert ours.low == pytest.approx(theirs.low, rel=0.02)
    assert ours.high == pytest.approx(theirs.high, rel=0.02)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    """A skewed ratio, 300 studies of 60 reports. 95 % of intervals should hold it, give or take chance."""
    random = np.random.default_rng(4)
    held = 0
    for study in range(300):
        cells = random.integers(1, 6, 60).astype(float)
        wrong = random.binomial(cells.astype(int), 0.15).astype(float)
        found = Resampler(60, draws=400, seed=study).estimate(means((wrong, cells)), ["rate"], 60)["rate"]
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.15 <= found.high
    assert 0.90 <= held / 300 <= 0.985


def test_the_same_seed_gives_the_same_draws() -> None:
    values = np.arange(30.0)
    one, same, other = (Resampler(30, draws=50, seed=seed).values(mean(values)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    both = Resampler(30, draws=50)
    np.testing.assert_allclose(both.values(mean(values)) * 2, both.values(mean(values * 2)))


def test_draws_that_do_not_fit_at_once_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(30.0)
    whole = Resampler(30, draws=50, seed=5)
    expected = whole.values(mean(values))
    assert expected.shape == (50, 1)
    monkeypatch.setattr(resampling, "_CHUNK", 30 * 7)
    parts = Resampler(30, draws=50, seed=5)
    np.testing.assert_allclose(parts.values(mean(values)), expected)
    found = parts.estimate(mean(values), ["mean"], 30)["mean"]
    assert found.method == "BCa"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-1e3, 1e3), min_size=5, max_size=30), st.integers(0, 5))
def test_an_interval_holds_only_what_can_be(values: list[float], seed: int) -> None:
    found = Resampler(len(values), draws=100, seed=seed).estimate(
        mean(np.array(values)), ["mean"], len(values)
    )["mean"]
    assert found.value == pytest.approx(np.mean(values))
    if found.low is None or found.high is None:
        assert found.note
        return
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9


def test_no_interval_without_reason_to_give_one() -> None:
    few = Resampler(4).estimate(mean(np.arange(4.0)), ["mean"], 4)["mean"]
    assert (few.value, few.low, few.note) == (1.5, None, "no interval: 4 of at least 5 reports")
    alike = Resampler(9).estimate(mean(np.ones(9)), ["mean"], 9)["mean"]
    assert (alike.value, alike.low, alike.note) == (1.0, None, "no interval: the reports do not vary")
    rare = np.zeros(40)
    rare[0] = 1.0
    seldom = Resampler(40).estimate(means((np.arange(40.0) + 1, rare)), ["x"], 1)["x"]
    assert seldom.low is None
    assert "many of the draws" in str(seldom.note)
    never = Resampler(9).estimate(means((np.ones(9), np.zeros(9))), ["x"], 0)["x"]
    assert never.value is None
    assert never.note


def test_ratio_has_no_value_over_nothing() -> None:
    found = ratio(np.array([1.0, 0.0, 3.0]), np.array([2.0, 0.0, 0.0]))
    assert found[0] == 0.5
    assert np.isnan(found[1:]).all()
