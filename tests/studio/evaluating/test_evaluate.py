"""The page Evaluate and its twin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from epicrisis.api import Run
from epicrisis.evaluation.report.json import to_json
from epicrisis.extraction.calibration import Calibration

Evaluated = Callable[..., dict[str, Any]]


def test_the_numbers_are_those_of_the_command(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()

    found = evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")

    own = Run(study.project.store, run).evaluate(study.project.shelf("gold") / "gold.csv")
    expected = json.loads(json.dumps(to_json(own)))
    for name in expected.keys() - {"created"}:
        assert found["evaluation"][name] == expected[name], name
    assert found["state"] == "ready"
    assert (found["unreviewed"], found["reports"], found["answers"]) == (12, 60, 3)


def test_the_second_look_is_not_measured_again(
    client: Any, study: Any, evaluated: Evaluated, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = study.run()
    first = evaluated(client, f"/api/evaluate/{run}?gold=gold.csv&blank=ignore")
    monkeypatch.setattr("epicrisis.evaluation.evaluate.evaluate", lambda *_a, **_k: pytest.fail("again"))

    assert evaluated(client, f"/api/evaluate/{run}?gold=gold.csv&blank=ignore") == first
    assert "Answers right" in client.get(f"/evaluate/{run}?gold=gold.csv&blank=ignore").text


def test_gold_that_changed_is_measured_anew(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    first = evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")
    study.write_gold("gold.csv", study.ids[:20])

    second = evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")

    assert len(first["evaluation"]["matching"]["scored"]) == 48
    assert len(second["evaluation"]["matching"]["scored"]) == 20
    assert second["unreviewed"] == 40


def test_gold_that_cannot_be_used_is_said_with_its_rows(
    client: Any, study: Any, evaluated: Evaluated
) -> None:
    run = study.run()
    (study.project.shelf("gold") / "bad.csv").write_text("id,side\nR1,up\nR1,left\n", "utf-8")

    found = evaluated(client, f"/api/evaluate/{run}?gold=bad.csv")
    page = client.get(f"/evaluate/{run}?gold=bad.csv")

    assert found["state"] == "refused"
    assert "line 2" in found["problem"]["message"]
    assert found["problem"]["where"] == "gold/bad.csv"
    assert "line 2" in page.text
    assert page.status_code == 200


def test_a_cell_of_the_matrix_leads_to_its_reports(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")
    base = f"/api/evaluate/{run}/variable?gold=gold.csv&variable=side"

    whole = client.get(base).json()
    confusion = whole["variable"]["confusion"]
    for row, counts in zip(confusion["rows"], confusion["counts"], strict=True):
        for column, count in zip(confusion["columns"], counts, strict=True):
            cell = client.get(f"{base}&said={quote(row)}&answer={quote(column)}").json()
            assert cell["found"] == count == len(cell["reports"])
            for report in cell["reports"]:
                assert study.truth[report["id"]]["side"] == row
                assert (report["answer"] == column) if row != column else (report["answer"] is None)
    for outcome, count in whole["variable"]["outcomes"].items():
        assert client.get(f"{base}&outcome={outcome}").json()["found"] == count
    page = client.get(base.removeprefix("/api") + "&outcome=wrong").text
    assert "id=R%2F000%20%3Cb%3E" in page
    assert "<b>" not in page.replace("<body", "")


def test_what_is_not_there_is_404(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    assert client.get("/api/evaluate/no-such?gold=gold.csv").status_code == 404
    assert client.get(f"/api/evaluate/{run}?gold=none.csv").status_code == 404
    assert client.get(f"/api/evaluate/{run}?gold=../../etc/passwd").status_code in (404, 422)
    assert client.get(f"/api/evaluate/{run}?gold=gold.csv&human=reviewers:none").status_code == 404
    evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")
    assert client.get(f"/api/evaluate/{run}/variable?gold=gold.csv&variable=none").status_code == 404


def test_the_least_certain_reports_without_gold(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")

    found = client.get(f"/api/evaluate/{run}/uncertain?gold=gold.csv&count=3").json()["report_ids"]

    # Wrong sides (every fourth) and sizes (every seventh) have the low confidences.
    doubted = [
        one for place, one in enumerate(study.ids) if place >= 48 and (place % 4 == 0 or place % 7 == 0)
    ]
    assert len(found) == 3
    assert set(found) <= set(doubted)


def test_downloads_with_and_without_texts(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    assert client.get(f"/api/evaluate/{run}/report.html").status_code == 409
    evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")
    base = f"/api/evaluate/{run}/report"

    bare = client.get(f"{base}.html?gold=gold.csv")
    whole = client.get(f"{base}.html?gold=gold.csv&text=true")
    document = client.get(f"{base}.json?gold=gold.csv").json()

    assert "of the left kidney" not in bare.text
    assert "of the left kidney" in whole.text
    assert bare.headers["content-disposition"] == f'attachment; filename="evaluation-{run}.html"'
    assert all(one["quote"] is None for one in document["suspects"])
    assert client.get(f"{base}.md?gold=gold.csv&text=true").text.startswith("# kidney")


def test_calibration_is_kept_beside_the_codebook(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    before = evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")["calibrating"]

    made = client.post(f"/api/evaluate/{run}/calibration", json={"gold": "gold.csv"})

    assert made.status_code == 200, made.text
    assert before == {"codebook": "kidney", "kept": None, "fits": False}
    kept = Calibration.load(study.project.shelf("codebooks") / "kidney.calibration.json")
    assert (kept.run, kept.gold, kept.cells) == (run, "gold.csv", made.json()["cells"])
    after = evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")["calibrating"]
    assert after["fits"]
    assert after["kept"]["method"] == kept.method
    with client.app.state.studio.database.reading() as db:
        noted = db.execute("SELECT action, object FROM activity").fetchall()
    assert ("calibration.save", "kidney") in [tuple(row) for row in noted]


def test_nothing_is_written_outside_of_the_project(client: Any, study: Any) -> None:
    run = study.run()
    elsewhere = study.project.folder.parent / "kidney.yaml"
    study.path.rename(elsewhere)

    made = client.post(f"/api/evaluate/{run}/calibration", json={"gold": "gold.csv"})

    assert made.status_code == 409
    assert not elsewhere.with_name("kidney.calibration.json").exists()


def test_reports_shown_as_examples_are_left_out(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run("kidney-shots", options={"shots": {"ids": study.ids[:4]}})

    found = evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")["evaluation"]["matching"]

    assert len(found["scored"]) == 44
    assert set(found["excluded"]) == set(study.ids[:4])


def test_humans_are_the_ceiling(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    study.write_gold("anna.csv", study.ids[:40], wrong=3)
    study.write_gold("bo.csv", study.ids[:40], wrong=6)

    address = f"/evaluate/{run}?gold=gold.csv&human=anna.csv&human=bo.csv&by=ward&splits=3&target=0.95"
    found = evaluated(client, f"/api{address}")["evaluation"]

    assert {one["variable"] for one in found["ceiling"]} == {"side", "cyst", "size"}
    assert {one["value"] for one in found["strata"] if one["by"] == "ward"} == {"A", "B"}
    assert len(found["splits"]["held_out"]) == 3
    assert "Beside the humans" in client.get(address).text


def test_the_reviewers_of_a_review_are_humans(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    with client.app.state.studio.database.writing() as db:
        db.execute(
            "INSERT INTO reviews VALUES ('two', 'Two of us', ?, 'random', 0, 2, 0, 'x', '2026-01-01', NULL)",
            (run,),
        )
        for place, one in enumerate(study.ids[:10]):
            db.execute(
                "INSERT INTO review_reports (review, seq, report_id) VALUES ('two', ?, ?)", (place, one)
            )
            for who in ("anna", "bo"):
                side = "left" if who == "bo" and place < 2 else study.truth[one]["side"]
                db.execute(
                    "INSERT INTO judgements VALUES"
                    " ('two', ?, ?, 'side', 'stated', ?, NULL, NULL, NULL, '', 'accepted', 1, '2026-01-01')",
                    (one, who, json.dumps(side)),
                )

    opened = client.get(f"/evaluate/open?run={run}&gold=review:two")
    assert opened.status_code == 303
    found = evaluated(client, f"/api{opened.headers['location']}")

    assert found["gold"] == "Two of us"
    assert found["evaluation"]["settings"]["humans"] == ["anna", "bo"]
    assert {one["variable"] for one in found["evaluation"]["ceiling"]} == {"side"}
    assert "They saw the model" in client.get(opened.headers["location"]).text


def test_what_is_kept_of_a_removed_run_goes(client: Any, study: Any, evaluated: Evaluated) -> None:
    run = study.run()
    evaluated(client, f"/api/evaluate/{run}?gold=gold.csv")
    folder = study.project.cache / "evaluations"
    assert list(folder.glob("*.json"))
    assert client.get("/api/evaluations").json()["recent"][0]["run"] == run

    Run(study.project.store, run).remove()

    assert client.get("/api/evaluations").json()["recent"] == []
    assert not list(folder.glob("*.json"))


def test_without_gold_the_page_says_how_to_get_some(client: Any, study: Any) -> None:
    run = study.run()
    (study.project.shelf("gold") / "gold.csv").unlink()

    assert f"/reviews?run={run}" in client.get(f"/evaluate/{run}").text
    assert f"/reviews?run={run}" in client.get("/evaluate").text


def test_without_runs_the_page_says_what_to_do(client: Any) -> None:
    page = client.get("/evaluate")
    assert page.status_code == 200
    assert "/runs/new" in page.text


def test_only_editors_calibrate(make_client: Any, accounts: Any, study: Any) -> None:
    from epicrisis.studio.settings import Settings

    run = study.run()
    client = make_client(Settings(accounts=True)).log_in("reviewer")
    assert client.post(f"/api/evaluate/{run}/calibration", json={"gold": "gold.csv"}).status_code == 403
    assert client.get(f"/api/evaluate/{run}?gold=gold.csv").status_code == 200
