"""Everything that is wrong or doubtful in a codebook, at once, with lines and what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from . import checks, computed, dependencies
from .codebook import Codebook
from .finding import Finding, in_order
from .source import Marked, read
from .structure import Structure

__all__ = ["Examined", "Finding", "examine", "lint", "lint_codebook"]


class Examined(NamedTuple):
    """The codebook, if no finding is an error, and the findings, by line."""

    codebook: Codebook | None
    findings: list[Finding]


def lint(text: str, path: str | Path | None = None) -> list[Finding]:
    """Every finding in the YAML ``text`` of a codebook, sorted by line (from 1); errors and warnings.

    Never raises for any text. ``path`` only labels the findings.
    """
    return examine(text, path).findings


def lint_codebook(codebook: Codebook) -> list[Finding]:
    """Every finding in a codebook made in Python. There are no lines, so they are all 0."""
    return _examine(_marked(codebook.model_dump(mode="json", exclude_none=True)), []).findings


def examine(text: str, path: str | Path | None = None) -> Examined:
    """Lint and read in one go."""
    root, findings = read(text)
    examined = _examine(root, findings)
    if path is None:
        return examined
    return Examined(examined.codebook, [replace(one, path=str(path)) for one in examined.findings])


def _examine(root: Marked | None, findings: list[Finding]) -> Examined:
    if root is None:
        return Examined(None, in_order(findings))
    structure = Structure(root)
    found = [*findings, *structure.findings]
    if root.is_mapping:
        found += checks.check(root, structure.entries, structure.derived)
        found += dependencies.check(structure.entries)
        found += computed.check(root, structure.entries, structure.derived)
    usable = not any(finding.is_error for finding in found)
    return Examined(structure.codebook if usable else None, in_order(found))


def _marked(value: Any) -> Marked:
    if isinstance(value, dict):
        return Marked({key: _marked(one) for key, one in value.items()}, 0, dict.fromkeys(value, 0))
    return Marked([_marked(one) for one in value] if isinstance(value, list) else value, 0)
