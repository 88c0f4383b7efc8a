"""Every command and option explains itself, and is in the documentation."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cyclopts import App

from epicrisis import __version__
from epicrisis.cli import app, run
from epicrisis.cli.reference import about, commands, parameters, render

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = dict(commands())


def test_the_commands_there_are() -> None:
    expected = {
        "extract",
        "export",
        "runs list",
        "runs show",
        "runs rm",
        "models pull",
        "doctor",
        "codebook lint",
    }
    assert {f"epicrisis {name}" for name in expected} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert about(command).strip().endswith((".", ":", "```"))
    without = [one.name for one in parameters(command) if not (one.parameter.help or "").strip()]
    assert without == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*name.split()[1:], "--help"]) == 0
    assert f"Usage: {name}" in capsys.readouterr().out


def test_groups_of_commands_have_help() -> None:
    groups: list[App] = [app[name] for name in app.resolved_commands() if not name.startswith("-")]
    assert all(group.help or about(group) for group in groups)


def test_the_reference_in_the_docs_is_in_step() -> None:
    written = DOCS / "reference" / "cli.md"
    hint = "Run: python -m epicrisis.cli.reference docs/reference/cli.md"
    assert written.exists(), hint
    assert written.read_text("utf-8") == render(), hint


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


def test_help_loads_nothing_heavy() -> None:
    heavy = (
        "polars",
        "httpx2",
        "huggingface_hub",
        "xllamacpp",
        "openpyxl",
        "rapidfuzz",
        "sqlite3",
        "yaml",
    )
    program = (
        "import sys, epicrisis.cli\n"
        "code = epicrisis.cli.run(['--help'])\n"
        f"loaded = [name for name in {heavy!r} if name in sys.modules]\n"
        "sys.exit(' '.join(loaded) if loaded else code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("extract", "export", "runs", "models", "codebook", "doctor"):
        assert name in done.stdout


def test_output_that_nobody_reads_is_no_error() -> None:
    program = "import os, epicrisis.cli\nepicrisis.cli.main(['extract', '--help'])"
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-c", program], stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)
    assert "Traceback" not in done.stderr
