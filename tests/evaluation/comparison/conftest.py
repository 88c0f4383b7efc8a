"""Two runs of one small codebook with answers made by hand, and their gold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from epicrisis.codebook import Codebook
from epicrisis.evaluation.gold import Gold, GoldCell
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status

CODEBOOK = Codebook.model_validate(
    {
        "name": "kidney",
        "variables": [
            {"name": "side", "kind": "category", "definition": "d", "options": ["left", "right"]},
            {"name": "normal", "kind": "boolean", "definition": "d"},
            {"name": "cysts", "kind": "count", "definition": "d"},
        ],
    }
)


class Kidney:
    """Makes answers and gold of the codebook from plain values; ``None`` is silence."""

    codebook = CODEBOOK

    @staticmethod
    def answer(value: Any, quote: str | None = None) -> Answer:
        if value is None:
            return Answer(Status.NOT_MENTIONED)
        if isinstance(value, Status):
            return Answer(value)
        evidence = None if quote is None else Evidence(quote, 0, len(quote), Grade.EXACT)
        return Answer(Status.STATED if quote else Status.INFERRED, value, evidence)

    def answers(self, values: Mapping[str, Any]) -> dict[str, Answer]:
        return {name: self.answer(value) for name, value in values.items()}

    def reports(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Answer]]:
        """Reports ``r0``, ``r1``, ..."""
        return {f"r{number}": self.answers(row) for number, row in enumerate(rows)}

    @staticmethod
    def gold(rows: Sequence[Mapping[str, Any]], variables: Sequence[str] = ()) -> Gold:
        def cell(value: Any) -> GoldCell:
            return GoldCell(Status.NOT_MENTIONED if value is None else Status.STATED, value)

        cells = {
            f"r{number}": {name: cell(value) for name, value in row.items()}
            for number, row in enumerate(rows)
        }
        return Gold("gold.csv", cells, tuple(variables or CODEBOOK.names))


@pytest.fixture(scope="session")
def kidney() -> Kidney:
    return Kidney()


@pytest.fixture
def two(shelf: Any, kidney: Kidney) -> Callable[..., Any]:
    """40 reports with gold; the first run wrong about the side in 20, the other in 4 of them; both wrong
    about the count everywhere, both right about normal."""

    def make() -> tuple[Any, Any, Gold]:
        sides = ["left" if number % 3 else "right" for number in range(40)]
        other = {"left": "right", "right": "left"}
        truth = [{"side": side, "normal": number % 2 == 0, "cysts": 1} for number, side in enumerate(sides)]
        first = [
            {**row, "side": other[row["side"]] if number < 20 else row["side"], "cysts": 2}
            for number, row in enumerate(truth)
        ]
        second = [
            {**row, "side": other[row["side"]] if number < 4 else row["side"], "cysts": 2}
            for number, row in enumerate(truth)
        ]
        runs = [shelf.run(kidney.codebook, kidney.reports(rows)) for rows in (first, second)]
        return runs[0], runs[1], kidney.gold(truth)

    return make
