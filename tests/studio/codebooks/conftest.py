"""A codebook in the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from epicrisis.studio.codebook_versions import Versions
from epicrisis.studio.database import Database
from epicrisis.studio.project import Project

TEXT = """\
# By hand.
name: brain
version: "1"  # raise it
languages: [nl, en]
variables:
  # Vascular
  - name: infarct
    kind: boolean
    definition: Any infarct.
  - name: count
    kind: count
    definition: How many.
    when: infarct == true
"""


@pytest.fixture
def text() -> str:
    """A codebook without findings, with comments."""
    return TEXT


@pytest.fixture
def brain(project: Project) -> Path:
    """It as a file of the project."""
    path = project.shelf("codebooks") / "brain.yaml"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def versions(project: Project, brain: Path) -> Versions:
    return Versions(project, Database(project.database))
