"""The shipped codebook, and one with every kind of variable."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis import library
from epicrisis.codebook import load
from epicrisis.codebook.codebook import Codebook

ALL_KINDS: dict[str, Any] = {
    "name": "all",
    "languages": ["nl", "en"],
    "instructions": "Lees het hele verslag.",
    "variables": [
        {
            "name": "infarct",
            "kind": "boolean",
            "label": {"nl": "Herseninfarct", "en": "Infarction"},
            "definition": "Any infarct, old or new.",
            "include": ["lacunes"],
            "exclude": ["microbleeds"],
            "synonyms": {"nl": ["CVA", "beroerte"], "en": ["stroke"], "de": ["Schlaganfall"]},
        },
        {"name": "infarct_count", "kind": "count", "range": {"max": 20}, "when": "infarct == true"},
        {
            "name": "side",
            "kind": "category",
            "definition": "Side of the largest.",
            "options": [
                {"value": "left", "label": {"nl": "links"}, "definition": "left of the midline"},
                {"value": "right", "synonyms": {"nl": ["rechterkant"]}},
                'both "sides" | ünd',
            ],
            "when": "infarct_count >= 1",
        },
        {"name": "mta", "kind": "ordinal", "options": [0, 0.5, {"value": 1, "definition": "mild"}, 2]},
        {"name": "sex", "kind": "category", "options": ["m", "f"], "statuses": ["stated", "inferred"]},
        {"name": "size", "kind": "quantity", "unit": "mm", "range": {"min": 1, "max": 200}},
        {
            "name": "gfr",
            "kind": "quantity",
            "unit": "mL/min/1.73m^2",
            "units": ["ml/min (MDRD)", "% [pred.]"],
        },
        {"name": "platelets", "kind": "quantity", "unit": "10^9/L", "units": ["x10*9/l", "#-&~{}$?+\\|"]},
        {"name": "fever", "kind": "quantity", "unit": "°C"},
        {"name": "seen", "kind": "date"},
        {"name": "conclusion", "kind": "text", "max_length": 80},
        {"name": "drugs", "kind": "spans", "options": ["drug", {"value": "dose", "definition": "with unit"}]},
        {"name": "places", "kind": "spans", "max_items": 3},
        {
            "name": "lesions",
            "kind": "group",
            "max_items": 4,
            "definition": "Each lesion.",
            "variables": [
                {"name": "site", "kind": "text", "max_length": 40, "definition": "Where it is."},
                {"name": "width", "kind": "quantity", "unit": "cm"},
                {"name": "old", "kind": "boolean"},
                {
                    "name": "grade",
                    "kind": "ordinal",
                    "options": [1, {"value": 2, "definition": "second degree"}],
                },
                {"name": "type", "kind": "category", "options": ["a", "b"], "statuses": ["stated"]},
                {"name": "count", "kind": "count"},
                {"name": "day", "kind": "date"},
            ],
        },
    ],
}


@pytest.fixture(scope="session")
def all_kinds() -> Codebook:
    return Codebook.model_validate(ALL_KINDS)


@pytest.fixture(scope="session")
def brain() -> Codebook:
    return load(library.path("brain-mri") / library.CODEBOOK_FILE)


@pytest.fixture(scope="session", params=["all_kinds", "brain"])
def codebook(request: pytest.FixtureRequest) -> Codebook:
    found: Codebook = request.getfixturevalue(request.param)
    return found
