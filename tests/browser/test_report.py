"""The report of an evaluation in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest

from epicrisis.evaluation.estimate import Estimate
from epicrisis.evaluation.pairing import Matching
from epicrisis.evaluation.report import without_text
from epicrisis.evaluation.report.html import to_html
from epicrisis.evaluation.result import (
    Bin,
    Confusion,
    Evaluation,
    Reliability,
    Review,
    RiskPoint,
    Suspect,
    VariableResult,
)

TEXT = "Verslag. <script>document.title = 'taken over'</script> De kanarievogel ligt links."


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    half = Estimate(0.5, 10, 0.3, 0.7, "BCa")
    start = TEXT.index("kanarievogel")
    return Evaluation(
        run="study-1",
        codebook="study",
        codebook_version="1",
        model="a-model",
        gold="gold.csv",
        blank="ignore",
        created="2026-01-01T00:00:00+00:00",
        matching=Matching(("R-1",)),
        overall={"micro_accuracy": half},
        outcomes={"right": 5, "wrong": 5},
        variables=(
            VariableResult(
                "side",
                "category",
                10,
                {"right": 5, "wrong": 5},
                {"accuracy": half},
                confusion=Confusion(("left", "right"), ("left", "right"), ((3, 2), (3, 2))),
            ),
        ),
        reliability=(Reliability("raw", 10, half, half, (Bin(0, 1, 10, 0.6, half),)),),
        review=Review((RiskPoint(0, 0.5), RiskPoint(1, 1)), 0.9, half, 0.8),
        suspects=(
            Suspect(
                "R-1", "side", "wrong", "left", "right", "stated", 0.9, "kanarievogel", start, start + 12
            ),
        ),
    )


def test_charts_are_drawn(evaluation: Evaluation, look: Any) -> None:
    seen = look(to_html(evaluation, {"R-1": TEXT}.get))

    # The policy refused nothing, and no script stumbled.
    assert seen.console == []
    assert len(seen.charts) == 3
    drawn = "".join(seen.charts)
    for mark in ("mark-rect", "mark-symbol", "mark-line"):
        assert re.search(rf"{mark} role-mark.*?<path", drawn, re.S), mark
    # The counts of the matrix are written into its cells.
    assert re.findall(r">([32])</text>", drawn).count("3") == 2


def test_a_script_in_a_report_is_text(evaluation: Evaluation, look: Any) -> None:
    seen = look(to_html(evaluation, {"R-1": TEXT}.get))

    assert "<title>study: a-model against gold.csv</title>" in seen.dom
    assert "&lt;script&gt;document.title" in seen.dom
    assert "<mark>kanarievogel</mark>" in seen.dom


def test_a_script_that_got_in_would_not_run(evaluation: Evaluation, look: Any) -> None:
    page = to_html(evaluation).replace("</main>", "<script>document.title = 'taken over'</script></main>")
    seen = look(page)

    assert "<title>study: a-model against gold.csv</title>" in seen.dom
    assert any("Content Security Policy" in line for line in seen.console)


def test_without_text_there_is_none(evaluation: Evaluation, look: Any) -> None:
    seen = look(to_html(without_text(evaluation)))

    assert seen.console == []
    assert len(seen.charts) == 3
    assert "kanarievogel" not in seen.dom
    assert "R-1, side" in seen.dom


def test_without_scripts_the_tables_tell_all(evaluation: Evaluation, look: Any) -> None:
    page = re.sub(r"<script>.*?</script>", "", to_html(evaluation), flags=re.S)
    seen = look(page)

    assert seen.charts == []
    assert seen.dom.count("<table>") == page.count("<table>") >= 6
