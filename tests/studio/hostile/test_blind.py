"""A reviewer who still has to judge learns neither the model's answers nor what others said, anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.studio.database import Database
from epicrisis.studio.reviewing import NewReview, Reviews
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio


@pytest.fixture
def closed_to(wicked: Any) -> list[tuple[str, dict[str, Any]]]:
    """Everything that tells of the run's answers, or of what the other reviewer said."""
    run, report = wicked.run, wicked.reports[0]
    found: list[tuple[str, dict[str, Any]]] = [
        (f"/api/runs/{run}/results", {}),
        (f"/api/runs/{run}/results", {"gold": f"review:{wicked.two}"}),
        (f"/api/runs/{run}/results/ids", {"filter": "lesion=true"}),
        (f"/api/runs/{run}/report", {"id": report}),
        (f"/api/runs/{run}/patient", {"id": "P"}),
        (f"/api/runs/{run}/patients", {}),
        (f"/api/runs/{run}/export", {}),
        (f"/runs/{run}/export", {"form": "long"}),
        ("/api/compare", {"run": [run, run], "gold": "wicked.csv"}),
        ("/api/compare/report.json", {"run": [run, run], "gold": "wicked.csv"}),
        ("/evaluate/open", {"run": run, "gold": "wicked.csv"}),
    ]
    for gold in ("wicked.csv", f"review:{wicked.blind}", f"review:{wicked.two}"):
        found += [
            (f"/api/evaluate/{run}", {"gold": gold}),
            (f"/api/evaluate/{run}/variable", {"gold": gold, "variable": "words"}),
            (f"/api/evaluate/{run}/uncertain", {"gold": gold}),
            *((f"/api/evaluate/{run}/report.{kind}", {"gold": gold}) for kind in ("html", "md", "json")),
        ]
    found.append((f"/api/evaluate/{run}", {"gold": "wicked.csv", "human": f"reviewers:{wicked.two}"}))
    found.append((f"/api/reviews/{wicked.blind}/agreement", {}))
    return found


def test_no_address_tells_a_blind_reviewer(make_on: Callable[..., Any], closed_to: Any) -> None:
    client = make_on("reviewer")
    for path, query in closed_to:
        answer = client.get(path, params=query)
        assert (answer.status_code, "second" in answer.text) == (409, False), (path, answer.text[:200])
        if path.startswith("/api"):
            assert answer.json()["code"] == "blind", path


def test_the_desk_of_a_blind_review_shows_nothing(make_on: Callable[..., Any], wicked: Any) -> None:
    client = make_on("reviewer")
    for review in (wicked.blind, wicked.two):
        answer = client.get(f"/api/reviews/{review}/report", params={"id": wicked.reports[0]}).json()
        assert answer["others"] == []
        assert "secondsaid" not in str(answer)
        assert "secondtwo" not in str(answer)
    blind = client.get(f"/api/reviews/{wicked.blind}/report", params={"id": wicked.reports[0]}).json()
    assert (blind["answers"], blind["hidden"]) == ([], True)
    accepted = {"report_id": wicked.reports[0], "variable": "lesion", "version": 0, "accept": True}
    assert client.put(f"/api/reviews/{wicked.blind}/judgement", json=accepted).status_code == 409
    for path in ("adjudicate", "agreement"):
        page = client.get(f"/reviews/{wicked.blind}/{path}")
        assert page.status_code in (403, 409)
        assert "secondsaid" not in page.text


def test_the_other_run_is_no_way_round(make_on: Callable[..., Any], wicked: Any) -> None:
    """Nor is gold of a review, once the run itself may be seen."""
    database = Database(wicked.project.database)
    with database.writing() as db:
        db.execute("UPDATE reviews SET closed = '2024-01-01' WHERE id = ?", (wicked.blind,))
    try:
        client = make_on("reviewer")
        report, two = wicked.reports[0], f"review:{wicked.two}"
        open_now = client.get(f"/api/runs/{wicked.run}/report", params={"id": report})
        assert open_now.status_code == 200
        assert "secondtwo" not in open_now.text
        for query in ({"gold": two}, {"filter": f"*.differs=gold:{two}"}, {"filter": "*.differs=reviewers"}):
            answer = client.get(f"/api/runs/{wicked.run}/report", params={"id": report, **query})
            assert answer.status_code == 409, query
            assert "secondtwo" not in answer.text
    finally:
        with database.writing() as db:
            db.execute("UPDATE reviews SET closed = NULL WHERE id = ?", (wicked.blind,))


def test_activity_does_not_tell_who_changed_what(make_on: Callable[..., Any]) -> None:
    lines = make_on("reviewer").get("/api/activity", params={"action": "answer.judge"}).json()["lines"]
    assert lines
    assert not any("how" in one["details"] for one in lines)
    lines = make_on("editor").get("/api/activity", params={"action": "answer.judge"}).json()["lines"]
    assert all("how" in one["details"] for one in lines)


def test_whoever_is_done_sees_everything(make_on: Callable[..., Any], wicked: Any) -> None:
    studio = Studio(wicked.project, Settings())
    review = Reviews(studio).create(NewReview(run=wicked.run, name="open"), by="editor")
    client = make_on("editor")
    assert client.get(f"/api/runs/{wicked.run}/results").status_code == 200
    Reviews(studio).remove(review.id, by="editor", with_judgements=True)
