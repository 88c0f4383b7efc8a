"""What is said of a base's licence."""

from __future__ import annotations

from pathlib import Path

import pytest

from epicrisis.tuning.licence import licence_of_folder, licence_warning


@pytest.mark.parametrize("licence", ["Apache-2.0", "mit", "MIT", "BSD-3-Clause", "cc-by-4.0"])
def test_free_licences_need_no_words(licence: str) -> None:
    assert licence_warning(licence, "a model") is None


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("cc-by-nd-4.0", "forbids derived models"),
        ("cc-by-nc-4.0", "allows research alone"),
        ("cc-by-nc-nd-4.0", "forbids derived models"),
        ("qwen-research", "allows research alone"),
        ("llama3.1", "terms of its own"),
        (None, "is not known"),
        ("", "is not known"),
    ],
)
def test_others_are_warned_of(licence: str | None, words: str) -> None:
    warning = licence_warning(licence, "a model")
    assert warning is not None
    assert words in warning
    assert "a model" in warning


def test_a_folder_says_its_licence_in_its_readme(tmp_path: Path) -> None:
    assert licence_of_folder(tmp_path) is None
    readme = tmp_path / "README.md"
    readme.write_text("---\nlicense: apache-2.0\n---\n# A model\n")
    assert licence_of_folder(tmp_path) == "apache-2.0"
    readme.write_text("---\nlicense: other\nlicense_name: qwen-research\n---\n")
    assert licence_of_folder(tmp_path) == "qwen-research"
    for broken in ("# A model", "---\n[", "---\n- list\n---\n", "words --- license: mit --- more"):
        readme.write_text(broken)
        assert licence_of_folder(tmp_path) is None
