"""Nobody but an admin can make the studio open a file or an address."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[tuple[list[str], socket.socket]]:
    """Addresses of a server that must never be called, and of a file that must never be opened."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    script = tmp_path / "script.jsonl"
    script.write_text('{"reply": {}}\n')
    port = listening.getsockname()[1]
    yield (
        [f"http://127.0.0.1:{port}/v1#m", f"HTTP://127.0.0.1:{port}/v1", f"scripted:{script}", str(script),
         "/etc/passwd", "file:///etc/passwd", "../x.gguf", "hf:o/r/f.gguf", "llamacpp:/x.gguf"],
        listening,
    )  # fmt: skip
    listening.close()


def test_engines_are_chosen_and_not_typed(make_on: Callable[..., Any], wicked: Any, trap: Any) -> None:
    addresses, listening = trap
    client = make_on("editor")
    run = {"reports": "wicked.csv", "codebook": "wicked"}
    yaml = (wicked.project.shelf("codebooks") / "wicked.yaml").read_text()
    for address in addresses:
        asked: list[tuple[str, dict[str, Any]]] = [
            ("/api/tries", {"text": "x", "codebook": "wicked", "engine": address}),
            ("/api/runs", {**run, "engine": address}),
            ("/api/preflight", {**run, "engine": address}),
            ("/runs/preflight", {**run, "engine": address}),
            ("/api/codebooks/prompt", {"yaml": yaml, "engine": address, "load": True}),
        ]
        for path, body in asked:
            answer = client.post(path, json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "option"), (path, answer.text)
        assert client.post("/api/engines", json={"address": address}).status_code == 403
        assert client.post("/api/models/pulls", json={"address": address}).status_code == 403
    with pytest.raises(TimeoutError):
        listening.accept()


def test_an_admin_names_no_files(make_on: Callable[..., Any], trap: Any) -> None:
    client = make_on("admin")
    for address in trap[0][2:7]:
        assert client.post("/api/engines", json={"address": address}).status_code == 422, address


@pytest.mark.parametrize(
    "settings",
    [
        {"threads": 10**9},
        {"threads": -1},
        {"context": 10**30},
        {"timeout": 1e999},
        {"timeout": -1},
        {"parallel": 10**6},
        {"unknown": 1},
    ],
)
def test_settings_of_engines_have_limits(
    make_on: Callable[..., Any], wicked: Any, settings: dict[str, Any]
) -> None:
    import json

    body = {"reports": "wicked.csv", "codebook": "wicked", "engine": wicked.engine, "settings": settings}
    answer = make_on("editor").post(
        "/api/runs", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
