"""The file of translations: what it keeps, who may read it, and that it never stops a run."""

from __future__ import annotations

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from epicrisis.errors import StoreError
from epicrisis.runs.translations import Translations, translations_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return translations_path(tmp_path / "new" / "store.sqlite")


def test_what_was_kept_is_there_the_next_time(path: Path) -> None:
    with Translations(path) as kept:
        assert "a" not in kept
        assert not path.exists()
        kept["a"] = "one"
        kept["a"] = "two"
        kept["b"] = "three"
    with Translations(path) as kept:
        assert dict(kept) == {"a": "two", "b": "three"}
        del kept["a"]
        assert (len(kept), kept.get("a")) == (1, None)
        with pytest.raises(KeyError):
            del kept["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_only_its_owner_reads_it(path: Path) -> None:
    with Translations(path) as kept:
        kept["a"] = "one"
        assert [one.stat().st_mode & 0o077 for one in (path, path.parent)] == [0, 0]
    assert (path.parent / ".gitignore").read_text() == "*\n"


def test_from_several_threads(path: Path) -> None:
    with Translations(path) as kept, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: kept.update({str(number): "words"}), range(40)))
        assert len(kept) == 40


def test_a_file_that_is_something_else(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("This is no database, however long one reads on in it." * 20)
    with pytest.raises(StoreError), Translations(path):
        pass


def test_trouble_later_on_only_costs_the_saving(path: Path) -> None:
    with Translations(path) as kept:
        kept["a"] = "one"
        other = sqlite3.connect(path)
        other.execute("DROP TABLE translation")
        other.close()
        assert kept.get("a") is None
        kept["b"] = "two"
        assert kept.get("b") is None
