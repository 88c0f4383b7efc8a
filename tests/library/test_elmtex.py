"""The shipped codebook of ELMTEX's categories: complete, clean, and its gold at the place it says."""

from __future__ import annotations

import csv
import re
from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from epicrisis import library
from epicrisis.api import to_codebook
from epicrisis.codebook import lint, load
from epicrisis.codebook.codebook import Codebook
from epicrisis.codebook.variable import CategoryVariable, QuantityVariable, SpansVariable
from epicrisis.evaluation.gold import Gold, read_gold
from epicrisis.examples_from_gold import pool
from epicrisis.extraction.grounding import Grounds
from epicrisis.extraction.mentions import located
from epicrisis.reading import read

CATEGORIES = [
    "life_style",
    "family_history",
    "social_history",
    "medical_surgical_history",
    "signs_symptoms",
    "comorbidities",
    "diagnostic_techniques_procedures",
    "diagnosis",
    "laboratory_values",
    "pathology",
    "pharmacological_therapy",
    "interventional_therapy",
    "patient_outcome_assessment",
    "age",
    "gender",
]
LANGUAGES = {"en", "nl", "de"}
Row = dict[str, str]


@pytest.fixture(scope="module")
def study() -> Path:
    return library.path("elmtex")


@pytest.fixture(scope="module")
def book(study: Path) -> Codebook:
    return load(study)


@pytest.fixture(scope="module")
def texts(study: Path) -> dict[str, str]:
    return {row["id"]: row["text"] for row in table(study / library.REPORTS_FILE)}


@pytest.fixture(scope="module")
def rows(study: Path) -> list[Row]:
    return table(study / library.GOLD_FILE)


@pytest.fixture(scope="module")
def cells(study: Path, book: Codebook) -> Gold:
    return read_gold(study / library.GOLD_FILE, book)


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_codebook_is_clean(study: Path) -> None:
    text = (study / library.CODEBOOK_FILE).read_text(encoding="utf-8")
    assert [str(finding) for finding in lint(text)] == []
    assert to_codebook("elmtex")[0].name == "elmtex"


def test_the_variables_are_the_fifteen_categories(book: Codebook) -> None:
    assert sorted(book.names) == sorted(CATEGORIES)
    assert isinstance(book["age"], QuantityVariable)
    assert isinstance(book["gender"], CategoryVariable)
    assert sum(isinstance(variable, SpansVariable) for variable in book.variables) == 13


def test_every_category_is_described_in_three_languages(book: Codebook) -> None:
    assert set(book.languages) == LANGUAGES
    for variable in book.variables:
        assert isinstance(variable.label, dict), variable.name
        assert set(variable.label) == LANGUAGES, variable.name
        assert variable.definition.endswith("."), variable.name
        assert variable.exclude, variable.name
        if not isinstance(variable, CategoryVariable):
            assert set(variable.synonyms) == LANGUAGES, variable.name


def test_the_summaries_are_varied(study: Path) -> None:
    reports = table(study / library.REPORTS_FILE)
    assert Counter(row["language"] for row in reports) == {"en": 8, "nl": 8, "de": 8}
    assert [row["id"] for row in reports] == [f"EL-{number:03}" for number in range(1, 25)]
    lengths = [len(row["text"].split()) for row in reports]
    assert 55 <= min(lengths) < 80
    assert 350 < max(lengths) <= 410
    assert len({row["specialty"].casefold() for row in reports}) >= 15
    assert len({row["patient"] for row in reports}) == 23  # one patient comes twice


def test_no_two_summaries_are_alike(texts: dict[str, str]) -> None:
    grams = {}
    for name, text in texts.items():
        words = re.findall(r"\w+", text.lower())
        grams[name] = {tuple(words[start : start + 4]) for start in range(len(words) - 3)}
    for one, other in combinations(grams, 2):
        shared = len(grams[one] & grams[other]) / min(len(grams[one]), len(grams[other]))
        assert shared <= 0.15, f"{one} and {other} share {shared:.0%} of their phrases"


def test_every_mention_stands_where_gold_says(texts: dict[str, str], rows: list[Row]) -> None:
    placed = [row for row in rows if row["start"]]
    assert len(placed) > 600
    for row in placed:
        where = f"{row['id']} {row['variable']}: {row['value']}"
        assert texts[row["id"]][int(row["start"]) : int(row["end"])] == row["value"] == row["quote"], where
        assert row["value"].strip() == row["value"] != "", where
        assert len(row["value"]) <= 120, where


def test_mentions_do_not_overlap(rows: list[Row]) -> None:
    for name in {row["id"] for row in rows}:
        places = sorted(
            (int(row["start"]), int(row["end"])) for row in rows if row["id"] == name and row["start"]
        )
        assert all(one[1] <= other[0] for one, other in pairwise(places)), name


def test_a_mention_is_found_at_its_place_again(texts: dict[str, str], cells: Gold, book: Codebook) -> None:
    """Whoever writes gold's words gets gold's offsets: what extraction does with a right answer is right."""
    for name, own in cells.cells.items():
        grounds = Grounds(texts[name])
        for variable in book.variables:
            if isinstance(variable, SpansVariable) and own[variable.name].value:
                said = [{"text": one["text"]} for one in own[variable.name].value]
                assert len(said) <= variable.max_items
                assert located(variable, said, grounds).value == own[variable.name].value


def test_age_and_gender_rest_on_words_of_the_summary(texts: dict[str, str], rows: list[Row]) -> None:
    for row in rows:
        if row["variable"] in ("age", "gender") and row["value"]:
            assert row["quote"] in texts[row["id"]], row["id"]
    assert {row["unit"] for row in rows if row["variable"] == "age" and row["value"]} == {
        "year",
        "month",
        "day",
    }
    assert {row["value"] for row in rows if row["variable"] == "gender"} == {"female", "male", ""}


def test_every_summary_is_annotated_in_full(cells: Gold, texts: dict[str, str]) -> None:
    assert [*cells.cells] == [*texts]
    assert all(sorted(own) == sorted(CATEGORIES) for own in cells.cells.values())
    assert cells.notes == ()


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_is_stated_somewhere_and_silent_somewhere(cells: Gold, category: str) -> None:
    statuses = Counter(str(own[category].status) for own in cells.cells.values())
    assert statuses["stated"] >= 8
    assert statuses["not_mentioned"] >= 1


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_states_every_category(study: Path, cells: Gold, language: str) -> None:
    own = [row["id"] for row in table(study / library.REPORTS_FILE) if row["language"] == language]
    for category in CATEGORIES:
        assert any(cells.cells[name][category].value for name in own), category


def test_every_summary_can_be_an_example(study: Path, book: Codebook) -> None:
    found = pool(study / library.GOLD_FILE, book, study / library.REPORTS_FILE)
    assert (len(found.examples), [*found.notes]) == (24, [])
    assert {report.language for report in read(study / library.REPORTS_FILE)} == LANGUAGES
