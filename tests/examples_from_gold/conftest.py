"""A codebook with every kind of variable, and gold cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.evaluation.gold import GoldCell
from epicrisis.extraction.answer import Status

VARIABLES: list[dict[str, Any]] = [
    {"name": "infarct", "kind": "boolean", "label": {"nl": "infarct"}},
    {"name": "infarct_count", "kind": "count", "when": "infarct == true", "synonyms": {"nl": ["infarcten"]}},
    {
        "name": "side",
        "kind": "category",
        "label": {"nl": "zijde"},
        "options": [
            {"value": "left", "label": {"nl": "links"}},
            {"value": "right", "label": {"nl": "rechts"}},
        ],
    },
    {"name": "mta", "kind": "ordinal", "options": [0, 1, 2]},
    {"name": "size", "kind": "quantity", "unit": "mm", "label": {"nl": "diameter"}},
    {"name": "seen", "kind": "date"},
    {"name": "conclusion", "kind": "text", "max_length": 40},
    {"name": "drugs", "kind": "spans", "options": ["drug", "dose"], "max_items": 3},
    {
        "name": "lesions",
        "kind": "group",
        "max_items": 3,
        "variables": [
            {"name": "site", "kind": "text"},
            {"name": "width", "kind": "quantity", "unit": "mm"},
            {"name": "old", "kind": "boolean"},
        ],
    },
]


def make(*variables: dict[str, Any]) -> Codebook:
    return Codebook.model_validate({"name": "test", "languages": ["nl"], "variables": list(variables)})


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    return make(*VARIABLES)


@pytest.fixture(scope="session")
def codebook_of() -> Callable[..., Codebook]:
    return make


def cell(value: Any = None, quote: str | None = None, status: Status | None = None) -> GoldCell:
    """A human's answer; ``None`` is silence."""
    return GoldCell(status or (Status.NOT_MENTIONED if value is None else Status.STATED), value, quote)


@pytest.fixture(scope="session")
def human() -> Callable[..., GoldCell]:
    return cell
