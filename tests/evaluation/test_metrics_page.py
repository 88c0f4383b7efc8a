"""The page on metrics has every metric there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from epicrisis.codebook.vocabulary import KINDS
from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.measures import measure
from epicrisis.evaluation.overall import overall
from epicrisis.evaluation.resampling import Resampler
from epicrisis.evaluation.result import VariableResult

PAGE = (Path(__file__).parents[2] / "docs/reference/metrics.md").read_text(encoding="utf-8")
MORE: dict[str, dict[str, Any]] = {
    "spans": {"options": ["drug", "dose"]},
    "group": {
        "variables": [
            {"name": "seen", "kind": "boolean"},
            {"name": "side", "kind": "category", "options": ["left", "right"]},
            {"name": "grade", "kind": "ordinal", "options": [1, 2]},
            {"name": "many", "kind": "count"},
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "on", "kind": "date"},
            {"name": "where", "kind": "text"},
        ]
    },
}


def names(result: VariableResult) -> Iterator[str]:
    yield from result.metrics
    for part in result.parts:
        yield from names(part)


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, title
    return found[1]


@pytest.mark.parametrize("kind", KINDS)
def test_every_metric_of_a_kind_is_explained(make: Any, kind: str) -> None:
    variable = make.variable(kind, **MORE.get(kind, {}))
    found = set(names(measure(variable, [None] * 6, Resampler(6, draws=5))))
    text = section(kind) + section("Every kind")
    assert {name for name in found if f"`{name}`" not in text} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_no_metric_is_explained_that_a_kind_does_not_have(make: Any, kind: str) -> None:
    variable = make.variable(kind, **MORE.get(kind, {}))
    found = set(names(measure(variable, [None] * 6, Resampler(6, draws=5))))
    listed = {
        name
        for first in re.findall(r"^\|([^|]*)\|", section(kind), re.M)
        for name in re.findall(r"`(\w+)`", first)
    }
    assert listed - found == set()


def test_every_metric_of_all_variables_is_explained(make: Any) -> None:
    found = overall(make.paired([make.variable("boolean")], []), Resampler(0))
    text = section("All variables together")
    assert [name for name in found if f"| `{name}` |" not in text] == []


def test_every_outcome_is_explained() -> None:
    assert [one for one in Outcome if f"| `{one}` |" not in section("Outcomes")] == []
