"""The page Compare and its twin."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from epicrisis.api import Run
from epicrisis.evaluation.comparison.common import gold_for
from epicrisis.evaluation.comparison.compare import compare

Evaluated = Callable[..., dict[str, Any]]


def test_the_numbers_are_those_of_the_command(client: Any, study: Any, evaluated: Evaluated) -> None:
    first, second = study.run("kidney-1", every=4), study.run("kidney-2", every=10)

    found = evaluated(client, f"/api/compare?run={first}&run={second}&gold=gold.csv")

    runs = [Run(study.project.store, one) for one in (first, second)]
    own = compare(runs, gold_for(runs, str(study.project.shelf("gold") / "gold.csv"))).as_dict()
    expected = json.loads(json.dumps(own))
    for name in expected.keys() - {"created"}:
        assert found["comparison"][name] == expected[name], name
    side = next(row for row in found["beside"][0]["rows"] if row["variable"] == "side")
    assert side["verdict"] in ("better", "no difference shown")
    assert side["difference"]["value"] > 0


def test_cells_that_differ_are_listed_by_what_became_of_them(
    client: Any, study: Any, evaluated: Evaluated
) -> None:
    first, second = study.run("kidney-1", every=4), study.run("kidney-2", every=10)
    address = f"/compare?run={first}&run={second}&gold=gold.csv&variable=side"

    every = evaluated(client, f"/api{address}")
    mended = evaluated(client, f"/api{address}&which=mended")
    broken = evaluated(client, f"/api{address}&which=broken")

    wrong = [{one for place, one in enumerate(study.ids) if place % step == 0} for step in (4, 10)]
    assert {cell["report"] for cell in every["cells"]} == wrong[0] ^ wrong[1]
    gold = set(study.ids[:48])
    assert {cell["report"] for cell in mended["cells"]} == (wrong[0] - wrong[1]) & gold
    assert {cell["report"] for cell in broken["cells"]} == (wrong[1] - wrong[0]) & gold
    page = client.get(f"{address}&which=mended").text
    assert "id=R%2F004%20%3Cb%3E" in page
    assert "only the new run is right" in page


def test_one_run_alone_is_refused(client: Any, study: Any) -> None:
    run = study.run()
    for query in (f"run={run}", f"run={run}&run={run}"):
        assert client.get(f"/api/compare?{query}&gold=gold.csv").status_code == 422
    assert client.get(f"/api/compare?run={run}&run=none&gold=gold.csv").status_code == 404


def test_without_two_runs_the_page_says_what_to_do(client: Any) -> None:
    assert "/runs/new" in client.get("/compare").text


def test_with_one_run_the_page_says_what_to_do(client: Any, study: Any) -> None:
    study.run()
    assert "/runs/new" in client.get("/compare").text


def test_downloads(client: Any, study: Any, evaluated: Evaluated) -> None:
    first, second = study.run("kidney-1"), study.run("kidney-2", every=10)
    query = f"run={first}&run={second}&gold=gold.csv"
    evaluated(client, f"/api/compare?{query}")

    assert "Runs compared" in client.get(f"/api/compare/report.html?{query}").text
    assert client.get(f"/api/compare/report.md?{query}").text.startswith("#")
    assert client.get(f"/api/compare/report.json?{query}").json()["baseline"] == first
