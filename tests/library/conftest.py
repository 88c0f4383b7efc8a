"""The shipped brain-MRI codebook, its reports and its gold, read with the standard library."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from epicrisis import library
from epicrisis.codebook.codebook import Codebook

Rows = dict[str, dict[str, str]]


@pytest.fixture(scope="session")
def folder() -> Path:
    return library.path("brain-mri")


@pytest.fixture(scope="session")
def codebook(folder: Path) -> Codebook:
    content = (folder / library.CODEBOOK_FILE).read_text(encoding="utf-8")
    return Codebook.model_validate(yaml.safe_load(content))


@pytest.fixture(scope="session")
def reports(folder: Path) -> Rows:
    return _rows(folder / library.REPORTS_FILE)


@pytest.fixture(scope="session")
def gold(folder: Path) -> Rows:
    return _rows(folder / library.GOLD_FILE)


def _rows(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows), "an id occurs twice"
    return by_id
