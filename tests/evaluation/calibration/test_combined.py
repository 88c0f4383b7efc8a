"""Confidence combined with votes, evidence and variable: beside scikit-learn's, and chosen where it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from epicrisis.codebook.codebook import Codebook
from epicrisis.evaluation.calibration import fit
from epicrisis.evaluation.calibration.combined import RIDGE, combine, combined_along, inputs_of
from epicrisis.evaluation.calibration.fitting import fit_curves, held_out
from epicrisis.evaluation.calibration.reliability import brier_score
from epicrisis.evaluation.calibration.scores import Scores, scores
from epicrisis.evaluation.cells import Outcome
from epicrisis.evaluation.gold_cell import GoldCell
from epicrisis.evaluation.pairing import Matching, Pair, Paired, PairedReport
from epicrisis.extraction.answer import Answer, Evidence, Grade, Status
from epicrisis.extraction.curves import FOOTINGS, CombinedCurve, Footing


class Cell(NamedTuple):
    confidence: float
    on: Footing
    right: bool
    votes: float | None = None


def answer(cell: Cell) -> Answer:
    if cell.on == "silent":
        return Answer(Status.NOT_MENTIONED, confidence=cell.confidence, votes=cell.votes)
    if cell.on == "none":
        return Answer(Status.INFERRED, True, confidence=cell.confidence, votes=cell.votes)
    evidence = Evidence("gezien", 0, 6, Grade(cell.on))
    return Answer(Status.STATED, True, evidence, cell.confidence, votes=cell.votes)


def paired(rows: Sequence[Sequence[Cell]]) -> Paired:
    """One row for each report, one cell for each variable."""
    names = [f"v{number}" for number in range(len(rows[0]))]
    variables = [{"name": name, "kind": "boolean"} for name in names]
    codebook = Codebook.model_validate({"name": "Study", "variables": variables})
    gold = GoldCell(Status.STATED, True)
    reports = tuple(
        PairedReport(
            f"r{number}",
            {
                name: Pair(gold, answer(cell), Outcome.RIGHT if cell.right else Outcome.WRONG)
                for name, cell in zip(names, row, strict=True)
            },
        )
        for number, row in enumerate(rows)
    )
    return Paired(codebook, reports, Matching(tuple(report.id for report in reports)))


#: How much a footing says, in log-odds.
TELLING = {"exact": 0.0, "normalised": -0.5, "fuzzy": -2.0, "none": -3.0, "silent": 1.0}


def simulate(
    reports: int = 200,
    variables: int = 3,
    *,
    telling: dict[str, float] | None = None,
    samples: int = 1,
    of_votes: float = 0.0,
    offsets: Sequence[float] = (),
    seed: int = 0,
) -> Paired:
    """Answers that are right by the logit of their confidence, plus what their footing, their votes and
    their variable say."""
    generator = np.random.default_rng(seed)
    telling = telling or dict.fromkeys(FOOTINGS, 0.0)
    rows = []
    for _ in range(reports):
        row = []
        for number in range(variables):
            own = float(generator.uniform(0.3, 0.99))
            on = FOOTINGS[int(generator.integers(len(FOOTINGS)))]
            share = float(generator.integers(1, samples + 1)) / samples
            score = float(logit(own)) + telling[on] + of_votes * (share - 1)
            score += offsets[number] if offsets else 0.0
            right = bool(generator.uniform() < expit(score))
            row.append(Cell(own * share, on, right, None if samples == 1 else share))
        rows.append(row)
    return paired(rows)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_scikit_learns_regression(seed: int) -> None:
    cells = scores(simulate(telling=TELLING, samples=5, of_votes=3, offsets=(0.0, 1.0, -1.0), seed=seed))
    variables = np.unique(cells.variable)
    theirs = LogisticRegression(C=1 / RIDGE, tol=1e-10, max_iter=5000)
    theirs.fit(inputs_of(cells, variables)[1:].T, cells.right)
    own, pooled = combine(cells)
    slope, votes, *others = theirs.coef_[0]
    assert pooled.intercept == pytest.approx(theirs.intercept_[0], abs=1e-4)
    assert pooled.slope == pytest.approx(slope, abs=1e-4)
    assert pooled.votes == pytest.approx(votes, abs=1e-4)
    assert [pooled.footing[name] for name in FOOTINGS[1:]] == pytest.approx(others[:4], abs=1e-4)
    offsets = [own[number].intercept - pooled.intercept for number in range(3)]
    assert offsets == pytest.approx(others[4:], abs=1e-4)


def test_it_finds_what_made_the_cells() -> None:
    cells = scores(simulate(8000, 1, telling=TELLING, samples=5, of_votes=3))
    _, curve = combine(cells)
    assert curve.slope == pytest.approx(1, abs=0.1)
    assert curve.votes == pytest.approx(3, abs=0.25)
    for name in FOOTINGS[1:]:
        assert curve.footing[name] == pytest.approx(TELLING[name], abs=0.25)


def test_a_variable_of_few_cells_stays_near_the_others() -> None:
    cells = scores(simulate(300, 3, offsets=(0.0, 0.0, -3.0)))
    few = cells.among((cells.variable != 2) | (cells.report < 5))
    many_own, many_pooled = combine(cells)
    few_own, few_pooled = combine(few)
    assert abs(few_own[2].intercept - few_pooled.intercept) < abs(
        many_own[2].intercept - many_pooled.intercept
    )
    assert many_own[2].intercept < many_own[0].intercept - 2


def test_what_would_fall_is_level() -> None:
    cells = scores(simulate(telling=TELLING, samples=5, of_votes=-6))
    upside_down = replace(cells, confidence=cells.votes * (1 - cells.confidence / cells.votes))
    _, curve = combine(upside_down)
    assert (curve.slope, curve.votes) == (0.0, 0.0)
    # The rest is fitted without them.
    variables = np.unique(cells.variable)
    theirs = LogisticRegression(C=1 / RIDGE, tol=1e-10, max_iter=5000)
    theirs.fit(inputs_of(cells, variables)[3:].T, cells.right)
    assert curve.footing["fuzzy"] == pytest.approx(theirs.coef_[0, 1], abs=1e-4)


@pytest.mark.parametrize("right", [[1.0] * 60, [0.0] * 60, [1.0] * 59 + [0.0], [1.0, 0.0] * 30])
def test_cells_without_spread(right: list[float]) -> None:
    cells = scores(paired([[Cell(1.0, "exact", bool(one))] for one in right]))
    own, pooled = combine(cells)
    share = min(max(float(np.mean(right)), 1 / 62), 61 / 62)
    assert pooled(1.0) == own[0](1.0) == pytest.approx(share, abs=1e-3)


CELLS = st.lists(
    st.builds(
        Cell,
        st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0]),
        st.sampled_from(FOOTINGS),
        st.booleans(),
        st.none() | st.floats(0.1, 1),
    ),
    min_size=1,
    max_size=40,
)


@given(CELLS)
def test_both_ways_to_apply_it_are_one(given_cells: list[Cell]) -> None:
    cells = scores(paired([[cell] for cell in given_cells]))
    own, pooled = combine(cells)
    for curve in (own[0], pooled):
        plain = [curve(one.confidence, one.votes, one.on) for one in given_cells]
        assert plain == pytest.approx(list(combined_along(curve, cells)), abs=1e-12)
        assert all(0 < one < 1 for one in plain)


@given(CELLS)
def test_it_never_falls_and_comes_back_from_json(given_cells: list[Cell]) -> None:
    _, curve = combine(scores(paired([[cell] for cell in given_cells])))
    for on in FOOTINGS:
        values = [curve(one, None, on) for one in np.linspace(0, 1, 21)]
        assert np.all(np.diff(values) >= -1e-12)
    assert CombinedCurve.model_validate_json(curve.model_dump_json()) == curve


def test_chosen_where_the_evidence_tells() -> None:
    given_paired = simulate(telling=TELLING)
    calibration = fit(given_paired)
    assert calibration.method == "combined"
    assert set(calibration.variables) == {"v0", "v1", "v2"}
    cells = scores(given_paired)
    alone = min(brier_score(held_out(cells, method), cells.right) for method in ("platt", "isotonic"))
    assert calibration.brier[1] < min(alone, calibration.brier[0]) - 0.02
    # As it is applied: the same confidence is worth less without a quote.
    found = calibration.apply("v0", answer(Cell(0.8, "exact", True)))
    missing = calibration.apply("v0", answer(Cell(0.8, "none", True)))
    assert found is not None
    assert missing is not None
    assert found == pytest.approx(0.8, abs=0.1)
    assert missing == pytest.approx(float(expit(logit(0.8) - 3)), abs=0.1)


def test_chosen_where_the_votes_tell() -> None:
    calibration = fit(simulate(telling=None, samples=5, of_votes=6))
    assert calibration.method == "combined"


@pytest.mark.parametrize("seed", range(5))
def test_not_chosen_where_there_is_nothing_more_to_know(seed: int) -> None:
    # The confidences are right as they are, whatever the answers rest on.
    assert fit(simulate(telling=None, seed=seed)).method != "combined"


def test_a_cell_has_no_say_in_its_own_probability() -> None:
    cells: Scores = scores(simulate(telling=TELLING))
    before = held_out(cells, "combined")
    first = cells.report == 0
    changed = replace(cells, right=np.where(first, 1 - cells.right, cells.right))
    assert held_out(changed, "combined")[first] == pytest.approx(before[first])
    assert not np.allclose(held_out(changed, "combined")[~first], before[~first])


def test_every_variable_has_a_curve_of_its_own() -> None:
    curves = fit_curves(scores(simulate(20, 4)), "combined")
    assert list(curves.own) == [0, 1, 2, 3]
    assert {curve.n for curve in curves.own.values()} == {80}
