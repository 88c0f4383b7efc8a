"""The manifest: read by later programs, honest about the working directory."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from epicrisis.runs.manifest import Manifest, git_revision


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *identity, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_the_git_revision_and_whether_files_differ_from_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert git_revision(tmp_path) is None
    (tmp_path / "codebook.yaml").write_text("name: a")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert git_revision(tmp_path) == commit
    (tmp_path / "codebook.yaml").write_text("name: b")
    assert git_revision(tmp_path) == f"{commit}+changes"


def test_no_git_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git_revision(tmp_path) is None
    monkeypatch.setenv("PATH", "")
    assert git_revision(tmp_path) is None


def test_what_a_later_program_adds_is_passed_over(bench: Any) -> None:
    bench.work(bench.reports(1))
    manifest = bench.run().manifest
    document = json.loads(manifest.model_dump_json())
    document["new"] = {"from": "the future"}
    document["system"]["gpu"] = "some"
    assert Manifest.model_validate(document) == manifest
