from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from epicrisis.codebook import loads
from epicrisis.errors import ReadingError
from epicrisis.evaluation.gold import GoldCell, read_gold
from epicrisis.extraction.answer import Status

CODEBOOK = loads(
    """
name: small
variables:
  - {name: size, kind: quantity, unit: mm, definition: Size.}
  - {name: grade, kind: ordinal, definition: Grade., options: [1, 1.5, 2]}
"""
)


def gold(tmp_path: Path, text: str) -> Mapping[str, Mapping[str, GoldCell]]:
    path = tmp_path / "gold.csv"
    path.write_text(text, encoding="utf-8")
    return read_gold(path, CODEBOOK).cells


def test_values_have_the_variables_own_types(tmp_path: Path) -> None:
    found = gold(tmp_path, "id,size,grade\n007,3 cm,1.5\n8,12,2\n")
    assert found["007"]["size"].value == {"value": 30.0, "unit": "mm"}
    assert found["007"]["grade"].value == 1.5
    assert found["8"]["size"].value == {"value": 12.0, "unit": "mm"}


def test_a_blank_cell_is_not_mentioned_unless_it_says_otherwise(tmp_path: Path) -> None:
    found = gold(
        tmp_path, "id,size,grade,grade__status,size__evidence\n1,5,,not_applicable,5 mm groot\n2,,,,\n"
    )
    assert found["1"]["grade"] == GoldCell(Status.NOT_APPLICABLE)
    assert found["1"]["size"].quote == "5 mm groot"
    assert found["2"]["size"] == GoldCell(Status.NOT_MENTIONED)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("id,size\n1,5\n2,huge\n", 3, "size"),
        ("id,grade\n1,9\n", 2, "1.5"),
        ("id,grade,grade__status\n1,1,sure\n", 2, "no known status"),
        ("name,colour\n1,red\n", None, "id"),
    ],
)
def test_what_the_codebook_does_not_allow_is_named(
    tmp_path: Path, text: str, line: int | None, word: str
) -> None:
    with pytest.raises(ReadingError) as caught:
        gold(tmp_path, text)
    assert caught.value.line == line
    assert word in str(caught.value)
