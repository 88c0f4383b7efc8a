"""A model server whose every answer waits until the test lets it through, and the queue that asks it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from epicrisis.engines.instances import instance
from epicrisis.studio.database import Database
from epicrisis.studio.engines import Engines
from epicrisis.studio.jobs import JobRequest, Jobs
from epicrisis.studio.project import Project

CODEBOOK = """\
name: kidney
variables:
  - {name: normal, kind: boolean, definition: Whether the kidney is called normal.}
"""
#: Seconds until what never comes is given up.
PATIENCE = 60.0
_TEXT = re.compile(r"text of report (\d+)")


class GatedServer:
    """An OpenAI-compatible server. ``let(n)`` lets ``n`` more answers through, ``open()`` all of them.

    ``asked`` are the numbers of the reports that were asked about, in order, again and again if so.
    """

    def __init__(self) -> None:
        self.asked: list[int] = []
        self._passes = 0
        self._open = False
        self._changed = threading.Condition()
        gated = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *arguments: object) -> None:
                """Keep the test output quiet."""

            def do_GET(self) -> None:
                models = {"object": "list", "data": [{"id": "gated", "object": "model"}]}
                self._send(models if self.path.endswith("/models") else None)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gated.pass_through(body)
                schema = body["response_format"]["json_schema"]["schema"]
                message = {"content": json.dumps(instance(schema, 1))}
                self._send(
                    {
                        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                        "usage": {"prompt_tokens": 100, "completion_tokens": 5},
                    }
                )

            def _send(self, content: Any) -> None:
                data = json.dumps(content or {}).encode()
                try:
                    self.send_response(200 if content else 404)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)
                except OSError:
                    """Whoever asked has gone."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}/v1#gated"

    def pass_through(self, body: dict[str, Any]) -> None:
        """Wait at the gate; requests that are about no report go straight through."""
        found = _TEXT.findall(body["messages"][-1]["content"])
        if not found:
            return
        with self._changed:
            self.asked.append(int(found[-1]))
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._open or self._passes > 0, PATIENCE)
            self._passes -= 1

    def let(self, count: int) -> None:
        with self._changed:
            self._passes += count
            self._changed.notify_all()

    def open(self) -> None:
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def until_asked(self, count: int) -> None:
        """Wait until so many questions came, answered or not."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.asked) >= count, PATIENCE), self.asked

    def close(self) -> None:
        self.open()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def until(true: Callable[[], Any]) -> Any:
    """Look until something holds, and give it."""
    waiting, end = threading.Event(), time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < end, "it never came"
        waiting.wait(0.02)
    return found


class Work:
    """A project with one codebook and reports, and an engine that waits."""

    def __init__(self, project: Project, server: GatedServer) -> None:
        self.project = project
        self.server = server
        self.jobs = Jobs(project)
        (project.shelf("codebooks") / "kidney.yaml").write_text(CODEBOOK, "utf-8")
        self.write_reports("reports.csv", 6)
        Engines(Database(project.database)).add(server.address, "gated", by="test")

    def write_reports(self, name: str, count: int) -> None:
        rows = "".join(f"r{n},text of report {n}\n" for n in range(count))
        (self.project.shelf("reports") / name).write_text(f"id,text\n{rows}", "utf-8")

    def request(self, **change: Any) -> JobRequest:
        plain = {
            "reports": "reports.csv",
            "codebook": "kidney",
            "engine": self.server.address,
            "options": {"second_look": False},
            "settings": {"parallel": 1},
        }
        return JobRequest.model_validate(plain | change)

    def add(self, **change: Any) -> str:
        return self.jobs.add(self.request(**change), by="test")

    def until_status(self, job_id: str, *statuses: str) -> Any:
        """Wait until a job has one of these statuses, and give it."""

        def there() -> Any:
            job = self.jobs.get(job_id)
            assert job.status in statuses or job.status != "failed", job.error
            return job if job.status in statuses else None

        return until(there)

    def until_done(self, job_id: str, count: int) -> Any:
        """Wait until so many reports are done, by what the job says of itself."""

        def there() -> Any:
            progress = self.jobs.get(job_id).progress
            return progress is not None and progress.done >= count

        return until(there)


class StudioProcess:
    """A real ``epicrisis studio``; ``kill`` or ``stop`` ends it."""

    def __init__(self, folder: Path) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "EPICRISIS_STORE"}
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "epicrisis", "studio"),
                *("--project", str(folder), "--port", "0", "--no-browser"),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
        )
        assert self.process.stdout is not None
        said = ""
        while (found := re.search(r"http://\S+", said)) is None:
            line = self.process.stdout.readline()
            assert line, said
            said += line
        self.address = found[0]

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def stop(self) -> None:
        """Ctrl-C."""
        import signal

        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def server() -> Iterator[GatedServer]:
    gated = GatedServer()
    yield gated
    gated.close()


@pytest.fixture
def study(project: Project, server: GatedServer, monkeypatch: pytest.MonkeyPatch) -> Work:
    for name in ("EPICRISIS_API_KEY", "OPENAI_API_KEY", "EPICRISIS_STORE"):
        monkeypatch.delenv(name, raising=False)
    return Work(project, server)


@pytest.fixture
def start_studio(study: Work) -> Iterator[Callable[[], StudioProcess]]:
    """Start a studio of the project as a process of its own; those that are left are stopped at the end."""
    started: list[StudioProcess] = []

    def start() -> StudioProcess:
        started.append(StudioProcess(study.project.folder))
        return started[-1]

    yield start
    study.server.open()
    for one in started:
        if one.process.poll() is None:
            one.stop()


@pytest.fixture
def until_true() -> Callable[[Callable[[], Any]], Any]:
    """Look until something holds, and give it."""
    return until
