from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Literal

import pytest
from pydantic import BaseModel, Field, field_validator

from epicrisis.codebook import dump, loads
from epicrisis.codebook.importing import from_pydantic
from epicrisis.codebook.lint import lint_codebook
from epicrisis.errors import CodebookError


class Side(Enum):
    LEFT = "left"
    RIGHT = "right"


class Lesion(BaseModel):
    size: float = Field(description="Largest diameter", ge=0, json_schema_extra={"unit": "mm"})
    side: Side | None = None


class Scan(BaseModel):
    scanner: str = Field(alias="Scanner")
    made_on: date | None = None


class BrainMri(BaseModel):
    """What the radiologist saw."""

    infarct: bool = Field(description="Any infarct")
    infarcts: int | None = Field(default=None, ge=0, le=20)
    change: int
    side: Side
    grade: Literal[0, 1, 2]
    atrophy: Literal["none", "mild"] | None
    volume: Decimal
    ratio: float
    conclusion: str = ""
    drugs: list[str] = []
    lesions: list[Lesion]
    scan: Scan
    extra: dict[str, int] = {}

    @field_validator("conclusion")
    @classmethod
    def _stripped(cls, value: str) -> str:
        return value.strip()


def test_a_class_becomes_a_codebook() -> None:
    codebook, notes = from_pydantic(BrainMri)
    assert codebook.name == "brain-mri"
    assert codebook.instructions == "What the radiologist saw."
    assert [(one.name, one.kind) for one in codebook.variables] == [
        ("infarct", "boolean"),
        ("infarcts", "count"),
        ("change", "quantity"),
        ("side", "category"),
        ("grade", "category"),
        ("atrophy", "category"),
        ("volume", "quantity"),
        ("ratio", "quantity"),
        ("conclusion", "text"),
        ("drugs", "spans"),
        ("lesions", "group"),
        ("scan_scanner", "text"),
        ("scan_made_on", "date"),
    ]
    assert codebook["infarct"].definition == "Any infarct"
    assert codebook["infarct"].label is None
    assert str(codebook["infarcts"].range) == "0 to 20"
    assert codebook["side"].values == ["left", "right"]
    assert codebook["grade"].values == [0, 1, 2]
    size, side = codebook["lesions"].variables
    assert (size.unit, size.range.min, size.definition) == ("mm", 0, "Largest diameter")
    assert side.values == ["left", "right"]
    assert "extra: skipped: an object without named properties" in notes
    assert "ratio: has no unit; '1' stands in for it" in notes
    assert "BrainMri: its validators are not taken over" in notes
    assert not [one for one in lint_codebook(codebook) if one.is_error]
    assert loads(dump(codebook)) == codebook


class Node(BaseModel):
    size: int = Field(ge=0)
    children: list[Node] = []


class Odd(BaseModel):
    call: Callable[[], int]


class Empty(BaseModel):
    pass


def test_a_class_that_holds_itself_ends() -> None:
    codebook, notes = from_pydantic(Node, name="tree")
    assert codebook.name == "tree"
    assert codebook["size"].kind == "count"
    assert any("refers to itself" in one for one in notes)


@pytest.mark.parametrize(("model", "words"), [(Odd, "no JSON Schema"), (Empty, "no object with properties")])
def test_a_class_without_anything_to_extract(model: type[BaseModel], words: str) -> None:
    with pytest.raises(CodebookError, match=words) as caught:
        from_pydantic(model)
    assert model.__name__ in (caught.value.path or "")
