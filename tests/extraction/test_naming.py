"""Where a report names what a variable is about."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.variable import BooleanVariable
from epicrisis.extraction.naming import Named, terms_of


def variable(name: str = "finding", **other: Any) -> BooleanVariable:
    return BooleanVariable.model_validate({"name": name, "kind": "boolean", "definition": "D.", **other})


def named(text: str, one: BooleanVariable) -> list[str]:
    return [text[start:end] for start, end in Named(text).passages(terms_of(one), 80)]


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("infarct", "Infarcten: geen."),
        ("ruimte-innemend proces", "Geen ruimte-innemende processen."),
        ("microbloeding", "Geen microbl."),  # cut short
        ("microbleeds", "One microbleed was seen."),
        ("lymph node", "No enlarged lymph nodes."),
        ("superficiële siderose", "Superficie\u0308le siderose: geen."),  # another Unicode form
        ("MTA", "MTA links 2."),
        ("Lymphknoten", "Kein Lymphknotenbefall."),  # a compound
        ("Koedam left", "Left Koedam 1."),  # in any order
    ],
)
def test_words_with_other_endings_or_cut_short(term: str, sentence: str) -> None:
    text = f"Eerste zin. {sentence} En nog iets."
    assert named(text, variable(synonyms={"nl": [term]})) == [sentence]


@pytest.mark.parametrize(
    ("term", "sentence"),
    [
        ("MTA", "De MTAX is 2."),
        ("tumor size", "The tumor is small."),  # not all of its words
        ("infarct", "Informatie ontbreekt."),
        ("nodule", "Node."),
        ("cyst", "Cysteine."),
    ],
)
def test_other_words_are_other_words(term: str, sentence: str) -> None:
    assert named(sentence, variable(synonyms={"en": [term]})) == []


def test_by_the_name_and_by_every_label() -> None:
    text = "The mass lesion is gone.\nRaumforderung fehlt."
    assert named(text, variable("mass_lesion")) == ["The mass lesion is gone."]
    assert named(text, variable(label={"de": "Raumforderung", "en": "Finding"})) == ["Raumforderung fehlt."]


def test_of_a_long_sentence_the_part_around_the_words() -> None:
    text = f"{'woord ' * 50}geen infarct gezien {'woord ' * 50}".strip()
    (found,) = named(text, variable(synonyms={"nl": ["infarct"]}))
    assert "geen infarct gezien" in found
    assert len(found) <= 80
    assert all(word in ("woord", "geen", "infarct", "gezien") for word in found.split())


@given(st.text(max_size=200), st.text(max_size=20), st.integers(1, 60))
def test_any_text_and_any_word(text: str, word: str, longest: int) -> None:
    one = variable(synonyms={"en": [word]} if word.strip() else {})
    spans = Named(text).passages(terms_of(one), longest)
    assert all(0 <= start < end <= len(text) for start, end in spans)
