"""Agreement as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.evaluation.agreement import agree
from epicrisis.evaluation.agreement.measures import jointly
from epicrisis.evaluation.agreement.ratings import gather
from epicrisis.evaluation.agreement.tables import label, legend, markdown, said, summaries


@pytest.fixture
def found(codebook: Any, rater: Any) -> Any:
    sides = [
        ["left", "left", "right", "both", None, "right"],
        ["left", "right", "right", "both", None, "right"],
    ]
    grades = [[0, 0.5, None, 1, 3, 3], [0, 0.5, None, 1, 1, 3]]
    texts = [["oud infarct", None, None, "a", "b", "c"], ["oud infarct", None, None, "a", "b", "x"]]
    raters = zip("ab", sides, grades, texts, strict=True)
    golds = [
        rater(f"{name}_gold.csv", seen=[True] * 6, side=side, grade=grade, conclusion=text)
        for name, side, grade, text in raters
    ]
    return agree(golds, codebook, draws=200)


def test_short_tables(found: Any) -> None:
    closed, free = summaries(found)
    assert closed.headings == ("Variable", "n", "Agreement", "Kappa", "Alpha", "AC")
    assert free.headings == ("Variable", "n", "Agreement", "F1")
    seen, side, grade = closed.rows
    assert seen[:4] == ("seen\nboolean", "6", "100 %\n61 to 100 %", "not defined")
    assert side[0] == "side\ncategory"
    assert side[2] == "83 %\n44 to 97 %"
    assert side[3].startswith("0.77\n0.")
    # Weighted kappa rests on the five reports in which both gave a grade.
    assert grade[3].endswith("\nn 5")
    assert free.rows[0][3].endswith("\nn 4")


def test_the_legend_explains_what_is_there(found: Any) -> None:
    lines = list(legend(found))
    text = "\n".join(lines)
    for word in ("Kappa: Cohen's", "Alpha: Krippendorff's", "AC: Gwet's", "F1:"):
        assert any(line.startswith(word) for line in lines)
    assert "Kappa, Alpha of seen: not defined" not in text  # they have reasons of their own
    assert "Kappa of seen: not defined: each rater gave one and the same throughout." in lines
    assert "F1 of conclusion: no interval: 4 of at least 5 reports." in lines
    assert "mean of all pairs" not in text


def test_more_than_two_raters_are_pairs(codebook: Any, rater: Any) -> None:
    found = agree([rater(name, seen=[True, False] * 3) for name in "abc"], codebook, draws=50)
    assert "mean of all pairs of raters" in "\n".join(legend(found))
    assert "Cohen's kappa, mean of pairs" in markdown(found)
    assert label("gwet_ac1", 3) == "Gwet's AC1"


def test_markdown_has_every_measure(found: Any) -> None:
    text = markdown(found)
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    measures = sum(len(variable.measures) for variable in found.variables)
    assert len(rows) == measures + 2
    assert {row.count(" | ") for row in rows} == {6}
    assert "| seen | boolean | Cohen's kappa | 6 | not defined |  | not defined: each rater" in text
    assert "200 bootstrap draws" in text
    assert "a\\_gold.csv (6 reports)" in text


def test_who_rated_what_is_said(found: Any) -> None:
    assert list(said(found))[:2] == [
        "2 raters: a_gold.csv (6 reports), b_gold.csv (6 reports).",
        "6 reports were rated by two or more.",
    ]


def test_nearly_all_is_not_all(codebook: Any, rater: Any) -> None:
    one, other = [True] * 500, [*([True] * 499), False]
    found = agree([rater("a", seen=one), rater("b", seen=other)], codebook, draws=20)
    assert summaries(found)[0].rows[0][2].startswith("99.8 %")


def test_every_measure_has_a_name(codebook: Any, rater: Any) -> None:
    for variable in codebook.variables:
        golds = [rater(name, **{variable.name: []}) for name in "abc"]
        for name in jointly(gather(golds, variable)):
            assert label(name) != name
