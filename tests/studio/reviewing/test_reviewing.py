"""Reviews through the API: judging, versions, being done, roles, blindness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio

Begin = Callable[..., str]


@pytest.fixture
def log_in(accounts: Accounts, make_client: Callable[..., Any]) -> Callable[[str], Any]:
    """A browser in which somebody is logged in."""
    return lambda name: make_client(Settings(accounts=True)).log_in(name)


def _judge(client: Any, review: str, report: str, variable: str, version: int = 0, **said: Any) -> Any:
    body = {"report_id": report, "variable": variable, "version": version, **said}
    return client.put(f"/api/reviews/{review}/judgement", json=body)


def _view(client: Any, review: str, report: str) -> Any:
    answer = client.get(f"/api/reviews/{review}/report", params={"id": report})
    assert answer.status_code == 200, answer.text
    return answer.json()


def _done(client: Any, review: str, report: str, **how: Any) -> Any:
    return client.put(f"/api/reviews/{review}/done", json={"report_id": report, **how})


def test_a_review_is_made_listed_changed_and_removed(client: Any, run: str) -> None:
    made = client.post("/api/reviews", json={"run": run, "name": "One", "sequence": "sample", "size": 2})
    assert made.status_code == 201
    review = made.json()["id"]
    listed = client.get("/api/reviews").json()
    assert [(one["name"], one["reports"], one["full"]) for one in listed["reviews"]] == [("One", 2, 0)]
    assert [one["id"] for one in listed["runs"]] == [run]
    assert client.put(f"/api/reviews/{review}", json={"name": "Two", "closed": True}).json()["closed"]
    assert client.get(f"/reviews/{review}").status_code == 200
    assert client.delete(f"/api/reviews/{review}").status_code == 204
    assert client.get(f"/api/reviews/{review}").status_code == 404


def test_a_review_of_named_reports_in_order(client: Any, run: str) -> None:
    made = client.post("/api/reviews", json={"run": run, "report_ids": ["R-1", "R-3", "R-9"]}).json()
    page = client.get(f"/api/reviews/{made['id']}").json()["reports"]
    assert [(one["report_id"], one["confidence"]) for one in page["reports"]] == [("R-3", 0.4), ("R-1", 0.9)]
    nothing = client.post("/api/reviews", json={"run": run, "report_ids": ["R-9"]})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "no-reports")
    assert client.post("/api/reviews", json={"run": "no-such-run"}).status_code == 404


def test_a_judgement_is_kept_with_what_it_rests_on(client: Any, begin: Begin) -> None:
    review = begin()
    saved = _judge(
        client, review, "R-1", "size", value="3 cm", evidence={"start": 19, "end": 27}, comment=" sure? "
    )
    assert saved.status_code == 200, saved.text
    kept = saved.json()["judgement"]
    assert (kept["value"], kept["quote"], kept["how"]) == (
        {"value": 30.0, "unit": "mm"},
        "2,5 cm,",
        "changed",
    )
    assert (kept["start"], kept["end"], kept["comment"]) == (20, 27, "sure?")
    view = _view(client, review, "R-1")
    assert view["judgements"] == [kept]
    assert view["text"][20:27] == "2,5 cm,"


def test_the_models_answer_is_accepted(client: Any, begin: Begin) -> None:
    review = begin()
    kept = _judge(client, review, "R-1", "size", accept=True).json()["judgement"]
    assert (kept["value"], kept["how"]) == ({"value": 25.0, "unit": "mm"}, "accepted")
    # Typing the same is accepting it, too.
    status = next(
        one["status"] for one in _view(client, review, "R-1")["answers"] if one["variable"] == "nodes"
    )
    assert (
        _judge(client, review, "R-1", "nodes", status=status, value="1").json()["judgement"]["how"]
        == "accepted"
    )


def test_whoever_is_slower_is_shown_what_holds(client: Any, begin: Begin) -> None:
    review = begin()
    first = _judge(client, review, "R-1", "side", value="left").json()["judgement"]
    late = _judge(client, review, "R-1", "side", value="right")
    assert (late.status_code, late.json()["code"]) == (409, "stale")
    assert late.json()["current"] == first
    second = _judge(client, review, "R-1", "side", first["version"], value="right").json()["judgement"]
    assert second["version"] > first["version"]
    gone = client.delete(
        f"/api/reviews/{review}/judgement",
        params={"id": "R-1", "variable": "side", "version": second["version"]},
    )
    assert gone.json()["judgement"] is None
    # Taken back and given again: an old version does not come to life.
    again = _judge(client, review, "R-1", "side", value="left").json()["judgement"]
    assert again["version"] > second["version"]
    assert _judge(client, review, "R-1", "side", second["version"], value="right").status_code == 409
    late = _judge(client, review, "R-1", "malignant", 5, value=True)
    assert (late.status_code, late.json()["current"]) == (409, None)


def test_said_twice_is_kept_once(client: Any, begin: Begin, studio: Studio) -> None:
    review = begin()
    first = _judge(client, review, "R-1", "size", value="3 cm").json()
    assert _judge(client, review, "R-1", "size", value="3 cm").json() == first
    with studio.database.reading() as db:
        assert db.execute("SELECT count(*) FROM judgement_changes").fetchone()[0] == 1


@pytest.mark.parametrize(
    ("variable", "said", "status"),
    [
        ("side", {"value": "up"}, 422),
        ("side", {"value": None}, 422),
        ("side", {"value": "left", "evidence": {"start": 1, "end": 100_000}}, 422),
        ("nothing", {"value": 1}, 404),
        ("side", {"status": "failed"}, 422),
        ("conclusion", {"accept": True, "version": -1}, 422),
        ("conclusion", {"value": "x" * 20_000}, 422),
    ],
)
def test_what_cannot_be_is_refused(
    client: Any, begin: Begin, variable: str, said: dict[str, Any], status: int
) -> None:
    review = begin()
    answer = _judge(client, review, "R-1", variable, **said)
    assert answer.status_code == status, answer.text
    assert _view(client, review, "R-1")["judgements"] == []


def test_forged_ids_are_not_found(client: Any, begin: Begin) -> None:
    review = begin()
    assert client.get("/api/reviews/nothing/report", params={"id": "R-1"}).status_code == 404
    assert client.get(f"/api/reviews/{review}/report", params={"id": "R-9"}).status_code == 404
    assert _judge(client, review, "../R-1", "side", value="left").status_code == 404
    assert _done(client, review, "R-9").status_code == 404
    assert client.post("/api/reviews/nothing/next", json={}).status_code == 404


def test_half_characters_do_no_harm(client: Any, begin: Begin) -> None:
    review = begin()
    start = '{"report_id": "R-1", "variable": "conclusion", "version": 0, "value": "a\\ud800b"'
    for rest, status in (("}", 200), (', "comment": "\\udfff"}', 422)):
        answer = client.put(
            f"/api/reviews/{review}/judgement",
            content=start + rest,
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == status
    assert _view(client, review, "R-1")["judgements"][0]["value"] == "a\ufffdb"


def test_done_needs_every_answer_or_a_word_about_the_rest(client: Any, begin: Begin) -> None:
    review = begin()
    _judge(client, review, "R-1", "malignant", value=False)
    refused = _done(client, review, "R-1")
    assert (refused.status_code, refused.json()["code"]) == (409, "unjudged")
    # Not malignant: the grade is ruled out, and needs no answer.
    assert refused.json()["variables"] == [
        "side", "nodes", "size", "taken", "conclusion", "drugs", "lesions",
    ]  # fmt: skip
    assert len(_view(client, review, "R-1")["judgements"]) == 1
    done = _done(client, review, "R-1", rest="accept").json()
    assert (done["report_id"], done["progress"]["mine"], done["progress"]["left"]) == ("R-2", 1, 2)
    kept = {one["variable"]: one for one in _view(client, review, "R-1")["judgements"]}
    assert len(kept) == 9
    assert (kept["side"]["value"], kept["side"]["how"]) == ("left", "accepted")
    assert (kept["grade"]["status"], kept["grade"]["value"]) == ("not_applicable", None)
    late = _judge(client, review, "R-1", "side", kept["side"]["version"], value="right")
    assert (late.status_code, late.json()["code"]) == (409, "done")
    assert _done(client, review, "R-1", done=False).json()["progress"]["mine"] == 0
    assert _judge(client, review, "R-1", "side", kept["side"]["version"], value="right").status_code == 200


def test_answers_say_what_they_rule_out_and_break(client: Any, begin: Begin) -> None:
    review = begin()
    first = _judge(client, review, "R-1", "malignant", value=False).json()
    assert first["ruled_out"] == ["grade"]
    second = _judge(client, review, "R-1", "nodes", value=35).json()
    assert second["broken"] == [{"message": "No more than 30 nodes are ever taken.", "variables": ["nodes"]}]
    assert _view(client, review, "R-2")["broken"][0]["variables"] == ["nodes"]


def test_a_closed_review_is_only_looked_at(client: Any, begin: Begin) -> None:
    review = begin()
    client.put(f"/api/reviews/{review}", json={"closed": True})
    assert _judge(client, review, "R-1", "side", value="left").json()["code"] == "closed"
    assert _done(client, review, "R-1", rest="accept").status_code == 409
    assert client.post(f"/api/reviews/{review}/next", json={}).status_code == 409
    assert not _view(client, review, "R-1")["may_review"]
    client.put(f"/api/reviews/{review}", json={"closed": False})
    assert _judge(client, review, "R-1", "side", value="left").status_code == 200


def test_roles(log_in: Callable[[str], Any], run: str) -> None:
    editor, reviewer, viewer, admin = (log_in(name) for name in ("editor", "reviewer", "viewer", "admin"))
    assert reviewer.post("/api/reviews", json={"run": run}).status_code == 403
    review = editor.post("/api/reviews", json={"run": run}).json()["id"]
    assert viewer.get(f"/api/reviews/{review}").status_code == 200
    assert not _view(viewer, review, "R-1")["may_review"]
    assert _judge(viewer, review, "R-1", "side", value="left").status_code == 403
    assert viewer.post(f"/api/reviews/{review}/next", json={}).status_code == 403
    assert _judge(reviewer, review, "R-1", "side", value="left").status_code == 200
    assert reviewer.put(f"/api/reviews/{review}", json={"closed": True}).status_code == 403
    # What people said is removed by an admin alone.
    assert editor.delete(f"/api/reviews/{review}").status_code == 409
    assert admin.delete(f"/api/reviews/{review}").status_code == 204


def test_reviewers_are_given_different_reports(log_in: Callable[[str], Any], begin: Begin) -> None:
    review = begin()
    one, other = log_in("reviewer"), log_in("second")
    path = f"/api/reviews/{review}/next"
    assert one.post(path, json={}).json()["report_id"] == "R-2"
    assert other.post(path, json={}).json()["report_id"] == "R-3"
    assert one.post(path, json={"after": "R-2"}).json()["report_id"] == "R-1"
    assert _done(one, review, "R-1", rest="accept").json()["report_id"] == "R-2"
    nothing = other.post(path, json={"after": "R-3"}).json()
    assert (nothing["report_id"], nothing["progress"]["left"]) == (None, 2)
    assert _view(one, review, "R-2")["previous"] is None
    assert _view(one, review, "R-1")["previous"] == "R-2"


def test_two_raters_judge_the_same_report_without_seeing_each_other(
    log_in: Callable[[str], Any], begin: Begin
) -> None:
    review = begin(raters=2)
    one, other = log_in("reviewer"), log_in("second")
    _judge(one, review, "R-2", "side", value="left")
    assert _judge(other, review, "R-2", "side", value="both").status_code == 422
    assert _judge(other, review, "R-2", "side", value="right").status_code == 200
    assert _view(other, review, "R-2")["others"] == []
    _done(other, review, "R-2", rest="accept")
    seen = _view(other, review, "R-2")["others"]
    assert [(who["reviewer"], who["value"]) for who in seen] == [("reviewer", "left")]
    people = client_people(other, review)
    assert people == {"R-2": [("reviewer", 1, False), ("second", 9, True)]}


def client_people(client: Any, review: str) -> dict[str, list[tuple[str, int, bool]]]:
    reports = client.get(f"/api/reviews/{review}").json()["reports"]["reports"]
    return {
        one["report_id"]: [(who["person"], who["judged"], who["done"] is not None) for who in one["people"]]
        for one in reports
        if one["people"]
    }


def test_blind_is_blind_until_nothing_is_left(log_in: Callable[[str], Any], begin: Begin) -> None:
    review = begin(blind=True, raters=2, size=2)
    one, other = log_in("reviewer"), log_in("second")
    rows = one.get(f"/api/reviews/{review}").json()["reports"]["reports"]
    assert all(row["reason"] is None and row["confidence"] is None for row in rows)
    first, last = (row["report_id"] for row in rows)
    view = _view(one, review, first)
    assert (view["hidden"], view["answers"], view["reason"], view["broken"]) == (True, [], None, [])
    refused = _judge(one, review, first, "side", accept=True)
    assert refused.status_code == 409
    kept = _judge(one, review, first, "side", value="right").json()["judgement"]
    assert kept["how"] == "blind"
    # Accepting what nobody has seen is not possible for the rest, either.
    assert _done(one, review, first, rest="accept").json()["code"] == "unjudged"
    assert _done(one, review, first, rest="not_mentioned").status_code == 200
    assert _view(one, review, first)["hidden"]
    assert _done(other, review, first, rest="not_mentioned").status_code == 200
    assert _view(other, review, first)["others"] == []
    assert _done(one, review, last, rest="not_mentioned").json()["report_id"] is None
    seen = _view(one, review, first)
    assert not seen["hidden"]
    assert {who["reviewer"] for who in seen["others"]} == {"second"}
    assert _view(other, review, first)["hidden"]
    # What has been seen is known: from now on nothing is judged blind.
    _done(one, review, first, done=False)
    assert not _view(one, review, last)["hidden"]
    changed = _judge(one, review, first, "side", kept["version"], value="left").json()["judgement"]
    assert changed["how"] != "blind"


def test_a_pace_is_the_time_between_reports(client: Any, begin: Begin, studio: Studio) -> None:
    review = begin()
    assert _view(client, review, "R-1")["progress"]["seconds"] is None
    me = client.get("/api/me").json()["name"]
    with studio.database.writing() as db:
        for number, at in enumerate(("2026-01-01T10:00:00+00:00", "2026-01-01T10:01:30+00:00"), 1):
            db.execute("INSERT INTO review_done VALUES (?, ?, ?, ?)", (review, f"R-{number}", me, at))
    assert _view(client, review, "R-1")["progress"] == {
        "reports": 3, "full": 2, "mine": 2, "left": 1, "seconds": 90.0,
    }  # fmt: skip


def test_pages_show_reports_as_text(client: Any, begin: Begin) -> None:
    review = begin()
    for path in ("/reviews", f"/reviews/{review}", f"/reviews/{review}?show=left&page=7"):
        assert client.get(path).status_code == 200
    page = client.get(f"/reviews/{review}/report", params={"id": "R-2"})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert _view(client, review, "R-3")["text"] == "Twee nodi.\r\nGeen bijzonderheden."


def test_every_change_is_noted_without_words_of_reports(client: Any, begin: Begin, studio: Studio) -> None:
    review = begin()
    _judge(client, review, "R-1", "conclusion", value="a secret finding", comment="a secret doubt")
    _done(client, review, "R-1", rest="accept")
    with studio.database.reading() as db:
        rows = [
            tuple(row) for row in db.execute("SELECT action, object, details FROM activity ORDER BY number")
        ]
    assert [action for action, _, _ in rows] == ["review.add", "answer.judge", "report.done"]
    assert "secret" not in str(rows)
