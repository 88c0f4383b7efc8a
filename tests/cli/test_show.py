"""``codebook show`` prints what the model sees, word for word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from epicrisis.cli import run
from epicrisis.codebook import loads
from epicrisis.extraction import ExtractionOptions
from epicrisis.prompting import Prompt

CODEBOOK = """\
name: kidney
variables:
  - {name: side, kind: category, definition: The side., options: [left, right]}
  - {name: normal, kind: boolean, definition: Whether the kidney is called normal.}
"""


@pytest.fixture
def codebook(tmp_path: Path) -> Path:
    path = tmp_path / "kidney.yaml"
    path.write_text(CODEBOOK, encoding="utf-8")
    return path


def test_every_message_is_shown(codebook: Path, tiny_gguf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "show", str(codebook), "--engine", str(tiny_gguf)]) == 0
    printed = capsys.readouterr()
    options = ExtractionOptions()
    prompt = Prompt(loads(CODEBOOK), options.form, absent=options.absent, examples=options.examples)
    for message in prompt.messages("(the report's text)"):
        assert message.content in printed.out
    assert "tokens (counted by" in printed.err


def test_without_a_model_the_size_is_an_estimate(
    codebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "empty"))
    assert run(["codebook", "show", str(codebook)]) == 0
    assert "estimated" in capsys.readouterr().err


def test_the_schema_alone(codebook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "show", str(codebook), "--schema"]) == 0
    assert list(json.loads(capsys.readouterr().out)["properties"]) == ["side", "normal"]
