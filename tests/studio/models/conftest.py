"""Models that lie in a home of the test's own, and a server that answers as model servers do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from epicrisis.engines.catalogue import CATALOGUE
from epicrisis.studio.modelling import reachable


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the real machine: no models, no servers, no Hub."""
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("EPICRISIS_MODELS", raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(reachable, "PORTS", {})
    return tmp_path / "home"


@pytest.fixture
def stored(home: Path) -> Callable[..., str]:
    """``stored(0, b"...")``: a file where a model of the catalogue lies; gives its digest."""

    def store(number: int = 0, content: bytes = b"not the model") -> str:
        sha256 = CATALOGUE[number].sha256
        path = home / "models" / "sha256" / f"{sha256}.gguf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return sha256

    return store


class _Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = {
            "/v1/models": {"object": "list", "data": [{"id": "llama3:8b"}, {"id": "qwen <b>"}]},
            "/api/version": {"version": "0.9"},
        }.get(self.path)
        content = json.dumps(found or {}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of something like Ollama, among those that are looked at."""
    served = ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=served.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setattr(reachable, "PORTS", {served.server_port: "Ollama"})
    yield served.server_port
    served.shutdown()
    served.server_close()
    thread.join()
