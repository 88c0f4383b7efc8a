"""What an example shows."""

from __future__ import annotations

from typing import Any

from epicrisis.codebook.codebook import Codebook
from epicrisis.examples.facets import facets
from epicrisis.prompting.worked import Cell, WorkedExample

CODEBOOK = Codebook.model_validate(
    {
        "name": "test",
        "variables": [
            {"name": "grade", "kind": "ordinal", "options": [1, "1"]},
            {"name": "size", "kind": "quantity", "unit": "mm"},
            {"name": "drugs", "kind": "spans", "options": ["drug", "dose"]},
            {"name": "loose", "kind": "spans"},
            {
                "name": "lesions",
                "kind": "group",
                "variables": [{"name": "old", "kind": "boolean"}, {"name": "site", "kind": "text"}],
            },
        ],
    }
)


def shown(**values: Any) -> Any:
    return facets(CODEBOOK, WorkedExample("", {name: Cell(value, None) for name, value in values.items()}))


def test_options_are_values_and_their_types_count() -> None:
    assert len(shown(grade=1).values | shown(grade="1").values) == 2


def test_mentions_show_types_and_groups_their_parts() -> None:
    found = shown(
        drugs=[{"text": "a", "type": "drug"}, {"text": "b", "type": "drug"}],
        lesions=[{"quote": "q", "old": True, "site": "a"}, {"quote": "q", "old": None, "site": "b"}],
    )
    assert {path[:2] for path in found.values} == {("drugs", "value"), ("lesions", "old")}
    assert len(found.values) == 2


def test_open_kinds_are_stated_or_absent() -> None:
    found = shown(size="3 mm", loose=[{"text": "a"}])
    assert not found.values
    assert found.others == {
        ("size", "stated"),
        ("loose", "stated"),
        ("grade", "absent"),
        ("drugs", "absent"),
        ("lesions", "absent"),
    }
