"""The command ``epicrisis codebook``, as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from epicrisis.cli import run
from epicrisis.codebook import lint, load, loads


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codebook(*arguments: str) -> int:
    return run(["codebook", *arguments])


def test_new_writes_a_codebook_that_lints_clean(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codebook("new", "brain-mri", "--language", "nl", "--language", "en") == 0
    assert load(folder / "brain-mri.yaml").languages == ["nl", "en"]
    assert codebook("lint", "brain-mri.yaml") == 0
    assert "1 codebook: 0 errors, 0 warnings" in capsys.readouterr().err


def test_new_does_not_replace_a_file_unless_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.yaml").write_text("precious")
    assert codebook("new", "a") == 2
    assert "there already" in capsys.readouterr().err
    assert (folder / "a.yaml").read_text() == "precious"
    assert codebook("new", "a", "--overwrite") == 0
    assert codebook("new", "b", "--out", "none/b.yaml") == 2
    assert "Cannot be written" in capsys.readouterr().err


def test_new_goes_to_standard_output_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codebook("new", "a", "--out", "-") == 0
    assert lint(capsys.readouterr().out) == []
    assert list(folder.iterdir()) == []


def test_new_explains_a_bad_name_and_a_bad_language(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codebook("new", "a/b") == 2
    assert codebook("new", "a", "--language", "dutch") == 2
    error = capsys.readouterr().err
    assert "For example: a-b" in error
    assert "Write 'nl'." in error
    assert list(folder.iterdir()) == []


def test_lint_prints_file_line_and_fix_for_all_files(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").write_text("name: x\ntitel: y\nvariables:\n  - {name: a, kind: bool}\n")
    (folder / "warned.yaml").write_text("name: x\nvariables:\n  - {name: a, kind: boolean}\n")
    assert codebook("lint", "bad.yaml", "none.yaml", "warned.yaml") == 1
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert lines[0] == "bad.yaml:2: error: 'titel' is not a key of a codebook. Did you mean 'title'?"
    assert any(line.startswith("none.yaml: error: There is no such codebook.") for line in lines)
    assert "3 codebooks: 3 errors, 2 warnings" in printed.err
    assert codebook("lint", "warned.yaml") == 0


def test_lint_prints_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.yaml").write_text("name: x\nvariables: []\n")
    assert codebook("lint", "bad.yaml", "--json") == 1
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding["path"] == "bad.yaml"
    assert finding["line"] == 2
    assert finding["level"] == "error"
    assert set(finding) == {"path", "line", "level", "message", "fix"}


REDCAP = """\
Variable / Field Name,Form Name,Field Type,Field Label,"Choices, Calculations, OR Slider Labels"
record_id,mri,text,Record,
infarct,mri,yesno,Infarct,
hb,lab,text,Hb,
"""


def test_import_prints_the_codebook_and_says_what_was_lost(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "study.csv").write_text(REDCAP)
    assert codebook("import", "study.csv") == 0
    printed = capsys.readouterr()
    assert loads(printed.out).names == ["infarct", "hb"]
    assert "note: record_id: skipped: the record's own id" in printed.err
    assert "2 variables, 1 note." in printed.err
    assert "2 variables without a definition" in printed.err
    assert codebook("import", "study.csv", "--form", "lab", "--out", "lab.yaml") == 0
    assert load(folder / "lab.yaml").names == ["hb"]


def test_import_of_a_json_schema(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "s.json").write_text('{"properties": {"a": {"type": "boolean"}}}')
    assert codebook("import", "s.json") == 0
    assert loads(capsys.readouterr().out).names == ["a"]
    assert codebook("import", "s.json", "--form", "x") == 2


MODULE = """\
from pathlib import Path
from pydantic import BaseModel
Path("it_ran").touch()
class Study(BaseModel):
    infarct: bool
other = 3
"""


def test_a_class_is_imported_only_when_told_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "study_models_here.py").write_text(MODULE)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert codebook("import", "study_models_here:Study") == 2
    assert "--from pydantic" in capsys.readouterr().err
    assert not (folder / "it_ran").exists()
    before = list(sys.path)
    assert codebook("import", "study_models_here:Study", "--from", "pydantic") == 0
    assert loads(capsys.readouterr().out).names == ["infarct"]
    assert (folder / "it_ran").exists()
    assert sys.path == before
    for address, words in (
        ("study_models_here:Other", "has no 'Other'"),
        ("study_models_here:other", "not a Pydantic model class"),
        ("no_such_module_here:A", "no module 'no_such_module_here'"),
        ("study.py", "does not name a class"),
    ):
        assert codebook("import", address, "--from", "pydantic") == 2
        assert words in capsys.readouterr().err
    (folder / "broken_models_here.py").write_text("1 / 0")
    assert codebook("import", "broken_models_here:A", "--from", "pydantic") == 2
    assert "cannot be imported: ZeroDivisionError" in capsys.readouterr().err


def test_import_of_something_unclear(capsys: pytest.CaptureFixture[str]) -> None:
    assert codebook("import", "study.xlsx") == 2
    assert "--from redcap" in capsys.readouterr().err


def test_loading_the_package_does_not_load_yaml() -> None:
    code = "import sys, epicrisis.codebook; print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
