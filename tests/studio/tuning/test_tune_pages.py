"""The pages of trainings and their API: what they show, who may do what, and using an adapter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from epicrisis.studio.engines import Engines
from epicrisis.studio.jobs import dispatcher
from epicrisis.studio.jobs.runs import checked
from epicrisis.studio.settings import Settings
from epicrisis.studio.tuning import extra


@pytest.fixture(autouse=True)
def _nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs stay in the queue."""
    monkeypatch.setattr(dispatcher.Dispatcher, "look", lambda self: None)


def body(study: Any, **change: Any) -> Any:
    return study.request(**change).model_dump(mode="json")


def test_nothing_was_trained_yet(study: Any, client: Any) -> None:
    page = client.get("/tune").text
    assert "Start the first training" in page
    (study.project.shelf("gold") / "gold.csv").unlink()
    page = client.get("/tune").text
    assert "A training needs gold" in page
    assert client.get("/api/tune").json()["trainings"] == []


def test_what_belongs_together_is_chosen_already(study: Any, client: Any) -> None:
    found = client.get("/api/tune/new").json()
    assert [found[f"chosen_{what}"] for what in ("reports", "codebook", "gold")] == [
        "reports.csv", "kidney", "gold.csv",
    ]  # fmt: skip
    assert (found["chosen_base"], found["name"]) == ("qwen2.5-coder-0.5b-instruct", "kidney-1")
    shipped = client.get("/api/tune/new?gold=library:brain-mri").json()
    assert {shipped[f"chosen_{what}"] for what in ("reports", "codebook", "gold")} == {"library:brain-mri"}


def test_the_missing_extra_is_told_before_anything_starts(
    study: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "installed", lambda: False)
    for address in ("/tune", "/tune/new"):
        assert "pip install &#39;epicrisis[tune]&#39;" in client.get(address).text
    assert "disabled" in client.get("/tune/new").text.rpartition("<button")[2]
    answer = client.post("/api/tune", json=body(study))
    assert (answer.status_code, answer.json()["code"]) == (501, "missing-extra")


def test_one_is_asked_for_stopped_and_gone_on_with(study: Any, client: Any) -> None:
    assert client.post("/api/tune", json=body(study)).json() == {"name": "kidney-1"}
    found = client.get("/api/tune/kidney-1").json()
    assert (found["status"], found["asked"]["base"], found["may_stop"]) == (
        "queued",
        study.request().base,
        True,
    )
    assert 'hx-trigger="every 2s' in client.get("/tune/kidney-1").text
    assert client.post("/api/tune", json=body(study)).status_code == 409
    assert client.post("/api/tune/kidney-1/stop").json()["status"] == "paused"
    assert client.post("/api/tune/kidney-1/stop").status_code == 409
    assert client.post("/api/tune/kidney-1/resume").json()["status"] == "queued"
    assert client.delete("/api/tune/kidney-1").status_code == 409
    actions = [line["action"] for line in client.get("/api/activity").json()["lines"]]
    assert actions[:3] == ["tune.resume", "tune.pause", "tune.ask"]
    # Runs wait behind it, and do not show it.
    assert client.get("/api/runs").json()["runs"] == []
    assert client.get("/api/home").json()["at_a_glance"]["runs"] == []


def test_settings_can_be_taken_over(study: Any, client: Any) -> None:
    client.post("/api/tune", json=body(study, settings={"epochs": 9}, bare=True))
    found = client.get("/api/tune/new?like=kidney-1").json()
    assert (found["chosen"]["settings"]["epochs"], found["chosen"]["bare"], found["name"]) == (
        9,
        True,
        "kidney-2",
    )
    page = client.get("/tune/new?like=kidney-1").text
    assert 'value="9"' in page


