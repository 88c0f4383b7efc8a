"""Marks and building blocks into reports and gold."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from epicrisis import library
from epicrisis.codebook import load
from epicrisis.evaluation.gold import read_gold

Bench = Callable[[str], ModuleType]


@pytest.fixture
def data(bench: Bench) -> Any:
    return bench("elmtex_data")


@pytest.fixture
def train(bench: Bench) -> Any:
    return bench("elmtex_train")


def test_marks_are_counted(data: Any) -> None:
    text, mentions = data.parse("A [age|58-year-old] [f|woman] with [sx|fever] and\n[sx|cough].")
    assert text == "A 58-year-old woman with fever and\ncough."
    assert [(one.category, text[one.start : one.end], one.value, one.unit) for one in mentions] == [
        ("age", "58-year-old", "58", "year"),
        ("gender", "woman", "female", ""),
        ("signs_symptoms", "fever", "fever", ""),
        ("signs_symptoms", "cough", "cough", ""),
    ]


@pytest.mark.parametrize(
    ("mark", "value", "unit", "hedged"),
    [
        ("[age=m|14 maanden]", "14", "month", False),
        ("[age=9d|Negen dagen]", "9", "day", False),
        ("[age?|ca. 90]", "90", "year", True),
        ("[age=2|twee jaar]", "2", "year", False),
    ],
)
def test_ages(data: Any, mark: str, value: str, unit: str, hedged: bool) -> None:
    _, (one,) = data.parse(mark)
    assert (one.value, one.unit, one.hedged) == (value, unit, hedged)


@pytest.mark.parametrize(
    "text", ["[xx|fever]", "[sx|fever", "fever]", "[sx|a [lab|b]]", "[age|old]", "a | b"]
)
def test_a_broken_mark_is_refused(data: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"broken|no number"):
        data.parse(text)


@pytest.mark.parametrize(
    ("marked", "wrong"),
    [
        ("[sx|fever] and [sx|Fever]", "twice"),
        ("no fever, then [sx|fever]", "before"),
        ("[age|50] or [age|60]", "second age"),
        ("[sx|fever ]", "white space"),
        (f"[sx|{'long ' * 30}x]", "too long"),
        ("[sx|fever], [dg|fever of unknown origin]", None),
    ],
)
def test_what_gold_may_not_be(data: Any, marked: str, wrong: str | None) -> None:
    text, mentions = data.parse(marked)
    found = list(data.problems(data.Summary("a", "p", "en", "s", "prose", text, mentions)))
    assert (not found) if wrong is None else (wrong in found[0])


def test_what_ships_is_what_is_marked(data: Any, tmp_path: Path) -> None:
    data.write(list(data.shipped()), tmp_path)
    for name in ("reports.csv", "gold.csv"):
        assert (tmp_path / name).read_bytes() == (library.path("elmtex") / name).read_bytes(), name


def test_the_same_seed_gives_the_same_summaries(data: Any, train: Any, tmp_path: Path) -> None:
    made = list(train.generated())
    data.write(made, tmp_path)
    for name in ("reports.csv", "gold.csv"):
        assert (tmp_path / name).read_bytes() == (data.TEXTS / "train" / name).read_bytes(), name
    others = {one.text for one in train.generated(seed=1, each=1)}
    assert not others & {one.text for one in made}


def test_there_is_enough_to_train_on(data: Any, train: Any) -> None:
    made = list(train.generated())
    assert len(made) >= 60
    assert len({one.text for one in made}) == len(made)
    assert [problem for one in made for problem in data.problems(one)] == []
    for language in ("en", "nl", "de"):
        own = [one for one in made if one.language == language]
        assert {mention.category for one in own for mention in one.mentions} == set(data.CATEGORIES)
        assert {one.style for one in own} == {"prose", "headings", "telegram", "letter"}
    for category in data.CATEGORIES:
        silent = sum(all(mention.category != category for mention in one.mentions) for one in made)
        assert silent > 0, f"{category} is never silent"
    gold = read_gold(data.TEXTS / "train" / "gold.csv", load(library.path("elmtex")))
    assert len(gold.cells) == len(made)


def test_nothing_to_train_on_is_tested_on(data: Any, train: Any) -> None:
    shipped = {sentence for one in data.shipped() for sentence in sentences(one.text)}
    for one in train.generated():
        assert not shipped & set(sentences(one.text)), one.id
    with (library.path("elmtex") / "reports.csv").open(encoding="utf-8", newline="") as file:
        patients = {row["patient"] for row in csv.DictReader(file)}
    assert not patients & {one.patient for one in train.generated()}


def sentences(text: str) -> list[str]:
    """Of five words or more, without case and marks."""
    found = (" ".join(re.findall(r"\w+", part.lower())) for part in re.split(r"[.;:\n]\s", text))
    return [one for one in found if len(one.split()) >= 5]
