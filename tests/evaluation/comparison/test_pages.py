"""The comparison as a page: the same numbers, whole, and nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from epicrisis.evaluation.comparison.compare import compare
from epicrisis.evaluation.comparison.html import html
from epicrisis.evaluation.comparison.markdown import markdown
from epicrisis.evaluation.comparison.words import signed
from epicrisis.evaluation.estimate import Estimate

_VOID = {"meta", "br", "line", "path", "circle"}


class _Elements(HTMLParser):
    """Checks that tags are closed in order, and collects what is there."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def comparison(two: Callable[[], Any]) -> Any:
    first, second, gold = two()
    return compare([first, second], gold, draws=100)


def test_the_page_is_whole_and_needs_nothing_else(comparison: Any) -> None:
    page = html(comparison)
    elements = _Elements()
    elements.feed(page)
    assert elements.open == []
    assert not [tag for tag, _ in elements.seen if tag in ("script", "link", "img", "iframe")]
    assert "http" not in page
    assert "url(" not in page


def test_the_page_has_a_row_and_a_drawing_for_every_difference(comparison: Any) -> None:
    elements = _Elements()
    elements.feed(html(comparison))
    drawings = [attributes for tag, attributes in elements.seen if tag == "svg"]
    differences = [one for variable in comparison.variables for one in variable.differences]
    differences += comparison.overall
    assert len(drawings) == len(differences)
    for one in differences:
        assert signed(one.difference) in elements.text
    assert "exact, 16 gained, 0 lost" in elements.text


def test_markdown_has_the_same_numbers(comparison: Any) -> None:
    text = markdown(comparison)
    for variable in comparison.variables:
        for one in variable.differences:
            assert signed(one.difference) in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count(" |") for line in tables} == {8, 9}


def test_names_cannot_become_markup(comparison: Any) -> None:
    strange = replace(comparison, gold="<script>alert(1)</script> | *x*")
    page, text = html(strange), markdown(strange)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "\\<script\\>" in text
    assert "\\| \\*x\\*" in text


@pytest.mark.parametrize(
    ("estimate", "expected"),
    [
        (Estimate(0.1, 9, -0.05, 0.25), "+0.100 (-0.050 to +0.250)"),
        (Estimate(-0.0001, 9), "0.000"),
        (Estimate(None, 0), "not defined"),
    ],
)
def test_a_difference_in_words(estimate: Estimate, expected: str) -> None:
    assert signed(estimate) == expected


def test_the_page_says_how_the_numbers_were_made(comparison: Any) -> None:
    text = re.sub(r"\s+", " ", html(comparison))
    for source in ("Efron 1987", "McNemar&#39;s (1947)", "Edwards", "Holm"):
        assert source in text
    assert "100 draws" in text