def test_what_came_of_it(study: Any, client: Any) -> None:
    job = study.add()
    study.jobs.begin(job)
    study.jobs.end(job, "finished")
    study.put_adapter()
    found = client.get("/api/tune/kidney-1").json()
    assert (found["status"], found["card"]["metrics"]["difference"]["low"]) == ("finished", 0.15)
    assert found["engines"] == ["qwen2.5-coder-0.5b-instruct"]
    assert found["drawn"][0]["after"] == 88.0
    page = client.get("/tune/kidney-1").text
    for words in (
        "61.0%", "88.0%", "+27.0", "15.0 to", "better", "longer than 2,048 tokens", "Apache-2.0",
        "12 reports", "it says what it says in training (difference 0.116 on average)",
        'href="/runs/new?adapter=kidney-1&amp;codebook=kidney"', "Download its card",
    ):  # fmt: skip
        assert words in page
    assert "every 2s" not in page
    assert client.get("/api/tune/kidney-1/card").json()["data"]["train"]["reports"] == ["r1"]
    (listed,) = client.get("/api/tune").json()["trainings"]
    assert (listed["status"], listed["measured"]["after"]["value"]) == ("finished", 0.88)
    assert "88.0%" in client.get("/tune").text


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        ({"value": 0.01, "low": -0.05, "high": 0.07}, "no difference shown"),
        ({"value": -0.1, "low": -0.2, "high": -0.02}, "worse"),
    ],
)
def test_no_difference_and_a_loss_are_said(
    study: Any, client: Any, card: Any, difference: Any, words: str
) -> None:
    study.put_adapter(metrics=card()["metrics"] | {"difference": difference})
    assert words in client.get("/tune/kidney-1").text


def test_the_verdict_of_the_card_counts(study: Any, client: Any, card: Any) -> None:
    """It may be stricter than an interval, where many variables are compared."""
    metrics = card()["metrics"]
    variable = metrics["variables"][0] | {
        "difference": metrics["difference"], "verdict": "no difference shown",
    }  # fmt: skip
    study.put_adapter(metrics=metrics | {"verdict": "better", "variables": [variable]})
    page = client.get("/tune/kidney-1").text
    assert page.count("✓ better") == 1
    assert page.count("≈ no difference shown") == 1


def test_why_there_is_no_interval(study: Any, client: Any, card: Any) -> None:
    before = {"value": 0.0, "low": None, "high": None, "note": "no interval: the reports do not vary"}
    metrics = card()["metrics"]
    study.put_adapter(metrics=metrics | {"variables": [metrics["variables"][0] | {"before": before}]})
    assert "the reports do not vary" in client.get("/tune/kidney-1").text


def test_an_adapter_that_was_not_measured_says_so(study: Any, client: Any) -> None:
    study.put_adapter(metrics=None, agreement=None, data=None, training=None, notes=["Few examples."])
    page = client.get("/tune/kidney-1").text
    assert "It was not measured: no reports were left to test it on" in page
    assert "Few examples." in page


def test_a_test_part_that_was_not_asked_about_is_told_apart(study: Any, client: Any) -> None:
    study.put_adapter(metrics=None)
    page = client.get("/tune/kidney-1").text
    assert "It was not measured. Evaluate a run with it before you trust it." in page


def test_a_file_that_says_something_else_is_told(study: Any, client: Any) -> None:
    study.put_adapter(agreement={"mean": 0.5, "largest": 0.6, "tolerance": 0.4})
    assert (
        "it differs from what it says in training (by 0.500 on average)" in client.get("/tune/kidney-1").text
    )


CURVE = {
    "points": [
        {"reports": 25, "patients": 24, "value": 0.71, "low": 0.6, "high": 0.8},
        {"reports": 50, "patients": 47, "value": 0.83, "low": 0.75, "high": 0.9},
        {"reports": 70, "patients": 64, "value": None, "low": None, "high": None},
    ],
    "worth": {
        "verdict": "pays",
        "sentence": "More annotation would pay.",
        "gain": {"value": 0.052, "low": 0.021, "high": 0.09},
    },
}


def test_whether_more_gold_would_pay(study: Any, client: Any) -> None:
    folder = study.put_adapter() / "curve"
    assert client.get("/api/tune/kidney-1").json()["more_gold"] is None
    assert "Would more gold pay?" not in client.get("/tune/kidney-1").text
    folder.mkdir()
    (folder / "curve.json").write_text(json.dumps({"curve": CURVE}), "utf-8")
    found = client.get("/api/tune/kidney-1").json()["more_gold"]
    assert [one["reports"] for one in found["points"]] == [25, 50, 70]
    assert len(found["plot"]["dots"]) == 2
    assert found["plot"]["dots"][1]["y"] < found["plot"]["dots"][0]["y"]
    page = client.get("/tune/kidney-1").text
    words = ("More gold would pay.", "+5.2 points (+2.1 to +9.0)", "75.0% to 90.0%", 'data-curve="gold"')
    assert [one for one in words if one not in page] == []


