"""A small real HTTP server that misbehaves on request."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

MODELS = {"object": "list", "data": [{"id": "m1", "object": "model", "owned_by": "someone"}]}


def completion(text: str = '{"a": 1}', *, finish: str = "stop", **message: Any) -> dict[str, Any]:
    """A chat completion as servers send it."""
    return {
        "choices": [{"index": 0, "finish_reason": finish, "message": {"content": text, **message}}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17},
    }


class FakeServer:
    """Answers ``/v1/models`` with ``models`` and every other call with the next of ``script``.

    An entry of the script is JSON to send with status 200, ``(status, JSON or text, headers)``, ``"drop"``
    (break off the connection) or ``"hang"`` (never answer). The last entry repeats. ``files`` holds bytes and
    headers to send for a path.
    """

    def __init__(self) -> None:
        self.models: Any = MODELS
        self.paths: dict[str, Any] = {}
        self.script: list[Any] = [completion()]
        self.files: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.seen: list[tuple[str, dict[str, str], Any]] = []
        self.stopping = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: object) -> None:
                """Keep the test output quiet."""

            def do_GET(self) -> None:
                if self.path in fake.files:
                    self._send_file()
                else:
                    self._answer(None)

            def do_HEAD(self) -> None:
                self.do_GET()

            def _send_file(self) -> None:
                fake.seen.append((self.path, dict(self.headers), None))
                content, headers = fake.files[self.path]
                self.send_response(200)
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(content)

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def _answer(self, body: Any) -> None:
                fake.seen.append((self.path, dict(self.headers), body))
                if self.path in fake.paths:
                    entry = fake.paths[self.path]
                elif self.path.endswith("/models"):
                    entry = fake.models
                elif body is None:
                    entry = (404, {"error": {"message": "no such thing"}}, {})
                else:
                    entry = fake.script.pop(0) if len(fake.script) > 1 else fake.script[0]
                if entry == "drop":
                    self.close_connection = True
                    return
                if entry == "hang":
                    fake.stopping.wait(60)
                    return
                status, content, headers = entry if isinstance(entry, tuple) else (200, entry, {})
                text = content if isinstance(content, str) else json.dumps(content)
                data = text.encode()
                self.send_response(status)
                if not isinstance(content, str):
                    self.send_header("Content-Type", "application/json")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def posts(self) -> list[Any]:
        """The bodies of the completions asked for."""
        return [body for path, _, body in self.seen if path.endswith("/chat/completions")]

    def close(self) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.close()


@pytest.fixture
def answer() -> Callable[..., dict[str, Any]]:
    return completion


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the models, keys or settings of whoever runs it."""
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path_factory.mktemp("home")))
    for name in ("EPICRISIS_MODELS", "EPICRISIS_API_KEY", "OPENAI_API_KEY", "EPICRISIS_EMBEDDED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
