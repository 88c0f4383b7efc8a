"""``epicrisis extract --translate``: what is kept beside the store, and what is asked again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from epicrisis.api import extract
from epicrisis.cli.exits import DONE, NOT_STARTED
from epicrisis.extraction import ExtractionOptions
from epicrisis.runs.run import StoredRun

KEPT = Path(".epicrisis") / "translations.sqlite"


def translations(epicrisis: Any) -> int:
    return sum(one.messages[0].content.startswith("You translate") for one in epicrisis.engine.requests)


def test_translations_are_kept_beside_the_store(epicrisis: Any) -> None:
    assert epicrisis.extract("--translate", "en").code == DONE
    asked = translations(epicrisis)
    assert asked >= 3
    assert KEPT.exists()
    assert StoredRun.open(None, "latest").manifest.options["translate"] == "en"
    assert epicrisis.extract("--translate", "en", "--fresh").code == DONE
    assert translations(epicrisis) == asked


def test_it_is_another_run(epicrisis: Any) -> None:
    epicrisis.extract()
    assert not translations(epicrisis)
    assert not KEPT.exists()
    assert "known before" not in epicrisis.extract("--translate", "en").out
    assert "3 known before" in epicrisis.extract("--translate", "en").out


def test_without_text_none_are_kept(epicrisis: Any) -> None:
    assert epicrisis.extract("--translate", "en", "--no-text").code == DONE
    assert translations(epicrisis)
    assert not KEPT.exists()


def test_what_is_no_language(epicrisis: Any) -> None:
    result = epicrisis.extract("--translate", "English please")
    assert result.code == NOT_STARTED
    assert "is not a language" in result.err
    assert epicrisis.openings == 0


def test_from_python(epicrisis: Any) -> None:
    options = ExtractionOptions(translate="en")
    extract("reports.csv", "codebook.yaml", epicrisis.engine, options=options, keep_text=False)
    assert not KEPT.exists()
    asked = translations(epicrisis)
    extract("reports.csv", "codebook.yaml", epicrisis.engine, options=options, fresh=True)
    assert KEPT.exists()
    extract("reports.csv", "codebook.yaml", epicrisis.engine, options=options, fresh=True)
    assert translations(epicrisis) == 2 * asked