def test_trainings_of_parts_are_shown_as_they_go(study: Any, client: Any) -> None:
    job = study.add(curve=True)
    study.jobs.begin(job)
    part = study.project.file("adapters", "kidney-1") / "curve" / "reports-25"
    part.mkdir(parents=True)
    events = [
        {"event": "stage", "stage": "training"},
        {"event": "start", "steps": 40, "epochs": 4, "train": 25, "done": 0},
        {"event": "step", "step": 10, "epoch": 1.0, "loss": 0.5, "eta": 60},
        {"event": "validation", "epoch": 1, "step": 10, "loss": 0.6, "score": 0.71, "best": True},
    ]
    (part / "history.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events), "utf-8")
    page = client.get("/tune/kidney-1").text
    words = ("with 25 reports first", 'data-curve="loss"', 'data-curve="score"', "71.0%", "of 40 steps")
    assert [one for one in words if one not in page] == []


@pytest.mark.parametrize("content", ["", "[]", '{"curve": {"points": [{"reports": "many"}]}}', "{"])
def test_a_curve_of_another_form_is_left_out(study: Any, client: Any, content: str) -> None:
    folder = study.put_adapter() / "curve"
    folder.mkdir()
    (folder / "curve.json").write_text(content, "utf-8")
    assert client.get("/api/tune/kidney-1").json()["more_gold"] is None
    assert client.get("/tune/kidney-1").status_code == 200


def test_a_curve_without_a_score_yet(study: Any, client: Any) -> None:
    folder = study.put_adapter() / "curve"
    folder.mkdir()
    (folder / "curve.json").write_text(json.dumps({"curve": {"points": [], "worth": None}}), "utf-8")
    assert client.get("/tune/kidney-1").status_code == 200


def test_a_licence_is_warned_about(study: Any, client: Any, card: Any) -> None:
    study.put_adapter(base=card()["base"] | {"licence": "cc-by-nc-4.0"})
    assert "cc-by-nc-4.0" in " ".join(client.get("/api/tune/kidney-1").json()["warnings"])


@pytest.mark.parametrize("content", ["", "[]", '{"format": 99}', '{"format": 1, "name": 3}', "\x00"])
def test_a_broken_card_is_no_error_of_the_server(study: Any, client: Any, content: str) -> None:
    folder = study.put_adapter()
    (folder / "card.json").write_text(content, "utf-8")
    assert client.get("/api/tune/kidney-1").json()["status"] == "failed"
    assert client.get("/tune").status_code == 200
    assert client.get("/models").status_code == 200
    assert client.get("/runs/new").status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"metrics": []},
        {"data": {"train": 3}},
        {"base": {"name": [1]}},
        {"metrics": {"before": {"value": "high"}}},
    ],
)
def test_a_card_of_another_form_is_said(study: Any, client: Any, change: Any) -> None:
    study.put_adapter(**change)
    found = client.get("/api/tune/kidney-1").json()
    assert (found["status"], found["error"]["code"]) == ("failed", "model")


def test_names_lead_nowhere_else(study: Any, client: Any) -> None:
    (study.project.shelf("adapters") / "empty").mkdir()
    for name in ("none", "empty"):
        assert client.get(f"/api/tune/{name}").status_code == 404
        assert client.get(f"/api/tune/{name}/card").status_code == 404
        assert client.delete(f"/api/tune/{name}").status_code == 404
    for name in ("..", "%2e%2e%2fgold", ".hidden"):
        assert client.get(f"/api/tune/{name}").status_code in (404, 422, 307)


def test_who_may_do_what(study: Any, make_client: Any, accounts: Any) -> None:
    study.put_adapter("by-hand")

    def logged_in(name: str) -> Any:
        return make_client(Settings(accounts=True)).log_in(name)

    viewer, editor, admin = logged_in("viewer"), logged_in("editor"), logged_in("admin")
    assert viewer.get("/api/tune/by-hand").status_code == 200
    assert viewer.post("/api/tune", json=body(study)).status_code == 403
    assert "you need the role editor" in viewer.get("/tune/new").text
    assert editor.post("/api/tune", json=body(study)).status_code == 201
    assert viewer.post("/api/tune/kidney-1/stop").status_code == 403
    assert editor.post("/api/tune/by-hand/stop").status_code == 409
    assert editor.delete("/api/tune/by-hand").status_code == 403
    assert admin.delete("/api/tune/by-hand").status_code == 204
    assert not study.out("by-hand").exists()
    editor.post("/api/tune/kidney-1/stop")
    assert admin.delete("/api/tune/kidney-1").status_code == 204
    assert admin.get("/api/tune").json()["trainings"] == []


