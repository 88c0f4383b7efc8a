"""Answers of a run, put back into the form they were written in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from epicrisis import extract
from epicrisis.codebook import loads
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.extraction import ExtractionOptions
from epicrisis.prompting import Form

BOOK = """
name: small
title: Small
variables:
  - {name: lesion, kind: boolean, definition: A lesion is seen.}
  - {name: size, kind: quantity, unit: mm, definition: Size.}
  - {name: grade, kind: ordinal, definition: Grade., options: [1, 2]}
  - {name: summary, kind: text, definition: Summary.}
  - {name: drugs, kind: spans, definition: Drugs.}
  - name: nodes
    kind: group
    definition: Nodes.
    variables:
      - {name: station, kind: text, definition: Station.}
      - {name: enlarged, kind: boolean, definition: Enlarged.}
"""
TEXT = "A lesion of 12 mm, stable. On aspirin. Node 4R is enlarged."
SAID: dict[str, Any] = {
    "lesion": {"quote": "A lesion", "value": True},
    "size": {"quote": "12 mm", "value": "12 mm"},
    "grade": {"quote": None, "value": None},
    "summary": "stable",
    "drugs": [{"text": "aspirin"}],
    "nodes": [{"quote": "Node 4R is enlarged", "station": "4R", "enlarged": True}],
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite"
    options = ExtractionOptions(form=Form.QUOTE_VALUE, second_look=False)
    extract([("a", TEXT)], loads(BOOK), ScriptedEngine(default=SAID), store=path, options=options)
    return path


def test_answers_come_back_as_they_were_written(bench: Callable[[str], ModuleType], store: Path) -> None:
    ((written, generated),) = bench("tokens").sheets(store, "latest")
    assert json.loads(written) == SAID
    assert "\n" not in written
    assert generated == -(-len(json.dumps(SAID)) // 4)


def test_other_forms_of_the_same_answers(bench: Callable[[str], ModuleType], store: Path) -> None:
    ((written, _),) = bench("tokens").sheets(store, "latest", Form.VALUE)
    assert json.loads(written)["size"] == "12 mm"
    assert json.loads(written)["grade"] is None


def test_the_line_is_shorter(bench: Callable[[str], ModuleType], store: Path, tiny_gguf: Path) -> None:
    found = dict(bench("tokens").tokens(tiny_gguf, store, "latest"))
    assert found["answers whose tokens are counted"] == 1
    assert found["tokens of one line"] < found["tokens of JSON indented by 2"]
    assert 0 < found["one line is below JSON indented by 2, %"] < 100
