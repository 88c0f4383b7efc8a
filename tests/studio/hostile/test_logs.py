"""A word that only reports, comments and values hold is nowhere but where they belong."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

CANARY = "zanzibarquartz"
#: Where people's own words are kept in the studio's file.
_THEIRS = {"judgements", "judgement_changes", "decisions"}


def test_no_log_holds_a_word_of_a_report(
    make_on: Callable[..., Any], wicked: Any, addresses: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.root.manager.loggerDict):
        logging.getLogger(name).setLevel(logging.NOTSET)
    client, report = make_on("admin"), wicked.reports[0]
    for path, query in addresses:
        client.get(path, params=query)
    asked = {"codebook": "wicked", "engine": wicked.engine}
    said = {"report_id": report, "variable": "words", "version": 0, "comment": CANARY}
    refused = [
        client.post("/api/tries", json={**asked, "text": CANARY, "codebook_yaml": f"{CANARY}: ["}),
        client.post("/api/tries", json={**asked, "text": CANARY, "options": {"think": CANARY}}),
        client.post(
            "/api/tries",
            content=f'{{"text": "{CANARY}'.encode(),
            headers={"content-type": "application/json"},
        ),
        client.put(
            f"/api/reviews/{wicked.two}/judgement", json=said | {"variable": "lesion", "value": CANARY}
        ),
        client.put(f"/api/reviews/{wicked.two}/judgement", json=said | {"value": [CANARY]}),
        client.put(f"/api/reviews/{wicked.two}/judgement", json=said | {"version": CANARY}),
        client.post(
            "/api/uploads/reports",
            files={"file": ("a.csv", f"id,tekst\n1,{CANARY}\n\n\x00{CANARY}".encode())},
        ),
        client.post(
            "/api/uploads/reports", files={"file": ("a.jsonl", f'{{"id": 1, "text": "{CANARY}"'.encode())}
        ),
        client.post("/api/uploads/reports", files={"file": ("a.xlsx", CANARY.encode())}),
        client.post("/api/uploads/gold", files={"file": ("a.json", f"[{CANARY}]".encode())}),
        client.post(
            "/api/uploads/reports",
            content=CANARY.encode(),
            headers={"content-type": "multipart/form-data; boundary=x"},
        ),
    ]
    for answer in refused:
        if answer.status_code >= 400 and "codebook_yaml" not in str(answer.request.content):
            assert CANARY not in answer.text, (answer.request.url, answer.text)
    begun = client.post("/api/tries", json={**asked, "text": f"A lesion. {CANARY}"})
    assert begun.status_code == 201
    for _ in range(600):
        if client.get(f"/api/tries/{begun.json()['id']}").json()["progress"]["step"] == "over":
            break
    assert (
        client.put(f"/api/reviews/{wicked.two}/judgement", json=said | {"value": CANARY}).status_code == 200
    )
    # Which words were asked for is told by the test's own client too.
    records = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    told = [f"{one.name}: {one.getMessage()} {one.exc_text or ''}" for one in records]
    assert [one for one in told if CANARY in one] == []


def test_the_studio_keeps_it_where_it_belongs(make_on: Callable[..., Any], wicked: Any) -> None:
    client = make_on("admin")
    said = {
        "report_id": wicked.reports[3],
        "variable": "words",
        "version": 0,
        "value": CANARY,
        "comment": CANARY,
    }
    assert client.put(f"/api/reviews/{wicked.two}/judgement", json=said).status_code == 200
    with closing(sqlite3.connect(wicked.project.database)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        holding = {
            table
            for table in tables
            if any(CANARY in str(row) for row in db.execute(f'SELECT * FROM "{table}"').fetchall())
        }
    assert holding <= _THEIRS
    assert CANARY not in client.get("/api/activity").text
    assert CANARY not in client.get("/api/activity/export").text
    assert not any(CANARY in path.name for path in wicked.project.folder.rglob("*"))
    others = list((wicked.project.folder / ".epicrisis").rglob("log.txt"))
    assert not any(CANARY in path.read_text() for path in others)


def test_what_is_kept_is_for_this_account_alone(wicked: Any) -> None:
    """Other people of the machine do not read it."""
    kept = wicked.project.folder / ".epicrisis"
    open_to_others = [
        str(path.relative_to(wicked.project.folder))
        for path in (wicked.project.database, wicked.project.store)
        if path.stat().st_mode & 0o077 and kept.stat().st_mode & 0o077
    ]
    assert json.dumps(open_to_others) == "[]"
