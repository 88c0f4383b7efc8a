"""Gold, other runs and reviewers set beside a run."""

from __future__ import annotations

import pytest

from epicrisis.studio.database import Database
from epicrisis.studio.people.activity import now
from epicrisis.studio.settings import Settings

R = "/api/runs/lungs-1/results"


def _ids(client, source, variable="*") -> list[str]:
    answer = client.get(R, params={"filter": f"{variable}.differs={source}"})
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["rows"]]


@pytest.fixture
def gold(project):
    path = project.shelf("gold") / "mine.csv"
    path.write_text("id,nodule,size\nR-1,true,12 mm\nR-2,false,15 mm\nelsewhere,true,1 mm\n", "utf-8")
    return path


def test_where_gold_differs(client, small, gold) -> None:
    assert _ids(client, "gold:mine.csv") == ["R-2"]
    assert _ids(client, "gold:mine.csv", "size") == []
    (row,) = client.get(R, params={"filter": "*.differs=gold:mine.csv"}).json()["rows"]
    assert [cell["variable"] for cell in row["cells"] if cell["differs"]] == ["nodule"]

    gold.write_text("id,nodule\nR-1,false\nR-2,true\n", "utf-8")
    assert _ids(client, "gold:mine.csv") == ["R-1"]


def test_gold_stands_beside_the_answers_of_a_report(client, small, gold) -> None:
    view = client.get("/api/runs/lungs-1/report?id=R-2&gold=mine.csv").json()
    answers = {one["variable"]: one for section in view["sections"] for one in section["answers"]}
    assert (answers["nodule"]["gold"]["shown"], answers["nodule"]["gold"]["agrees"]) == ("false", False)
    assert (answers["size"]["gold"]["shown"], answers["size"]["gold"]["agrees"]) == ("15 mm", True)
    page = client.get("/runs/lungs-1/report?id=R-2&filter=nodule.differs=gold:mine.csv").text
    assert "differs" in page


def test_where_another_run_differs(client, small, begin, given, stated) -> None:
    begin("lungs-2").add(
        [
            given("R-1", {"nodule": stated(True), "side": stated("right")}),
            given("R-9", {"nodule": stated(False)}),
        ]
    )
    assert client.get(R).json()["alike"] == ["lungs-2"]
    assert _ids(client, "run:lungs-2") == ["R-1"]
    assert _ids(client, "run:lungs-2", "nodule") == []


def test_gold_and_runs_that_are_not_there(client, small) -> None:
    for source, status in (("gold:none.csv", 404), ("run:none", 404), ("nothing", 422), ("gold:../x", 422)):
        assert client.get(R, params={"filter": f"*.differs={source}"}).status_code == status
    assert client.get("/api/runs/lungs-1/report?id=R-1&gold=none.csv").status_code == 404


def _review(client, **more) -> str:
    body = {
        "run": "lungs-1",
        "name": "A",
        "sequence": "uncertain",
        "raters": 2,
        "report_ids": ["R-1", "R-2"],
    } | more
    answer = client.post("/api/reviews", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def _judged(project, review, report, reviewer, variable, value) -> None:
    with Database(project.database).writing() as db:
        db.execute(
            "INSERT INTO judgements (review, report_id, reviewer, variable, status, value, comment, how,"
            " version, at) VALUES (?, ?, ?, ?, 'stated', ?, '<i>', 'changed', 1, ?)",
            (review, report, reviewer, variable, value, now()),
        )


def test_where_reviewers_differ(client, small, project) -> None:
    review = _review(client)
    _judged(project, review, "R-1", "anna", "side", '"left"')
    _judged(project, review, "R-1", "bo", "side", '"right"')
    _judged(project, review, "R-2", "anna", "side", '"right"')
    _judged(project, review, "R-2", "bo", "side", '"right"')
    assert _ids(client, "reviewers") == ["R-1"]

    view = client.get("/api/runs/lungs-1/report?id=R-1").json()
    said = next(a["said"] for s in view["sections"] for a in s["answers"] if a["variable"] == "side")
    assert [(one["who"], one["shown"], one["agrees"]) for one in said] == [
        ("anna", "left", True),
        ("bo", "right", False),
    ]
    assert [one["id"] for one in view["reviews"]] == [review]
    page = client.get("/runs/lungs-1/report?id=R-1").text
    assert "&lt;i&gt;" in page
    assert f"/reviews/{review}/report?id=R-1" in page


def test_who_reviews_blind_does_not_see_the_results(project, small, accounts, make_client) -> None:
    with_accounts = Settings(accounts=True)
    editor, reviewer, viewer = (
        make_client(with_accounts).log_in(one) for one in ("editor", "reviewer", "viewer")
    )
    paths = ["results", "report?id=R-1", "patients", "patient?id=P-1", "export", "results/ids"]
    assert {reviewer.get(f"/api/runs/lungs-1/{path}").status_code for path in paths} == {200}
    review = _review(editor, blind=True)
    answers = [reviewer.get(f"/api/runs/lungs-1/{path}") for path in paths]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(409, "blind")}
    assert {who.get(R).status_code for who in (editor, viewer)} == {200}
    editor.put(f"/api/reviews/{review}", json={"closed": True})
    assert reviewer.get(R).status_code == 200
