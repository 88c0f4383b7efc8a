"""``epicrisis models`` and ``epicrisis doctor`` as typed on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cyclopts import App

from epicrisis.cli.doctor import doctor
from epicrisis.cli.models import fetch_progress, models_app
from epicrisis.engines.catalogue import CATALOGUE, DEFAULT_MODEL
from epicrisis.engines.store import ModelStore, Progress
from epicrisis.errors import ModelError, OptionError


def run(*words: str) -> object:
    app = App(name="epicrisis", result_action="return_value")
    app.command(models_app)
    app.command(doctor)
    return app(words)


@pytest.fixture
def stored() -> Path:
    """A model in the store that the catalogue does not know."""
    import hashlib

    digest = hashlib.sha256(b"weights").hexdigest()
    path = ModelStore().path(digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"weights")
    return path


def test_list(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("models", "list", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [*(model.name for model in CATALOGUE), stored.stem[:12]]
    assert [row["path"] for row in rows][-1] == str(stored)
    run("models", "list")
    assert "Apache-2.0" in capsys.readouterr().out


def test_pull_of_a_model_that_is_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = ModelStore().path(CATALOGUE[0].sha256)
    monkeypatch.setattr(ModelStore, "find", lambda self, model: path)
    run("models", "pull", DEFAULT_MODEL)
    assert CATALOGUE[0].digest in capsys.readouterr().out


def test_pull_of_what_needs_none(tiny_gguf: Path) -> None:
    with pytest.raises(OptionError, match="needs no fetching"):
        run("models", "pull", str(tiny_gguf))


def test_verify(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("models", "verify") == 0
    stored.write_bytes(b"weight$")
    assert run("models", "verify", stored.stem[:8]) == 1
    assert "damaged" in capsys.readouterr().out


def test_verify_without_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("models", "verify") == 0
    assert "no models" in capsys.readouterr().out


def test_rm(stored: Path) -> None:
    run("models", "rm", stored.stem[:10])
    assert not stored.exists()
    with pytest.raises(ModelError, match="models list"):
        run("models", "rm", DEFAULT_MODEL)


def test_doctor(tiny_gguf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor", "--engine", str(tiny_gguf)) == 0
    assert "llama.cpp" in capsys.readouterr().out
    assert run("doctor", "--engine", str(tmp_path / "none.gguf"), "--json") == 1
    levels = {check["name"]: check["level"] for check in json.loads(capsys.readouterr().out)}
    assert levels["model"] == "fail"


def test_progress_is_drawn_on_stderr_only(capsys: pytest.CaptureFixture[str]) -> None:
    with fetch_progress() as report:
        report(Progress("m", 10, 100, "PyPI"))
        report(Progress("m", 100, 100, "PyPI"))
    out, err = capsys.readouterr()
    assert out == ""
    assert "Fetching m from PyPI" in err
