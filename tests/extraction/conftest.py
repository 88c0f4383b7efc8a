"""A codebook with every kind of variable, and a scripted extractor for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.engines.engine import Reply
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions, Extractor

VARIABLES: list[dict[str, Any]] = [
    {
        "name": "infarct",
        "kind": "boolean",
        "label": {"nl": "Infarct", "en": "Infarction"},
        "synonyms": {"nl": ["CVA"]},
    },
    {
        "name": "infarct_count",
        "kind": "count",
        "range": {"max": 20},
        "when": "infarct == true",
        "synonyms": {"nl": ["infarcten"]},
    },
    {
        "name": "side",
        "kind": "category",
        "options": [
            {"value": "left", "label": {"nl": "links"}},
            {"value": "right", "synonyms": {"nl": ["rechts"]}},
            "both_sides",
        ],
        "when": "infarct_count >= 1",
    },
    {"name": "mta", "kind": "ordinal", "options": [0, 1, 2, 2.5], "synonyms": {"en": ["MTA"]}},
    {
        "name": "size",
        "kind": "quantity",
        "unit": "mm",
        "range": {"max": 200},
        "label": {"nl": "diameter"},
    },
    {"name": "seen", "kind": "date"},
    {"name": "conclusion", "kind": "text", "max_length": 60},
    {"name": "drugs", "kind": "spans", "options": ["drug", "dose"], "max_items": 5},
    {
        "name": "lesions",
        "kind": "group",
        "max_items": 3,
        "variables": [
            {"name": "site", "kind": "text"},
            {"name": "width", "kind": "quantity", "unit": "mm", "range": {"max": 100}},
            {"name": "old", "kind": "boolean"},
            {"name": "age", "kind": "count", "when": "old == true"},
        ],
    },
]


def make(*variables: dict[str, Any]) -> Codebook:
    """A codebook of these variables."""
    return Codebook.model_validate({"name": "test", "languages": ["nl", "en"], "variables": list(variables)})


@pytest.fixture(scope="session")
def codebook() -> Codebook:
    """Every kind of variable, a chain of ``when``."""
    return make(*VARIABLES)


@pytest.fixture(scope="session")
def codebook_of() -> Callable[..., Codebook]:
    return make


class Scripted:
    """An extractor with the engine that answers it in turn."""

    def __init__(
        self, codebook: Codebook, replies: list[Any], engine: dict[str, Any], options: dict[str, Any]
    ) -> None:
        self.engine = ScriptedEngine(default=list(replies), **engine)
        chosen = ExtractionOptions(**{"second_look": False, **options})
        self.extractor = Extractor(codebook, self.engine, chosen)

    @property
    def requests(self) -> list[Any]:
        return list(self.engine.requests)


@pytest.fixture
def scripted() -> Callable[..., Scripted]:
    def start(
        codebook: Codebook, *replies: Any, engine: dict[str, Any] | None = None, **options: Any
    ) -> Scripted:
        return Scripted(codebook, list(replies), engine or {}, options)

    return start


def cut(text: str, finish: Any = "length", **more: Any) -> Reply:
    """A reply that ended for another reason than being done."""
    return Reply(text=text, finish=finish, prompt_tokens=100, completion_tokens=10, **more)


@pytest.fixture(scope="session")
def reply() -> Callable[..., Reply]:
    return cut
