"""Other people's things, and ids of another kind."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

STRANGE = [
    "nothing", "%2e%2e%2f", "..%2f..%2fetc%2fpasswd", "a%00b", "%ff%fe", "a" * 190, "💥", "con", "nul.txt",
    "..%5c..%5cwindows", "library:", "library:..", "review:..", "job-", " ", "-rf", "%0d%0aX-Evil:%201",
    "'%20OR%201=1--", "*", "$(id)",
]  # fmt: skip


PATHS = [
    "/reports/{}", "/api/reports/{}/file", "/api/reports/{}/reading", "/api/gold/{}/file",
    "/codebooks/{}", "/api/codebooks/{}/yaml", "/api/codebooks/{}/versions/1", "/runs/{}",
    "/api/runs/{}/results", "/api/runs/{}/export", "/api/runs/{}/manifest", "/api/evaluate/{}?gold=x",
    "/api/tries/{}", "/api/tries/{}/answers", "/reviews/{}", "/api/reviews/{}/agreement",
    "/static/{}", "/static/..%2f{}", "/api/try/reports?reports={}", "/api/codebook-samples?reports={}",
    "/api/gold?name={}&codebook=wicked", "/api/gold?name=wicked.csv&codebook={}",
]  # fmt: skip


def test_no_name_leads_anywhere(make_on: Callable[..., Any]) -> None:
    client = make_on("admin")
    for path, name in product(PATHS, STRANGE):
        answer = client.get(path.format(name))
        # Which codebook gold is looked at by may be any: that there is none is what is told then.
        expected = (200, 404, 422) if path.endswith("codebook={}") else (307, 400, 404, 405, 409, 422)
        assert answer.status_code in expected, (path, name, answer.status_code, answer.text[:200])
        assert "root:" not in answer.text
        assert "x-evil" not in answer.headers
        assert str(client.app.state.studio.project.folder) not in answer.text


def test_a_try_is_its_owners(make_on: Callable[..., Any], wicked: Any) -> None:
    owner, other = make_on("viewer"), make_on("admin")
    asked = {"text": "A lesion left.", "codebook": "wicked", "engine": wicked.engine}
    begun = owner.post("/api/tries", json=asked)
    assert begun.status_code == 201, begun.text
    number = begun.json()["id"]
    for path in ("", "/answers", "/table", "/events"):
        assert other.get(f"/api/tries/{number}{path}").status_code == 404
    assert other.delete(f"/api/tries/{number}").status_code == 404
    assert owner.get(f"/api/tries/{number}").status_code == 200
    assert owner.delete(f"/api/tries/{number}").status_code == 204


def test_judgements_are_ones_own(make_on: Callable[..., Any], wicked: Any) -> None:
    client, report = make_on("reviewer"), wicked.reports[0]
    query = {"id": report, "variable": "lesion", "version": 1}
    client.delete(f"/api/reviews/{wicked.two}/judgement", params=query)
    forged = {
        "report_id": report, "variable": "lesion", "version": 0, "value": "true", "status": "stated",
        "reviewer": "second", "person": "second", "review": wicked.blind,
    }  # fmt: skip
    client.put(f"/api/reviews/{wicked.two}/judgement", json=forged)
    seconds = make_on("second").get(f"/api/reviews/{wicked.two}/report", params={"id": report}).json()
    kept = {one["variable"]: one for one in seconds["judgements"]}
    assert kept["lesion"]["value"] is False
    assert kept["lesion"]["comment"]


def test_a_report_of_another_review_is_not_there(make_on: Callable[..., Any], wicked: Any) -> None:
    said = {"report_id": "R-99", "variable": "lesion", "version": 0, "value": "true"}
    client = make_on("reviewer")
    assert client.put(f"/api/reviews/{wicked.two}/judgement", json=said).status_code == 404
    said |= {"report_id": wicked.reports[0], "variable": "not_there"}
    assert client.put(f"/api/reviews/{wicked.two}/judgement", json=said).status_code == 404
