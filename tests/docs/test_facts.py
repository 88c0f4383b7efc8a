"""Facts that the pages state are the program's."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from epicrisis import __version__
from epicrisis.api import DEFAULT_ENGINE
from epicrisis.engines.embedded import DEFAULT_CONTEXT
from epicrisis.extraction.answer import Grade, Status
from epicrisis.extraction.likeness import FUZZY_MINIMUM, FUZZY_THRESHOLD, WORD_THRESHOLD
from epicrisis.extraction.options import DEFAULT_FORM
from epicrisis.extraction.support import _REACH
from epicrisis.prompting.form import Form
from epicrisis.prompting.schema import QUOTE_LENGTH


def _page(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def test_the_page_on_statuses_knows_them_all(root: Path) -> None:
    text = _page(root, "docs/explanation/statuses-and-evidence.md")
    for word in (*Status, *Grade):
        assert f"| `{word}` |" in text
    for number in (FUZZY_THRESHOLD, WORD_THRESHOLD, FUZZY_MINIMUM, _REACH, QUOTE_LENGTH):
        assert re.search(rf"\b{number:g}\b", text), number


def test_the_page_on_evidence_modes_knows_the_forms_and_which_is_the_default(root: Path) -> None:
    text = _page(root, "docs/explanation/evidence-modes.md")
    assert [form for form in Form if f"| `{form}` |" not in text] == []
    assert f"The default is `{DEFAULT_FORM}`." in text
    assert "| breast (6) |" in text, "the table of what was measured"


def test_the_default_context_is_the_one_on_the_pages(root: Path) -> None:
    for name in ("docs/tutorial.md", "docs/how-to/models.md", "docs/design/decisions.md"):
        assert f"{DEFAULT_CONTEXT:,}" in _page(root, name), name


def test_the_readme_names_the_default_model(root: Path) -> None:
    assert DEFAULT_ENGINE in _page(root, "README.md")


def test_the_version_is_everywhere_the_same(root: Path) -> None:
    citation = yaml.safe_load(_page(root, "CITATION.cff"))
    assert citation["version"] == __version__.partition(".dev")[0]
    assert citation["license"] == "Apache-2.0"
    assert f"## [{citation['version']}]" in _page(root, "CHANGELOG.md")
