"""Deciding what holds where reviewers differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from epicrisis.studio import golds
from epicrisis.studio.adjudicating.review import Review
from epicrisis.studio.app import create_app
from epicrisis.studio.settings import Settings

PAGE = "/api/reviews/rev1/adjudicate"
DECISION = "/api/reviews/rev1/decision"


@pytest.fixture
def differing(room: Any) -> Any:
    """Two reviewers who differ on the side in R-1 and the size in R-2."""
    for person, side, size in (("anna", "left", 5), ("bo", "right", 7)):
        room.judge(person, "R-1", "side", side, quote="on the left" if side == "left" else "lesion")
        room.judge(person, "R-1", "infarct", True)
        room.judge(person, "R-2", "size", {"value": size, "unit": "mm"}, quote="5 mm")
    return room


def decision(client: Any, **more: Any) -> Any:
    return client.put(DECISION, json={"report": "R-1", "variable": "side", "version": 0} | more)


def gold(room: Any) -> dict[tuple[str, str], Any]:
    state = golds.state_of(Review.open(room.studio, room.id))
    return {place: settled.cell.value for place, settled in state.settled.items()}


def test_the_first_difference_comes_first(client: Any, differing: Any) -> None:
    view = client.get(PAGE).json()
    assert (view["total"], view["decided"], view["number"]) == (2, 0, 1)
    cell = view["cell"]
    assert (cell["report"], cell["question"]["variable"]) == ("R-1", "side")
    assert [(side["sign"], side["who"], side["value"]) for side in cell["sides"]] == [
        ("1", "anna", "left"),
        ("2", "bo", "right"),
    ]
    assert cell["model"]["answer"]["value"] == "left"
    marked = {tuple(one["variables"]): one["text"] for one in cell["pieces"] if one["variables"]}
    assert marked == {("1", "M"): "on the left", ("2",): "lesion"}
    assert "".join(one["text"] for one in cell["pieces"]) == differing.run.text("R-1")
    assert view["next"] == view["after"] == {"report": "R-2", "variable": "size"}


def test_a_reviewers_answer_is_taken(client: Any, differing: Any) -> None:
    side = client.get(PAGE).json()["cell"]["sides"][1]
    answer = decision(client, take="reviewer", reviewer="bo", seen=side["version"], comment=" see p. 2 ")
    assert answer.status_code == 200
    assert answer.json()["next"] == {"report": "R-2", "variable": "size"}
    assert answer.json()["left"] == 1
    assert gold(differing)["R-1", "side"] == "right"
    shown = client.get(PAGE, params={"report": "R-1", "variable": "side"}).json()["cell"]["decision"]
    assert (shown["value"], shown["comment"], shown["answer"]["evidence"]["quote"]) == (
        "right",
        "see p. 2",
        "lesion",
    )


def test_all_decided(client: Any, differing: Any) -> None:
    decision(client, take="reviewer", reviewer="anna", seen=1)
    last = decision(client, report="R-2", variable="size", take="model")
    assert (last.json()["next"], last.json()["left"]) == (None, 0)
    view = client.get(PAGE).json()
    assert (view["cell"], view["decided"], view["unresolved"], view["settled"]) == (None, 2, 0, 3)
    assert "All differences are decided" in client.get("/reviews/rev1/adjudicate").text
    assert gold(differing)["R-2", "size"] == {"value": 5.0, "unit": "mm"}


@pytest.mark.parametrize(
    ("variable", "value", "kept"),
    [
        ("side", "right", "right"),
        ("size", "0.7 cm", {"value": 7.0, "unit": "mm"}),
        ("size", "7", {"value": 7.0, "unit": "mm"}),
        ("infarct", False, False),
        ("conclusion", "an old  infarct", "an old infarct"),
        (
            "drugs",
            [{"text": "x", "start": 28, "end": 35, "type": "drug"}],
            [{"text": "Aspirin", "type": "drug", "start": 28, "end": 35}],
        ),
        (
            "lesions",
            [{"site": "frontal", "width": "5 mm"}],
            [{"site": "frontal", "width": {"value": 5.0, "unit": "mm"}}],
        ),
    ],
)
def test_another_value(client: Any, room: Any, variable: str, value: Any, kept: Any) -> None:
    answer = decision(client, variable=variable, status="stated", value=value, start=3, end=14)
    assert answer.status_code == 200, answer.text
    assert gold(room)["R-1", variable] == kept


@pytest.mark.parametrize(
    ("variable", "value"),
    [("side", "middle"), ("size", "5 kg"), ("infarct", None), ("lesions", "x"), ("drugs", [{}])],
)
def test_what_the_codebook_does_not_allow(client: Any, room: Any, variable: str, value: Any) -> None:
    answer = decision(client, variable=variable, status="stated", value=value)
    assert (answer.status_code, answer.json()["code"]) == (422, "value")
    assert gold(room) == {}


@pytest.mark.parametrize(
    "more",
    [{}, {"take": "reviewer"}, {"status": "failed"}, {"version": -1}, {"status": "stated", "end": 10**9}],
)
def test_what_says_nothing(client: Any, room: Any, more: dict[str, Any]) -> None:
    assert decision(client, **more).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        '{"report": "\\ud800", "variable": "side", "status": "stated", "value": "left"}',
        '{"report": "R-1", "variable": "side\\u0000", "status": "stated", "value": "left"}',
        '{"report": "R-1", "variable": "side", "status": "stated", "value": "\\ud800"}',
        '{"report": "R-1", "variable": "lesions", "status": "stated", "value": [{"\\ud800": 1}]}',
        '{"report": "R-1", "variable": "drugs", "status": "stated", "value": [{"text": "a", "start": NaN}]}',
        '{"report": "R-1", "variable": "drugs", "status": "stated", "value": [{"start": 1e999}]}',
        '{"report": "R-1", "variable": "size", "status": "stated", "value": Infinity}',
        '{"report": "R-1", "variable": "size", "status": "stated", "value": {"value": [], "unit": {}}}',
        '{"report": "R-1", "variable": "conclusion", "status": "stated", "value": {"a": [[[]]]}}',
        '{"report": "R-1", "variable": "infarct", "status": "stated", "value": ' + "9" * 5000 + "}",
        '{"report": "R-1", "variable": "side", "status": "stated", "value": ' + "[" * 9000 + "]" * 9000 + "}",
        "[]",
        "{",
    ],
)
def test_what_a_hostile_program_sends(client: Any, room: Any, body: str) -> None:
    answer = client.put(DECISION, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 404, 422)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "more",
    [
        {"report": "R-9", "status": "not_mentioned"},
        {"variable": "none", "status": "not_mentioned"},
        {"take": "reviewer", "reviewer": "nobody"},
    ],
)
def test_what_is_not_there(client: Any, differing: Any, more: dict[str, Any]) -> None:
    assert decision(client, **more).status_code == 404


def test_two_who_decide_at_once(client: Any, differing: Any) -> None:
    first = decision(client, status="not_mentioned").json()["version"]
    late = decision(client, take="reviewer", reviewer="anna", seen=1)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert "decided this meanwhile" in late.json()["message"]
    assert gold(differing)["R-1", "side"] is None
    assert decision(client, take="reviewer", reviewer="anna", seen=1, version=first).status_code == 200
    assert gold(differing)["R-1", "side"] == "left"


def test_a_decision_that_was_taken_back_and_made_again_is_another(client: Any, differing: Any) -> None:
    first = decision(client, status="not_mentioned").json()["version"]
    where = {"report": "R-1", "variable": "side"}
    assert client.delete(DECISION, params=where | {"version": first}).status_code == 204
    assert ("R-1", "side") not in gold(differing)
    assert decision(client, version=first, status="not_mentioned").status_code == 409
    decision(client, take="reviewer", reviewer="bo", seen=1)
    assert decision(client, version=first, status="not_mentioned").status_code == 409
    assert client.delete(DECISION, params=where | {"version": first}).status_code == 409
    assert gold(differing)["R-1", "side"] == "right"


def test_an_answer_that_changed_while_it_was_looked_at(client: Any, differing: Any) -> None:
    differing.judge("bo", "R-1", "side", "left")
    late = decision(client, take="reviewer", reviewer="bo", seen=1)
    assert (late.status_code, late.json()["message"]) == (409, "bo changed the answer meanwhile.")


def test_cells_against_the_model(client: Any, differing: Any) -> None:
    for person in ("anna", "bo"):
        differing.judge(person, "R-3", "side", "right")
        differing.judge(person, "R-4", "side", "left")
    view = client.get(PAGE, params={"against_model": True}).json()
    assert view["total"] == 3
    decision(client, report="R-3", take="model", status=None)
    assert gold(differing)["R-3", "side"] == "left"


def test_a_blind_review_hides_the_model(client: Any, new_room: Callable[..., Any], project: Any) -> None:
    room = new_room(project=project, blind=True)
    room.judge("anna", "R-1", "side", "left")
    room.judge("bo", "R-1", "side", "right")
    view = client.get(PAGE).json()
    assert (view["cell"]["model"], view["hidden"]) == (None, True)
    assert "answer is hidden" in client.get("/reviews/rev1/adjudicate").text
    assert client.get(PAGE, params={"show_model": True}).json()["cell"]["model"]["value"] is None
    with room.studio.database.reading() as db:
        assert db.execute("SELECT count(*) FROM review_seen").fetchone()[0] == 1


def test_who_still_judges_blind_does_not_see_what_others_said(
    client: Any, new_room: Callable[..., Any], project: Any
) -> None:
    room = new_room(project=project, blind=True)
    me = client.get("/api/me").json()["name"]
    room.judge(me, "R-1", "side", "left")
    room.judge("bo", "R-1", "side", "right")
    assert client.get(PAGE).status_code == 409
    assert decision(client, status="not_mentioned").status_code == 409
    with room.studio.database.writing() as db:
        db.execute("UPDATE reviews SET closed = 'now'")
    assert client.get(PAGE).status_code == 200


def test_nothing_to_decide_says_why(client: Any, room: Any) -> None:
    assert "Nothing to decide yet" in client.get("/reviews/rev1/adjudicate").text
    for person in ("anna", "bo"):
        room.judge(person, "R-1", "side", "left")
    assert "The reviewers agree" in client.get("/reviews/rev1/adjudicate").text


def test_every_kind_has_a_form(client: Any, room: Any) -> None:
    values = {
        "infarct": (True, False),
        "side": ("left", "right"),
        "size": ({"value": 5, "unit": "mm"}, None),
        "conclusion": ("<script>", "old"),
        "drugs": ([{"text": "Aspirin", "type": "drug", "start": None, "end": None}], None),
        "lesions": ([{"site": "x", "width": None}], [{"site": None, "width": {"value": 5, "unit": "mm"}}]),
    }
    for name, (one, other) in values.items():
        room.judge("anna", "R-1", name, one)
        room.judge("bo", "R-1", name, other)
        page = client.get("/reviews/rev1/adjudicate", params={"report": "R-1", "variable": name})
        assert page.status_code == 200
        assert "<script>," not in page.text
        assert "Take this" in page.text


def test_only_editors_decide(project: Any, room: Any, accounts: Any) -> None:
    app = create_app(project, Settings(accounts=True))
    for name, allowed in (("reviewer", 403), ("editor", 200)):
        with TestClient(app, base_url="http://127.0.0.1:8100", follow_redirects=False) as browser:
            token = browser.post(
                "/api/login", json={"name": name, "password": "correct horse battery"}
            ).json()["csrf"]
            headers = {"X-CSRF-Token": token}
            assert browser.get(PAGE).status_code == allowed
            put = browser.put(
                DECISION,
                json={"report": "R-1", "variable": "side", "status": "not_mentioned"},
                headers=headers,
            )
            assert put.status_code == allowed
            saved = browser.post("/api/reviews/rev1/gold", json={"name": "x"}, headers=headers)
            assert saved.status_code == allowed
            assert browser.get("/reviews/rev1/agreement").status_code == 200


def test_it_is_noted_without_values(client: Any, differing: Any) -> None:
    decision(client, take="reviewer", reviewer="bo", seen=1, comment="secret words")
    with differing.studio.database.reading() as db:
        row = db.execute("SELECT * FROM activity ORDER BY number DESC LIMIT 1").fetchone()
    assert (row["action"], row["object"]) == ("decision.take", "rev1")
    assert "right" not in row["details"]
    assert "secret" not in row["details"]
