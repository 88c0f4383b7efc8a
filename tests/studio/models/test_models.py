"""The page Models: what is here, fetching, verifying, deleting, servers, engines, adapters."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from epicrisis.engines import fetch
from epicrisis.engines.catalogue import CATALOGUE
from epicrisis.engines.store import ModelStore, Progress
from epicrisis.errors import ModelError
from epicrisis.studio.modelling.models import model_tasks

SMALL = CATALOGUE[-1]


def until(ask: Callable[[], Any], true: Callable[[Any], bool]) -> Any:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        found = ask()
        if true(found):
            return found
        time.sleep(0.02)
    raise AssertionError("it never came")


def model(client: Any, name: str) -> dict[str, Any]:
    return next(one for one in client.get("/api/models").json()["models"] if one["name"] == name)


def test_the_catalogue_is_shown_with_what_is_here(client: Any, stored: Callable[..., str]) -> None:
    stored(0)

    found = client.get("/api/models").json()

    assert [one["name"] for one in found["models"]] == [entry.name for entry in CATALOGUE]
    assert [one["here"] for one in found["models"]] == [True, False, False]
    assert all(one["licence"] == "Apache-2.0" and one["needed"] > one["size"] for one in found["models"][1:])
    assert {one["fit"] for one in found["models"]} <= {"ok", "warn", "fail", "unknown"}
    page = client.get("/models").text
    assert "SmolLM2 135M Instruct" in page
    assert "Put its GGUF file" in page


def test_whether_a_model_fits_the_memory(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    free = {"bytes": 50_000_000}
    monkeypatch.setattr("epicrisis.studio.modelling.models.available_memory", lambda: free["bytes"])

    assert model(client, SMALL.name)["fit"] == "fail"
    free["bytes"] = SMALL.size + 1
    assert model(client, SMALL.name)["fit"] == "warn"
    free["bytes"] = 10_000_000_000
    assert model(client, SMALL.name)["fit"] == "ok"


def test_fetching_shows_how_far_it_is_and_ends(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def ensure(entry: Any, report: Any = None, **_more: Any) -> None:
        report(Progress(entry.name, 40, 100, "somewhere"))
        go_on.wait(20)
        store = ModelStore()
        store.path(entry.sha256).parent.mkdir(parents=True, exist_ok=True)
        store.path(entry.sha256).write_bytes(b"x")

    monkeypatch.setattr(fetch, "ensure", ensure)

    assert client.post("/api/models/pulls", json={"address": SMALL.name}).status_code == 202
    working = until(
        lambda: model(client, SMALL.name)["working"],
        lambda one: one and one["state"] == "running" and one["done"],
    )
    page = client.get("/models").text
    assert (working["done"], working["total"], working["source"]) == (40, 100, "somewhere")
    assert 'value="40"' in page
    assert 'hx-trigger="load delay:1s"' in page
    # Another click begins nothing.
    client.post("/api/models/pulls", json={"address": SMALL.name})
    assert client.delete(f"/api/models/{SMALL.sha256}").status_code == 409
    go_on.set()
    found = until(lambda: model(client, SMALL.name), lambda one: one["here"])
    assert until(lambda: model(client, SMALL.name)["working"]["state"], lambda one: one == "done")
    assert found["sha256"] == SMALL.sha256


def test_fetching_is_cancelled_through_its_report(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def ensure(entry: Any, report: Any = None, **_more: Any) -> None:
        while True:
            report(Progress(entry.name, 1, 100, "somewhere"))
            begun.set()
            time.sleep(0.01)

    monkeypatch.setattr(fetch, "ensure", ensure)
    client.post("/api/models/pulls", json={"address": SMALL.name})
    assert begun.wait(20)

    assert client.delete(f"/api/models/pulls?key={SMALL.sha256}").status_code == 204

    until(lambda: model(client, SMALL.name)["working"]["state"], lambda one: one == "cancelled")
    assert client.delete(f"/api/models/pulls?key={SMALL.sha256}").status_code == 404


def test_a_fetch_that_fails_says_why(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def ensure(*_some: Any, **_more: Any) -> None:
        raise ModelError("No source has it.", hint="Try a mirror.")

    monkeypatch.setattr(fetch, "ensure", ensure)
    client.post("/api/models/pulls", json={"address": SMALL.name})

    working = until(
        lambda: model(client, SMALL.name)["working"], lambda one: one and one["state"] == "failed"
    )

    assert working["problem"]["message"] == "No source has it."
    assert "Try a mirror." in client.get("/models").text


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "http://127.0.0.1:1/v1#x", "scripted:x", "native:nothing"]
)
def test_only_models_are_fetched(client: Any, address: str) -> None:
    assert client.post("/api/models/pulls", json={"address": address}).status_code == 422


def test_a_damaged_model_is_found_out(client: Any, stored: Callable[..., str]) -> None:
    sha256 = stored(0)

    assert client.post(f"/api/models/{sha256}/verify").status_code == 202
    working = until(
        lambda: model(client, CATALOGUE[0].name)["working"], lambda one: one and one["state"] == "failed"
    )

    assert "cut short" in working["problem"]["message"]
    assert str(Path.home()) not in working["problem"]["where"]


def test_a_model_is_deleted(client: Any, stored: Callable[..., str]) -> None:
    sha256 = stored(0)

    assert client.delete(f"/api/models/{sha256}").status_code == 204

    assert not model(client, CATALOGUE[0].name)["here"]
    assert client.delete(f"/api/models/{sha256}").status_code == 404
    assert client.post(f"/api/models/{sha256}/verify").status_code == 404
    assert client.delete("/api/models/..%2f..%2fx").status_code in (404, 405, 422)


def test_servers_that_answer_are_found(client: Any, server: int) -> None:
    found = until(lambda: client.get("/api/models").json()["servers"], lambda one: not one["looking"])[
        "found"
    ]

    assert found == [
        {
            "url": f"http://127.0.0.1:{server}/v1",
            "software": "ollama",
            "models": ["llama3:8b", "qwen <b>"],
            "reached": True,
            "reason": "",
            "loopback": True,
        }
    ]
    page = client.get("/models").text
    assert f'value="http://127.0.0.1:{server}/v1#llama3:8b"' in page
    assert "qwen <b>" not in page


def test_an_added_server_that_is_down_is_said_to_be(client: Any) -> None:
    address = "http://127.0.0.1:9/v1#model"
    assert client.post("/api/engines", json={"address": address, "label": "Ward server"}).status_code == 201

    found = until(
        lambda: client.get("/api/models").json()["servers"], lambda one: not one["looking"] and one["found"]
    )["found"]

    assert [(one["url"], one["reached"]) for one in found] == [("http://127.0.0.1:9/v1", False)]
    assert [one["label"] for one in client.get("/api/models").json()["engines"]] == ["Ward server"]
    assert client.delete("/api/engines", params={"address": address}).status_code == 204
    assert client.get("/api/models").json()["engines"] == []


@pytest.mark.parametrize(
    "address",
    [
        "/etc/passwd",
        "~/model.gguf",
        "scripted:/tmp/x",
        "model.gguf",
        "native:/tmp/x.gguf",
        "nothing",
        "../x",
        "ftp://x",
    ],
)
def test_files_cannot_be_typed_as_engines(client: Any, address: str) -> None:
    assert client.post("/api/engines", json={"address": address}).status_code == 422


def test_model_files_of_named_folders_can_be_allowed(
    client: Any, tiny_gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EPICRISIS_MODELS", str(tiny_gguf.parent))

    assert client.get("/api/models").json()["files"] == [str(tiny_gguf)]
    assert client.post("/api/engines", json={"address": str(tiny_gguf), "label": "Ours"}).status_code == 201

    found = client.get("/api/models").json()
    assert found["files"] == []
    assert [one["address"] for one in found["engines"]] == [str(tiny_gguf)]


def adapter(path: Path, architecture: str = "llama", kind: str | None = "adapter") -> None:
    import gguf
    import numpy as np

    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("kidney adapter")
    if kind is not None:
        writer.add_string("general.type", kind)
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 16.0)
    writer.add_tensor("blk.0.attn_q.weight.lora_a", np.zeros((4, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_adapters_are_read_by_their_headers(
    client: Any, project: Any, tiny_gguf: Path, stored: Callable[..., str]
) -> None:
    stored(0, tiny_gguf.read_bytes())
    shelf = project.shelf("adapters")
    adapter(shelf / "a.gguf")
    adapter(shelf / "b.gguf", architecture="gemma")
    adapter(shelf / "c.gguf", kind=None)
    (shelf / "d.gguf").write_bytes(b"<script>alert(1)</script>")
    (shelf / "e.gguf").write_bytes(b"")
    (shelf / "f.gguf").write_bytes((shelf / "a.gguf").read_bytes()[:200])

    found = {one["file"]: one for one in client.get("/api/models").json()["adapters"]}

    assert found["a.gguf"]["fits"] == [CATALOGUE[0].name]
    assert (found["a.gguf"]["name"], found["a.gguf"]["alpha"], found["a.gguf"]["kind"]) == (
        "kidney adapter",
        16.0,
        "lora",
    )
    assert (found["b.gguf"]["problem"], found["b.gguf"]["fits"]) == ("", [])
    assert found["c.gguf"]["problem"] == "This is a GGUF file, but no adapter."
    assert all(found[f"{name}.gguf"]["problem"] for name in "def")
    assert "<script>alert" not in client.get("/models").text


def test_only_admins_change_models_and_engines(
    make_client: Any, accounts: Any, stored: Callable[..., str]
) -> None:
    from epicrisis.studio.settings import Settings

    sha256 = stored(0)
    client = make_client(Settings(accounts=True)).log_in("editor")

    assert client.get("/api/models").status_code == 200
    assert client.post("/api/models/pulls", json={"address": SMALL.name}).status_code == 403
    assert client.delete("/api/models/pulls?key=x").status_code == 403
    assert client.post(f"/api/models/{sha256}/verify").status_code == 403
    assert client.delete(f"/api/models/{sha256}").status_code == 403
    assert client.post("/api/engines", json={"address": "http://127.0.0.1:9/v1#x"}).status_code == 403
    assert client.delete("/api/engines?address=x").status_code == 403
    assert "/api/models/pulls" not in client.get("/models").text


def test_what_is_done_is_on_record(client: Any, stored: Callable[..., str]) -> None:
    sha256 = stored(0)
    client.post(f"/api/models/{sha256}/verify")
    until(lambda: [one.open for one in model_tasks(client.app.state.studio).all()], lambda one: not any(one))
    client.delete(f"/api/models/{sha256}")

    with client.app.state.studio.database.reading() as db:
        noted = [tuple(row) for row in db.execute("SELECT action, object FROM activity")]
    assert ("model.verify", CATALOGUE[0].name) in noted
    assert ("model.remove", CATALOGUE[0].name) in noted
