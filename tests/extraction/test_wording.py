"""Which option the words of a quote speak of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epicrisis.codebook.variable import CategoryVariable
from epicrisis.extraction.wording import nearer

HISTOLOGY = CategoryVariable.model_validate({
    "name": "histology",
    "kind": "category",
    "options": [
        {"value": "no_special_type", "definition": "invasive or infiltrating ductal carcinoma"},
        {"value": "lobular_carcinoma", "definition": "invasive or infiltrating lobular carcinoma"},
        {"value": "mixed_ductal_and_lobular_carcinoma", "definition": "both in one tumour"},
        {"value": "other", "synonyms": {"en": ["mucinous"]}},
    ],
})  # fmt: skip


@pytest.mark.parametrize(
    ("value", "quote", "expected"),
    [
        ("lobular_carcinoma", "INFILTRATING DUCTAL CARCINOMA", "no_special_type"),
        ("no_special_type", "infiltrating ductal carcinoma", None),
        ("no_special_type", "infiltrating lobular carcinoma", "lobular_carcinoma"),
        ("lobular_carcinoma", "a ductal and lobular carcinoma", "mixed_ductal_and_lobular_carcinoma"),
        ("lobular_carcinoma", "invasive carcinoma", None),
        ("lobular_carcinoma", "mucinous carcinoma", "other"),
        ("lobular_carcinoma", "", None),
    ],
)
def test_the_option_that_is_spoken_of(value: str, quote: str, expected: Any) -> None:
    found = nearer(HISTOLOGY, value, quote)
    assert (None if found is None else found.value) == expected


@given(st.sampled_from(HISTOLOGY.values), st.text(max_size=60))
def test_never_the_one_that_was_chosen(value: str, quote: str) -> None:
    found = nearer(HISTOLOGY, value, quote)
    assert found is None or found.value != value
