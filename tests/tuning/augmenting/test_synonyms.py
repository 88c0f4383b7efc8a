"""The codebook's own words put for one another."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.example import Example
from epicrisis.tuning.augmenting.synonyms import synonyms

Make = Callable[..., Example]


def outcomes(one: Example, codebook: Codebook) -> set[str]:
    made = [synonyms(one, codebook, Random(seed)) for seed in range(40)]
    return {found.worked.text for found in made if found is not None}


def only(**variable: Any) -> Codebook:
    return Codebook.model_validate({"name": "c", "languages": ["en"], "variables": [variable]})


def test_a_synonym_is_replaced_wherever_it_is_a_word(codebook: Codebook, example: Make) -> None:
    one = example("Lung clot. No second lung clot; lung clotting, non-lung clot.")
    assert outcomes(one, codebook) == {
        "Pulmonary embolism. No second pulmonary embolism; lung clotting, non-lung clot.",
        "PE. No second PE; lung clotting, non-lung clot.",
    }


def test_words_of_another_language_are_not_put_in(codebook: Codebook, example: Make) -> None:
    assert outcomes(example("Geen longembolie gezien."), codebook) == {"Geen PE gezien."}
    # PE is said in both languages, and no other word is.
    assert outcomes(example("Geen PE gezien."), codebook) == set()


def test_an_option_is_replaced_in_its_own_quote_only(codebook: Codebook, example: Make) -> None:
    text = "A drain was left there. The left lung is small."
    assert outcomes(example(text, {"side": ("L", "left lung")}), codebook) == {
        "A drain was left there. The sinistral lung is small."
    }
    # A quote that stands there twice may be said of anything; so may the word of another option.
    assert outcomes(example(text, {"side": ("L", "left")}), codebook) == set()
    assert outcomes(example(text, {"side": ("R", "left lung")}), codebook) == set()
    assert outcomes(example(text), codebook) == set()


def test_quotes_mentions_and_copied_text_follow(codebook: Codebook, example: Make) -> None:
    one = example(
        "Old lung clot on aspirin",
        {
            "embolism": (True, "Old lung clot"),
            "drugs": [{"text": "clot on aspirin", "type": "drug"}],
            "summary": "lung clot on aspirin",
        },
    )
    # The mention begins within the words: they stay.
    assert outcomes(one, codebook) == set()
    del one.worked.cells["drugs"]
    made = synonyms(one, codebook, Random(1))
    assert made is not None
    cells = made.worked.cells
    assert made.worked.text.endswith(" on aspirin")
    assert cells["embolism"].quote == made.worked.text.removesuffix(" on aspirin")
    assert cells["summary"].value == made.worked.text.removeprefix("Old ")


def test_free_text_that_is_almost_in_the_report_keeps_its_words_there(
    codebook: Codebook, example: Make
) -> None:
    assert outcomes(example("Old lung\nclot.", {"summary": "old lung clot"}), codebook) == set()


def test_a_word_that_means_more_or_less_is_no_synonym(example: Make) -> None:
    sides = [
        {
            "name": f"mta_{side}",
            "kind": "count",
            "synonyms": {"en": ["MTA", "Scheltens score", f"MTA {side}"]},
        }
        for side in ("left", "right")
    ]
    book = Codebook.model_validate({"name": "c", "languages": ["en"], "variables": sides})
    assert outcomes(example("MTA left 2"), book) == set()
    assert outcomes(example("MTA 2"), book) == {"Scheltens score 2"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CARCINOMA OF THE LUNG", "MALIGNANCY OF THE LUNG"),
        ("Carcinoma seen", "Malignancy seen"),
        ("no carcinoma", "no malignancy"),
    ],
)
def test_case_is_kept(example: Make, text: str, expected: str) -> None:
    book = only(name="tumour", kind="boolean", synonyms={"en": ["carcinoma", "malignancy"]})
    assert outcomes(example(text), book) == {expected}


def test_abbreviations_are_known_by_their_capitals(example: Make) -> None:
    book = only(name="receptor", kind="boolean", synonyms={"en": ["ER", "estrogen receptor"]})
    assert outcomes(example("er is no ER here"), book) == {"er is no estrogen receptor here"}


@pytest.mark.parametrize("text", ["a growth is seen", "growth (ulcer) seen", "ulcer-like; growth ulcer"])
def test_words_that_would_not_fit_stay(example: Make, text: str) -> None:
    # "a ulcer", and a name that is said already.
    book = only(name="mass", kind="boolean", synonyms={"en": ["growth", "ulcer"]})
    assert outcomes(example(text), book) == set()


def test_a_label_is_no_word_of_reports_except_in_the_answer_itself(example: Make) -> None:
    book = only(name="side", kind="count", label={"en": "Side"}, synonyms={"en": ["laterality"]})
    assert outcomes(example("No side effects."), book) == set()
    book = only(name="stage", kind="count", label={"en": "Stage"}, synonyms={"en": ["figo class"]})
    assert outcomes(example("At this stage: Stage 2", {"stage": (2, "Stage 2")}), book) == {
        "At this stage: Figo class 2"
    }


def test_names_of_free_text_are_headings(example: Make) -> None:
    book = only(name="conclusion", kind="text", synonyms={"en": ["conclusion", "impression"]})
    assert outcomes(example("Conclusion: normal."), book) == set()


def test_a_quote_never_gets_longer_than_a_model_may_write(example: Make) -> None:
    book = only(name="mass", kind="boolean", synonyms={"en": ["growth", "space occupying lesion here"]})
    quote = "growth " + "x" * 190
    assert outcomes(example(f"{quote}. Another growth.", {"mass": (True, quote)}), book) == {
        f"{quote}. Another space occupying lesion here."
    }