def test_a_run_is_begun_with_an_adapter_of_its_engine(study: Any, client: Any) -> None:
    study.put_adapter()
    found = client.get("/api/runs/new?adapter=kidney-1").json()
    assert (found["chosen_engine"], found["chosen_adapter"]) == ("qwen2.5-coder-0.5b-instruct", "kidney-1")
    assert found["adapters"][0]["engines"] == ["qwen2.5-coder-0.5b-instruct"]
    tried = client.get("/api/try?adapter=kidney-1").json()
    assert [one["name"] for one in tried["adapters"]] == ["kidney-1"]
    asked = {"reports": "reports.csv", "codebook": "kidney", "adapter": "kidney-1"}
    other = client.post("/api/runs", json=asked | {"engine": "smollm2-135m-instruct"})
    assert (other.status_code, other.json()["code"]) == (422, "model")
    assert "was trained on" in other.json()["message"]
    assert client.post("/api/runs", json=asked | {"engine": found["chosen_engine"]}).status_code == 201
    assert client.delete("/api/tune/kidney-1").status_code == 409
    assert study.out().exists()
    gone = client.post("/api/runs", json=asked | {"engine": found["chosen_engine"], "adapter": "none"})
    assert gone.status_code == 404


def test_a_bare_adapter_answers_its_own_codebook_alone(study: Any, client: Any) -> None:
    study.put_adapter(asking={"form": "quote_value", "bare": True})
    asked = {
        "reports": "reports.csv", "codebook": "kidney",
        "adapter": "kidney-1", "engine": "qwen2.5-coder-0.5b-instruct",
    }  # fmt: skip
    answer = client.post("/api/runs", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "option")


def test_a_run_asks_with_the_adapter(study: Any, client: Any) -> None:
    """With a scripted engine, which takes any adapter."""
    study.put_adapter()
    script = study.project.folder / "script.jsonl"
    script.write_text(json.dumps({"reply": {"normal": {"quote": None, "value": None}}}) + "\n", "utf-8")
    engine = f"scripted:{script}"
    Engines(study.studio.database).add(engine, "script", by="test")
    from epicrisis.studio.jobs import JobRequest
    from epicrisis.studio.jobs.preparing import prepared

    request = JobRequest(reports="reports.csv", codebook="kidney", adapter="kidney-1", engine=engine)
    ready = prepared(study.project, checked(study.project, request))
    assert ready.task.options["adapter"]["name"] == "kidney-1"
    before = client.post("/api/preflight", json=request.model_dump(mode="json")).json()
    assert (before["problems"], before["reports"]) == ([], 6)


def test_a_run_with_an_adapter_says_so_and_not_where_it_lies(study: Any, client: Any) -> None:
    from epicrisis.adapter import open_adapter
    from epicrisis.api import extract
    from epicrisis.engines.scripted import ScriptedEngine

    adapter = open_adapter(study.put_adapter())
    run = extract(
        study.project.shelf("reports") / "reports.csv",
        study.project.shelf("codebooks") / "kidney.yaml",
        ScriptedEngine(default={"normal": {"quote": None, "value": None}}, adapters=[adapter]),
        adapter=adapter,
        store=study.project.store,
    )
    found = client.get(f"/api/runs/{run.id}").json()
    assert found["manifest"]["options"]["adapter"] == {
        "name": "kidney-1", "digest": adapter.digest, "folder": "adapters/kidney-1",
    }  # fmt: skip
    for answer in (client.get(f"/runs/{run.id}"), client.get(f"/api/runs/{run.id}/manifest")):
        assert "kidney-1" in answer.text
        assert str(study.project.folder) not in answer.text


def test_the_page_of_models_shows_adapters_with_their_cards(study: Any, client: Any, home: Any) -> None:
    study.put_adapter()
    (view,) = client.get("/api/models").json()["adapters"]
    assert (view["file"], view["tuned"], view["base"], view["fits"]) == (
        "kidney-1", True, "qwen2.5-coder-0.5b-instruct", [],
    )  # fmt: skip
    page = client.get("/models").text
    assert "its base is not on this machine" in page
    assert "61.0% before, 88.0% after" in page
    assert 'href="/tune/kidney-1"' in page
