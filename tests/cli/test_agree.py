"""``epicrisis agree``: two people's tables beside each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from epicrisis.cli.exits import DONE, NOT_STARTED

A = """\
id,side,normal
007,left,true
008,right,false
009,,true
010,left,true
011,right,false
012,left,true
"""
B = """\
id,side,normal
007,left,true
008,left,false
009,,
010,left,true
011,right,false
013,left,true
"""


@pytest.fixture
def raters(epicrisis: Any) -> Any:
    Path("a.csv").write_text(A, encoding="utf-8")
    Path("b.csv").write_text(B, encoding="utf-8")
    return epicrisis


def agree(epicrisis: Any, *more: str) -> Any:
    return epicrisis("agree", "a.csv", "b.csv", "--codebook", "codebook.yaml", "--draws", "200", *more)


def test_table(raters: Any) -> None:
    result = agree(raters)
    assert (result.code, result.err) == (DONE, "")
    assert "2 raters: a.csv (6 reports), b.csv (6 reports)." in result.out
    assert "Rated by one rater only: 2 of 7 reports." in result.out
    side = next(line for line in result.out.splitlines() if line.startswith("side"))
    assert side.split()[1:4] == ["5", "80", "%"]
    assert "Kappa: Cohen's" in result.out
    assert raters.openings == 0


def test_it_fits_80_columns_without_colour(raters: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = agree(raters).out.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("Variable"))
    assert all(len(line.rstrip()) <= 80 for line in lines[begin : begin + 6])
    assert "\x1b" not in "".join(lines)


def test_json(raters: Any) -> None:
    document = json.loads(agree(raters, "--json", "--seed", "3").out)
    side, normal = document["variables"]
    assert side["measures"]["percent_agreement"]["value"] == 0.8
    assert side["disagreements"] == ["008"]
    assert document["settings"]["seed"] == 3
    assert normal["categories"] == ["false", "true", "(none)"]


def test_blank_cells_may_be_ratings_that_are_missing(raters: Any) -> None:
    silent = json.loads(agree(raters, "--json").out)["variables"][1]
    ignored = json.loads(agree(raters, "--json", "--blank", "ignore").out)["variables"][1]
    assert (silent["reports"], ignored["reports"]) == (5, 4)
    assert ignored["measures"]["percent_agreement"]["value"] == 1


def test_markdown(raters: Any) -> None:
    result = agree(raters, "--markdown", "agreement.md")
    assert "Written: agreement.md" in result.err
    text = Path("agreement.md").read_text(encoding="utf-8")
    assert "| side | category | Krippendorff's alpha (nominal) | 5 |" in text


def test_a_run_is_a_rater_and_has_the_codebook(raters: Any) -> None:
    raters.extract("--quiet")
    result = raters("agree", "a.csv", "latest", "--run", "latest", "--draws", "50", "--json")
    document = json.loads(result.out)
    assert document["codebook"] == "kidney"
    assert document["reports"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.csv", "--codebook", "codebook.yaml"], "two raters or more"),
        (["a.csv", "b.csv"], "--codebook"),
        (["a.csv", "b.csv", "--codebook", "codebook.yaml", "--run", "latest"], "two codebooks"),
        (["a.csv", "nope.csv", "--codebook", "codebook.yaml"], "nope.csv"),
        (["a.csv", "b.csv", "--codebook", "codebook.yaml", "--draws", "0"], "--draws"),
        (["a.csv", "b.csv", "--codebook", "codebook.yaml", "--markdown", "no/such/a.md"], "does not exist"),
        (["a.csv", "b.csv", "--codebook", "codebook.yaml", "--blank", "maybe"], "maybe"),
    ],
)
def test_what_cannot_be_done(raters: Any, arguments: list[str], words: str) -> None:
    result = raters("agree", *arguments)
    assert result.code == NOT_STARTED
    assert result.out == ""
    assert words in result.err
