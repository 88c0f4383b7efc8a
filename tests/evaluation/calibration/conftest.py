"""Runs beside their gold, made by hand: what matters of a cell is its confidence and whether it is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.gold_cell import GoldCell
from epicrisis.evaluation.pairing import Matching, Pair, Paired, PairedReport
from epicrisis.extraction.answer import Answer, Status

#: (confidence or None, right or not); None where gold says nothing, "failed" for a failed answer.
Cell = tuple[float | None, bool] | str | None
MakePaired = Callable[..., Paired]


def codebook(names: Sequence[str]) -> Codebook:
    return Codebook.model_validate(
        {"name": "Study", "variables": [{"name": name, "kind": "boolean"} for name in names]}
    )


def make_paired(rows: Sequence[Sequence[Cell]], patients: Sequence[str] | None = None) -> Paired:
    """One row for each report, one cell for each variable (``a``, ``b``, ...)."""
    names = [chr(ord("a") + number) for number in range(max(map(len, rows), default=1))]
    reports = tuple(
        PairedReport(
            f"r{number}",
            _pairs(names, row),
            patient=None if patients is None else patients[number],
        )
        for number, row in enumerate(rows)
    )
    return Paired(codebook(names), reports, Matching(tuple(report.id for report in reports)))


def _pairs(names: Sequence[str], row: Sequence[Cell]) -> Mapping[str, Pair]:
    gold = GoldCell(Status.STATED, True)
    pairs = {}
    for name, cell in zip(names, row, strict=False):
        if cell == "failed":
            pairs[name] = Pair(gold, Answer(Status.FAILED), Outcome.FAILED)
        elif isinstance(cell, tuple):
            confidence, right = cell
            answer = Answer(Status.STATED, right, confidence=confidence)
            pairs[name] = Pair(gold, answer, Outcome.RIGHT if right else Outcome.WRONG)
    return pairs


def simulate(reports: int, variables: int = 1, *, power: float = 1.0, seed: int = 0) -> Paired:
    """Answers that are right as often as their confidence to the ``power`` says: calibrated if it is 1."""
    generator = np.random.default_rng(seed)
    sure = generator.uniform(0.05, 0.999, size=(reports, variables))
    right = generator.uniform(size=sure.shape) < sure**power
    return make_paired(
        [[(float(p), bool(r)) for p, r in zip(*row, strict=True)] for row in zip(sure, right, strict=True)]
    )


@pytest.fixture
def paired() -> MakePaired:
    return make_paired


@pytest.fixture(scope="session")
def make() -> MakePaired:
    return make_paired


@pytest.fixture
def simulated() -> MakePaired:
    return simulate
