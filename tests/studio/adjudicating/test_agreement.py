"""Agreement as it stands now, by the package's own measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from epicrisis.evaluation.agreement import agree
from epicrisis.evaluation.gold import Gold
from epicrisis.studio.adjudicating import agreement as agreement_module
from epicrisis.studio.adjudicating.agreement import agreement
from epicrisis.studio.adjudicating.review import Review

ADDRESS = "/api/reviews/rev1/agreement"


def by_name(view: dict[str, Any]) -> dict[str, Any]:
    return {one["variable"]: one for one in view["variables"]}


def test_one_reviewer_agrees_with_nobody(client: Any, room: Any) -> None:
    assert client.get(ADDRESS).json()["raters"] == []
    assert "Two people must have judged" in client.get("/reviews/rev1/agreement").text
    room.judge("anna", "R-1", "infarct", True)
    view = client.get(ADDRESS).json()
    assert (view["raters"], view["variables"]) == ([{"name": "anna", "reports": 1}], [])
    room.judge("bo", "R-2", "infarct", True)
    assert client.get(ADDRESS).json()["both"] == 0
    assert "No two people" in client.get("/reviews/rev1/agreement").text


def test_it_is_what_the_package_measures(client: Any, room: Any) -> None:
    said = {"anna": ["left", "left", "right", None], "bo": ["left", "right", "right", None]}
    for person, sides in said.items():
        for number, side in enumerate(sides, 1):
            room.judge(person, f"R-{number}", "side", side)
            room.judge(person, f"R-{number}", "size", {"value": number, "unit": "mm"})
    view = client.get(ADDRESS).json()
    assert (view["reports"], view["both"], view["differ"]) == (4, 8, 1)
    found = by_name(view)
    assert (found["side"]["both"], found["side"]["differ"], found["size"]["differ"]) == (4, 1, 0)
    with room.studio.database.reading() as db:
        said_by = agreement_module.judgements(db, "rev1", room.run.codebook)
    golds = agreement_module.golds_of(room.run.codebook, said_by)
    assert [type(gold) for gold in golds] == [Gold, Gold]
    theirs = next(one for one in agree(golds, room.run.codebook, draws=50).variables if one.name == "side")
    measured = {one["name"]: one["value"] for one in found["side"]["measures"]}
    assert measured["percent_agreement"] == pytest.approx(0.75)
    assert measured["kappa"] == pytest.approx(theirs.measures["kappa"].value)
    page = client.get("/reviews/rev1/agreement")
    assert page.status_code == 200
    assert "75%" in page.text


def test_a_third_who_judged_little_takes_nothing_away(client: Any, room: Any) -> None:
    for person in ("anna", "bo"):
        room.judge(person, "R-1", "infarct", True)
        room.judge(person, "R-1", "side", "left")
    room.judge("cleo", "R-2", "infarct", True)
    assert set(by_name(client.get(ADDRESS).json())) == {"infarct", "side"}


def test_it_is_measured_again_only_when_a_judgement_changed(
    room: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[int] = []
    real: Callable[..., Any] = agreement_module._measure

    def counted(*arguments: Any) -> Any:
        measured.append(1)
        return real(*arguments)

    monkeypatch.setattr(agreement_module, "_measure", counted)
    review = Review.open(room.studio, room.id)
    for person in ("anna", "bo"):
        room.judge(person, "R-1", "side", "left")
    assert agreement(review).differ == 0
    assert agreement(review).differ == 0
    assert len(measured) == 1
    room.judge("bo", "R-1", "side", "right")
    assert agreement(review).differ == 1
    assert len(measured) == 2


def test_a_review_that_is_not_there(client: Any) -> None:
    assert client.get("/api/reviews/none/agreement").status_code == 404
