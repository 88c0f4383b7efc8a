"""The start page: what there is, what comes next."""

from __future__ import annotations

from typing import Any

from epicrisis import api
from epicrisis.engines.scripted import ScriptedEngine
from epicrisis.studio.database import Database
from epicrisis.studio.people.activity import note
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

CODEBOOK = """\
name: size
version: "1"
languages: [en]
variables:
  - name: size_mm
    kind: quantity
    unit: mm
    label: Size
    definition: Size of the lesion.
"""


def _next(client: Any) -> str | None:
    answer = client.get("/api/home")
    assert answer.status_code == 200
    assert client.get("/").status_code == 200
    return answer.json()["next"]


def test_an_empty_project_begins_with_a_codebook_or_the_example(client) -> None:
    assert _next(client) == "codebook"
    page = client.get("/").text
    assert "Start with the brain-MRI example" in page
    assert 'href="/try"' in page


def test_the_example_is_copied_once_and_replaces_nothing(client, project: Project) -> None:
    mine = project.shelf("gold") / "brain-mri.csv"
    mine.write_text("mine")
    added = client.post("/api/project/example")
    assert (added.status_code, added.json()) == (201, {"files": ["brain-mri.yaml", "brain-mri.csv"]})
    assert mine.read_text() == "mine"
    assert client.post("/api/project/example").status_code == 409
    assert _next(client) == "run"
    assert client.get("/api/home").json()["reports"][0]["counting"]["summary"]["reports"] == 24
    assert "Start with the brain-MRI example" not in client.get("/").text


def test_only_editors_copy_the_example(accounts, make_client) -> None:
    other = make_client(Settings(accounts=True)).log_in("viewer")
    assert other.post("/api/project/example").status_code == 403
    assert "Start with the brain-MRI example" not in other.get("/").text
    assert "ask an editor" in other.get("/").text


def test_the_steps_from_codebook_to_export(client, project: Project) -> None:
    (project.shelf("codebooks") / "size.yaml").write_text(CODEBOOK)
    assert _next(client) == "reports"
    (project.shelf("reports") / "bad.csv").write_text("nr,words\n1,a\n")
    assert _next(client) == "reports"
    (project.shelf("reports") / "r.csv").write_text("id,text\n1,Lesion of 7 mm.\n2,Nothing.\n")
    assert _next(client) == "run"

    engine = ScriptedEngine.from_schema()
    run = api.extract(
        project.shelf("reports") / "r.csv",
        project.shelf("codebooks") / "size.yaml",
        engine,
        store=project.store,
    )
    shown = client.get("/api/home").json()["at_a_glance"]["runs"]
    assert [(one["run"], one["status"], one["done"], one["total"]) for one in shown] == [
        (run.id, "finished", 2, 2)
    ]
    assert _next(client) == "review"
    (project.shelf("gold") / "g.csv").write_text("id,size_mm\n1,7\n")
    assert _next(client) == "review"
    assert "Evaluate at once" in client.get("/").text
    (project.cache / "evaluations").mkdir(parents=True)
    (project.cache / "evaluations" / "x").write_text("{}")
    assert _next(client) == "export"
    with Database(project.database).writing() as db:
        note(db, "x", "run.export", run.id)
    assert _next(client) is None
    assert "All steps are done" in client.get("/").text


def test_a_run_that_waits_is_shown(client, project: Project) -> None:
    from epicrisis.runs.database import connect
    from epicrisis.studio.jobs.request import KeptRequest

    client.post("/api/project/example")
    store = connect(project.store, create=True)
    asked = KeptRequest(reports="brain-mri.csv", codebook="brain-mri", engine="any", codebook_text=CODEBOOK)
    store.execute(
        "INSERT INTO jobs (id, status, request, person, created)"
        " VALUES ('job-1', 'queued', ?, 'x', '2024-01-01T00:00:00+00:00')",
        (asked.model_dump_json(),),
    )
    store.close()
    glance = client.get("/api/home").json()["at_a_glance"]
    assert [(one["job"], one["status"]) for one in glance["runs"]] == [("job-1", "queued")]
    assert glance["under_way"]
    assert "Watch the run" in client.get("/").text
