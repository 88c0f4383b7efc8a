"""Gold files: what they hold, which codebook they fit, what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from epicrisis import library
from epicrisis.studio.project import Project


@pytest.fixture
def gold(project: Project) -> Path:
    return project.shelf("gold")


def test_files_and_the_codebooks_they_fit(client, project: Project, gold: Path) -> None:
    source = library.path("brain-mri")
    (gold / "g.csv").write_bytes((source / library.GOLD_FILE).read_bytes())
    (gold / "long.csv").write_text("id,variable,value\nBM-001,fazekas,1\nBM-001,mta_left,2\n")
    (gold / "other.csv").write_text("id,colour\n1,red\n")
    (gold / "broken.csv").write_text('id,colour\n"1,red\n')

    files = {one["name"]: one for one in client.get("/api/gold").json()["files"]}

    assert files["g.csv"]["fits"][0] == {"codebook": "library:brain-mri", "variables": 30, "of": 30}
    assert files["g.csv"]["rows"] == 24
    assert (files["long.csv"]["long"], files["long.csv"]["names"]) == (True, ["fazekas", "mta_left"])
    assert files["long.csv"]["fits"][0]["variables"] == 2
    assert files["other.csv"]["fits"] == []
    assert files["broken.csv"]["problem"]["line"]
    assert client.get("/gold").status_code == 200

    # A copy in the project takes the place of the one that ships.
    (project.shelf("codebooks") / "mine.yaml").write_bytes((source / library.CODEBOOK_FILE).read_bytes())
    files = {one["name"]: one for one in client.get("/api/gold").json()["files"]}
    assert [fit["codebook"] for fit in files["g.csv"]["fits"]] == ["mine"]


def test_a_file_is_checked_row_by_row(client, gold: Path) -> None:
    (gold / "wrong.csv").write_text("id,mta_left,fazekas\nBM-001,9,2\nBM-001,1,x\n")
    check = client.get("/api/gold", params={"name": "wrong.csv", "codebook": "library:brain-mri"}).json()[
        "check"
    ]
    assert len(check["problems"]) == 2
    assert check["problems"][0].startswith("line 2: 'mta_left'")
    (gold / "wrong.csv").write_text("id,mta_left\nBM-001,1\n")
    check = client.get("/api/gold", params={"name": "wrong.csv", "codebook": "library:brain-mri"}).json()[
        "check"
    ]
    assert (check["problems"], check["reports"], check["answers"]) == ([], 1, 1)
    assert "without gold" in check["notes"][0]
    page = client.get("/gold", params={"name": "wrong.csv", "codebook": "library:brain-mri"}).text
    assert "All of it can be used" in page


def test_what_is_not_there(client) -> None:
    assert client.get("/api/gold", params={"name": "no.csv", "codebook": "x"}).status_code == 404
    assert client.delete("/api/gold/no.csv").status_code == 404
    assert client.get("/api/gold/no.csv/file").status_code == 404
    assert client.get("/api/gold/../file").status_code in (404, 405)


def test_a_codebook_that_is_not_there(client, gold: Path) -> None:
    (gold / "g.csv").write_text("id,a\n1,2\n")
    assert client.get("/api/gold", params={"name": "g.csv", "codebook": "nothing"}).status_code == 404


def test_a_file_is_taken_away(client, gold: Path) -> None:
    (gold / "g.csv").write_text("id,a\n1,2\n")
    assert client.get("/api/gold/g.csv/file").text.startswith("id,a")
    assert client.delete("/api/gold/g.csv").status_code == 204
    assert client.get("/api/gold").json()["files"] == []
