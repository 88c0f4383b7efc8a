"""A draw is reports repeated: the value for weights is that of the same measure on the repeated reports."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.measures.boolean import NO_CONFIDENCE
from epicrisis.evaluation.resampling import Resampler

VALUES: dict[str, list[Any]] = {
    "boolean": [True, False],
    "category": ["a", "b", "c"],
    "ordinal": [0, 1, 2, 3],
    "count": [0, 1, 5],
    "quantity": [{"value": one, "unit": "mm"} for one in (0.0, 1.0, 30.0)],
    "date": ["2020", "2020-05-28", "2021-01-01"],
}


class Spy(Resampler):
    """Keeps what it is asked for, by name."""

    def __init__(self, reports: int) -> None:
        super().__init__(reports, draws=3)
        self.statistics: dict[str, Any] = {}

    def estimate(self, statistic: Any, names: Any, n: Any) -> Any:
        self.statistics |= {name: (statistic, place) for place, name in enumerate(names)}
        return super().estimate(statistic, names, n)


@pytest.mark.parametrize("kind", VALUES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_weights_are_repetitions(make: Any, kind: str, data: st.DataObject) -> None:
    gold = st.sampled_from([*VALUES[kind], None, make.UNSCORED])
    answer = st.sampled_from([*VALUES[kind], None, make.FAILED])
    cells = data.draw(st.lists(st.tuples(gold, answer, st.sampled_from([0.5, 0.9])), min_size=1, max_size=12))
    times = data.draw(st.lists(st.integers(0, 3), min_size=len(cells), max_size=len(cells)))
    variable = make.variable(kind)
    spy = Spy(len(cells))
    measure(variable, make.column(variable, cells), spy)
    repeated = [cell for cell, count in zip(cells, times, strict=True) for _ in range(count)]
    plain = measure(variable, make.column(variable, repeated), Resampler(len(repeated), draws=3)).metrics
    if kind != "boolean":
        assert spy.statistics
    for name, (statistic, place) in spy.statistics.items():
        weighted = statistic(np.array([times], dtype=float))[0, place]
        value = plain[name].value
        if plain[name].note == NO_CONFIDENCE:
            continue  # failed answers alone are not ranked, though they have a place in the ranking
        if value is None:
            assert not np.isfinite(weighted), name
        else:
            assert weighted == pytest.approx(value, abs=1e-12), name


def test_a_boolean_is_resampled_too(make: Any) -> None:
    variable = make.variable("boolean")
    spy = Spy(6)
    measure(variable, make.column(variable, [(True, True, 0.9), (False, True, 0.8)] * 3), spy)
    assert set(spy.statistics) == {"f1", "balanced_accuracy", "auroc", "average_precision"}
