"""What lies in the project and leads out of it is neither shown nor followed."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from epicrisis.studio.project import SHELVES, Project

SECRET = "zanzibarquartz"


@pytest.fixture
def linked(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """On every shelf a link to a file outside, and one to the folder outside."""
    outside = tmp_path_factory.mktemp("outside")
    secret = outside / "secret.csv"
    secret.write_text(f"id,text\n1,{SECRET}\n")
    for shelf in SHELVES:
        (project.shelf(shelf) / "secret.csv").symlink_to(secret)
        (project.shelf(shelf) / "secret.yaml").symlink_to(secret)
        (project.shelf(shelf) / "outside").symlink_to(outside)
    inside = project.shelf("reports") / "texts"
    inside.mkdir()
    (inside / "a.txt").write_text("A report.")
    (inside / "b.txt").symlink_to(secret)
    return project


def test_links_are_not_followed(client: Any, linked: Project) -> None:
    for page in ("/", "/codebooks", "/reports", "/gold", "/models", "/try", "/runs/new"):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert SECRET not in answer.text
        assert "secret" not in answer.text, page
    for path in (
        "/reports/secret.csv",
        "/reports/outside",
        "/reports/secret.csv/reading",
        "/api/reports/secret.csv/file",
        "/api/gold/secret.csv/file",
        "/api/try/reports?reports=secret.csv",
        "/codebooks/secret",
        "/api/codebooks/secret/yaml",
        "/api/gold?name=secret.csv&codebook=secret",
    ):
        answer = client.get(path)
        assert answer.status_code in (404, 422), path
        assert SECRET not in answer.text
    assert client.delete("/api/gold/secret.csv").status_code in (404, 422)


def test_links_in_a_set_of_texts_are_not_taken_along(client: Any, linked: Project) -> None:
    taken = client.get("/api/reports/texts/file")
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert archive.namelist() == ["a.txt"]
