from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as judge

from epicrisis.evaluation.measures.ranking import ranking

reports = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.booleans(), st.booleans(), st.integers(0, 3)),
    min_size=1,
    max_size=25,
)


@settings(deadline=None)
@given(reports)
def test_weights_are_repetitions_and_ties_count_half(drawn: list[tuple[float, bool, bool, int]]) -> None:
    scores, positive, counted, weights = (np.array(side, dtype=float) for side in zip(*drawn, strict=True))
    area, precision = ranking(scores, positive, counted)(weights[None, :])[0]
    times = (weights * counted).astype(int)
    true, ranked = np.repeat(positive, times), np.repeat(scores, times)
    if len(set(true)) == 2:
        assert area == pytest.approx(judge.roc_auc_score(true, ranked))
    else:
        assert np.isnan(area)
    if true.any():
        assert precision == pytest.approx(judge.average_precision_score(true, ranked))
    else:
        assert np.isnan(precision)


def test_all_draws_at_once_are_the_draws_one_by_one() -> None:
    random = np.random.default_rng(1)
    scores, positive = random.random(40).round(1), (random.random(40) < 0.4).astype(float)
    statistic = ranking(scores, positive, np.ones(40))
    weights = random.integers(0, 3, (30, 40)).astype(float)
    np.testing.assert_allclose(statistic(weights), np.concatenate([statistic(row[None]) for row in weights]))


def test_no_reports_rank_nothing() -> None:
    nothing = np.zeros(0)
    assert np.isnan(ranking(nothing, nothing, nothing)(np.ones((2, 0)))).all()
