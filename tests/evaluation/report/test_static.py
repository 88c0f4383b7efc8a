"""What is vendored is what the record says, and the record names every file."""

from __future__ import annotations

import hashlib
import re
from importlib import resources

STATIC = resources.files("epicrisis.evaluation.report") / "static"
OURS = {"charts.js", "report.css", "VENDORED.md"}


def test_vendored_files_are_those_recorded() -> None:
    record = (STATIC / "VENDORED.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|.*`([0-9a-f]{64})` \|$", record, re.M)
    assert len(rows) == 3
    for name, digest in rows:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name
    there = {entry.name for entry in STATIC.iterdir()}
    assert there - OURS == {name for name in there if name in record} - OURS


def test_nothing_vendored_ends_its_script_early() -> None:
    for entry in STATIC.iterdir():
        if entry.name.endswith(".js"):
            text = entry.read_text(encoding="utf-8").lower()
            assert "</script" not in text
            assert "<!--" not in text
