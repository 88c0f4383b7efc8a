"""A codebook with something for an injected instruction to aim at in every kind that has a target."""

from __future__ import annotations

import pytest

from epicrisis.codebook.codebook import Codebook

VARIABLES = [
    {"name": "side", "kind": "category", "options": ["left", "right", "both"]},
    {"name": "grade", "kind": "ordinal", "options": [0, 1, 2, 3]},
    {"name": "normal", "kind": "boolean"},
    {"name": "lesions", "kind": "count"},
    {"name": "small_count", "kind": "count", "range": {"min": 0, "max": 3}},
    {"name": "size", "kind": "quantity", "unit": "mm"},
    {"name": "seen", "kind": "date"},
    {"name": "words", "kind": "text"},
]


@pytest.fixture
def codebook() -> Codebook:
    return Codebook.model_validate({"name": "kidney", "languages": ["nl"], "variables": VARIABLES})
