"""Values in a few words."""

from __future__ import annotations

from typing import Any

import pytest

from epicrisis.evaluation.shown import shown


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "true"),
        (0.1 + 0.2, "0.3"),
        ({"value": 25.0, "unit": "mm"}, "25 mm"),
        ({"value": 25.0, "unit": "mm", "written": "2,5 cm"}, "25 mm"),
        ({"value": 0.15, "unit": "1"}, "0.15"),
        ([{"text": "lesion", "type": "finding", "start": 0, "end": 6}], "lesion [finding]"),
        ([], "(no items)"),
        ("a\nb", "a b"),
    ],
)
def test_each_kind_in_a_few_words(value: Any, words: str) -> None:
    assert shown(value) == words


def test_long_values_are_cut() -> None:
    assert shown("x" * 200, 10) == "x" * 9 + "…"
