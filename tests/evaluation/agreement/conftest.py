"""Raters made by hand: a value for each report, ``None`` for a report that is silent, ``...`` for one not
rated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from epicrisis.codebook import loads
from epicrisis.codebook.codebook import Codebook
from epicrisis.evaluation.gold import Gold, GoldCell
from epicrisis.extraction.answer import Status

CODEBOOK = """\
name: small
variables:
  - {name: seen, kind: boolean, definition: Seen., label: Whether it is seen}
  - {name: side, kind: category, definition: Side., options: [left, right, both]}
  - {name: grade, kind: ordinal, definition: Grade., options: [0, 0.5, 1, 3]}
  - {name: degree, kind: ordinal, definition: Degree., options: [none, mild, severe]}
  - {name: number, kind: count, definition: Number.}
  - {name: size, kind: quantity, unit: mm, definition: Size.}
  - {name: day, kind: date, definition: Day.}
  - {name: conclusion, kind: text, definition: Conclusion.}
  - {name: drugs, kind: spans, definition: Drugs., options: [drug, dose]}
  - name: lesions
    kind: group
    definition: Lesions.
    keys: [place]
    variables:
      - {name: place, kind: text, definition: Place.}
      - {name: size, kind: quantity, unit: mm, definition: Size.}
"""


@pytest.fixture
def codebook() -> Codebook:
    return loads(CODEBOOK)


def cell(value: Any) -> GoldCell:
    if isinstance(value, GoldCell):
        return value
    return GoldCell(Status.NOT_MENTIONED) if value is None else GoldCell(Status.STATED, value)


@pytest.fixture
def rater() -> Callable[..., Gold]:
    def make(name: str, **columns: Sequence[Any]) -> Gold:
        cells: dict[str, dict[str, GoldCell]] = {}
        for variable, values in columns.items():
            for number, value in enumerate(values, 1):
                if value is not ...:
                    cells.setdefault(f"r{number}", {})[variable] = cell(value)
        return Gold(name, cells, tuple(columns))

    return make
