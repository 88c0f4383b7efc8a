from __future__ import annotations

import math
from typing import Any

import pytest

from epicrisis.errors import OptionError
from epicrisis.evaluation.cost import cost
from epicrisis.extraction.answer import Usage


def test_a_thousand_reports(make: Any) -> None:
    usages = [Usage(1, 500, 400, 50, 2.0), Usage(2, 700, 400, 150, 6.0)]
    paired = make.paired([make.variable("boolean")], [{}, {}], [{"usage": one} for one in usages])
    found = cost(paired, 3.6)
    assert found is not None
    assert found.reports == 2
    assert found.seconds == 4000
    assert (found.evaluated_tokens, found.cached_tokens, found.generated_tokens) == (200e3, 400e3, 100e3)
    assert (found.cost_per_hour, found.money) == (3.6, pytest.approx(4.0))
    free = cost(paired)
    assert free is not None
    assert (free.cost_per_hour, free.money) == (None, None)


def test_without_reports_there_is_no_cost(make: Any) -> None:
    assert cost(make.paired([make.variable("boolean")], []), 1.0) is None


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_a_cost_that_cannot_be(make: Any, wrong: float) -> None:
    with pytest.raises(OptionError):
        cost(make.paired([make.variable("boolean")], []), wrong)
