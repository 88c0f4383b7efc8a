"""Words of the report that a value can rest on."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.codebook.codebook import Codebook
from epicrisis.extraction.answer import Grade
from epicrisis.extraction.grounding import Grounds
from epicrisis.extraction.support import support


def words(codebook: Codebook, name: str, value: Any, text: str, near: int = 0) -> str | None:
    found = support(codebook[name], value, Grounds(text), near)
    if found is None:
        return None
    assert text[found.start : found.end] == found.quote
    assert found.grade in (Grade.NORMALISED, Grade.EXACT)
    return found.quote


def mm(number: float) -> dict[str, Any]:
    return {"value": number, "unit": "mm"}


@pytest.mark.parametrize(
    ("name", "value", "text", "expected"),
    [
        ("mta", 2, "GCA 2. MTA links 2, rechts 1.", "MTA links 2"),
        ("mta", 2, "MTA 2.0 beiderzijds", "MTA 2.0"),
        ("mta", 2.5, "mta-score: 2,5", "mta-score: 2,5"),
        ("mta", 2, "Graad 2 MTA", "2 MTA"),
        ("mta", 2, "1 MTA, verder MTA 2, 2 lacunes", "MTA 2"),
        ("mta", 2, "MTA 2.5", None),
        ("mta", 2.5, "MTA 2", None),
        ("mta", 2, "MTA niet te beoordelen. GCA 2", None),  # another sentence
        ("mta", 2, "MTA\n2 lacunes", None),
        ("mta", 2, "MTA; 2 lacunes", None),
        ("mta", 2, "MTA " + "x" * 49 + " 2", None),  # too far
        ("mta", 2, "GCA 2", None),
        ("mta", 2, "MTA 12", None),
        ("infarct_count", 3, "3 infarcten", "3 infarcten"),
        ("infarct_count", 3, "drie infarcten", None),
        ("size", mm(12), "diameter van 12 mm", "diameter van 12 mm"),
        ("size", mm(12), "diameter van 12mm", "diameter van 12mm"),
        ("size", mm(12), "diameter van 1,2 cm", "diameter van 1,2 cm"),
        ("size", mm(12.5), "diameter van 12.5 mm", "diameter van 12.5 mm"),
        ("size", mm(2.55), "diameter van 2.5 mm", None),
        ("size", mm(30), "diameter 3 dagen later", None),  # 3 only with its unit
        ("size", mm(12), "diameter 12", "diameter 12"),
        ("size", mm(12), "diameter 12 cm", None),
        ("size", mm(12), "diameter 12cm", None),
        ("size", mm(150), "diameter 150 mm", "diameter 150 mm"),
        ("side", "left", "infarct links", "links"),
        ("side", "left", "infarct left", "left"),
        ("side", "right", "laesie RECHTS", "RECHTS"),
        ("side", "both_sides", "on both sides", "both sides"),
        ("side", "left", "linkszijdig", None),
        ("infarct", True, "Oud CVA", "CVA"),
        ("infarct", False, "Geen infarct", "infarct"),
        ("infarct", True, "tumor", None),
        ("conclusion", "oud infarct", "een oud infarct links", "oud infarct"),
        ("conclusion", "oude bloeding", "een oud infarct", None),
        ("seen", "2020", "2020", None),
    ],
)
def test_support(codebook: Codebook, name: str, value: Any, text: str, expected: str | None) -> None:
    assert words(codebook, name, value, text) == expected


def test_the_nearest_place(codebook: Codebook) -> None:
    text = "MTA 2, MTA 2, MTA 2"
    found = support(codebook["mta"], 2, Grounds(text), near=15)
    assert found is not None
    assert found.start == 14
    found = support(codebook["infarct"], True, Grounds("CVA, CVA, CVA"), near=6)
    assert found is not None
    assert found.start == 5


def test_large_numbers_are_written_out(codebook_of: Any) -> None:
    codebook = codebook_of({"name": "platelets", "kind": "count"})
    assert words(codebook, "platelets", 1234567, "platelets 1234567") == "platelets 1234567"


def test_many_words_and_many_numbers(codebook: Codebook) -> None:
    text = "MTA 1 " * 3000
    assert words(codebook, "mta", 1, text) == "MTA 1"
    assert words(codebook, "mta", 2, text) is None
