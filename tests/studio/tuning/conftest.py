"""A project with gold, and a training that does what the test tells it to."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from epicrisis.engines.catalogue import CATALOGUE
from epicrisis.studio.jobs import TuneRequest, dispatcher
from epicrisis.studio.jobs.dispatcher import Dispatcher
from epicrisis.studio.jobs.trainings import Trainings
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings
from epicrisis.studio.studio import Studio
from epicrisis.studio.tuning import extra

CODEBOOK = """\
name: kidney
variables:
  - {name: normal, kind: boolean, definition: Whether the kidney is called normal.}
"""
BASE = CATALOGUE[1]
#: Seconds until what never comes is given up.
PATIENCE = 180.0
SCRIPT = Path(__file__).with_name("trainer.py")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the real machine: no models. Trainings are possible."""
    monkeypatch.setenv("EPICRISIS_HOME", str(tmp_path / "home"))
    for name in ("EPICRISIS_MODELS", "EPICRISIS_STORE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(extra, "installed", lambda: True)
    return tmp_path / "home"


class AtWork:
    """One process that trains. ``arguments`` are the command line's."""

    def __init__(self, line: socket.socket) -> None:
        self._talk = line.makefile("rw")
        line.close()
        began = json.loads(self._talk.readline())
        self.arguments: list[str] = began["arguments"]
        self.pid: int = began["pid"]

    def tell(self, event: str, **said: Any) -> None:
        """Have it write an event, and wait until that is written."""
        self._order({"event": event, **said})

    def write(self, **files: Any) -> None:
        """Have it write JSON files; ``_`` stands for the point in their names."""
        self._order({"write": {name.replace("_json", ".json"): content for name, content in files.items()}})

    def end(self, code: int = 0, say: str = "") -> None:
        self._talk.write(json.dumps({"exit": code, "say": say}) + "\n")
        self._talk.flush()

    def is_over(self) -> bool:
        """Wait until it has ended."""
        return self._talk.readline() == ""

    def _order(self, order: Any) -> None:
        self._talk.write(json.dumps(order) + "\n")
        self._talk.flush()
        assert json.loads(self._talk.readline()) == "done"


class Trainer:
    """Where processes that train announce themselves."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(PATIENCE)
        self.port = self._server.getsockname()[1]
        self.begun: list[AtWork] = []

    def next(self) -> AtWork:
        """Wait for the next one to begin."""
        self.begun.append(AtWork(self._server.accept()[0]))
        return self.begun[-1]

    def close(self) -> None:
        self._server.close()
        for one in self.begun:
            one._talk.close()


class Study:
    """A project with reports and gold, and the queue of its trainings."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.studio = Studio(project, Settings())
        self.jobs = Trainings(project)
        (project.shelf("codebooks") / "kidney.yaml").write_text(CODEBOOK, "utf-8")
        reports = "".join(f"r{n},text of report {n}\n" for n in range(6))
        (project.shelf("reports") / "reports.csv").write_text(f"id,text\n{reports}", "utf-8")
        gold = "".join(f"r{n},{'true' if n % 2 else 'false'}\n" for n in range(6))
        (project.shelf("gold") / "gold.csv").write_text(f"id,normal\n{gold}", "utf-8")

    def request(self, **change: Any) -> TuneRequest:
        plain = {
            "name": "kidney-1",
            "reports": "reports.csv",
            "codebook": "kidney",
            "gold": "gold.csv",
            "base": BASE.name,
        }
        return TuneRequest.model_validate(plain | change)

    def add(self, **change: Any) -> str:
        return self.jobs.add(self.studio, self.request(**change), by="test")

    def out(self, name: str = "kidney-1") -> Path:
        return self.project.shelf("adapters") / name

    def until_status(self, job_id: str, *statuses: str) -> Any:
        """Wait until a job has one of these statuses, and give it."""

        def there() -> Any:
            job = self.jobs.get(job_id)
            assert job.status in statuses or job.status != "failed", job.error
            return job if job.status in statuses else None

        return until(there)

    def put_adapter(self, name: str = "kidney-1", **change: Any) -> Path:
        """A folder as a training leaves it; ``change`` are parts of its card."""
        folder = self.out(name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "card.json").write_text(json.dumps(make_card(name) | change), "utf-8")
        return folder


def until(true: Callable[[], Any]) -> Any:
    """Look until something holds, and give it."""
    waiting, end = threading.Event(), time.monotonic() + PATIENCE
    while not (found := true()):
        assert time.monotonic() < end, "it never came"
        waiting.wait(0.02)
    return found


def make_card(name: str = "kidney-1") -> dict[str, Any]:
    """A card as ``epicrisis tune`` writes it."""
    return {
        "format": 1,
        "name": name,
        "created": "2025-03-01T10:00:00+00:00",
        "epicrisis": "1",
        "digest": f"sha256:{'a' * 64}",
        "files": {},
        "base": {
            "name": BASE.name, "digest": BASE.digest, "kind": "gguf",
            "architecture": "qwen2", "licence": "Apache-2.0",
        },
        "codebook": {"name": "kidney", "version": "1", "digest": "b" * 64},
        "asking": {"form": "quote_value", "bare": False},
        "data": {
            "gold": "gold.csv", "digest": "sha256:c", "reports": 100, "patients": 90,
            "train": {"count": 70, "reports": ["r1"], "texts": []},
            "validation": {"count": 15, "reports": ["r2"], "texts": []},
            "test": {"count": 12, "reports": ["r3"], "texts": []},
            "dropped": [{"why": "longer than 2,048 tokens", "count": 3}],
            "augmentation": [], "silver": None,
        },
        "settings": {"rank": 16, "learning_rate": 0.0005, "targets": ["q_proj", "v_proj"], "four_bit": False},
        "training": {
            "epochs": 4, "steps": 40, "best_epoch": 3, "tokens": 10_000, "seconds": 360.0, "device": "cpu",
            "history": [],
        },
        "metrics": {
            "split": "test", "through": "llama.cpp", "reports": 12,
            "before": {"value": 0.61, "low": 0.5, "high": 0.71},
            "after": {"value": 0.88, "low": 0.8, "high": 0.94},
            "difference": {"value": 0.27, "low": 0.15, "high": 0.39},
            "variables": [
                {
                    "name": "normal", "metric": "accuracy",
                    "before": {"value": 0.61, "low": 0.5, "high": 0.71},
                    "after": {"value": 0.88, "low": 0.8, "high": 0.94},
                },
            ],
        },
        "agreement": {
            "positions": 50, "mean": 0.116, "largest": 0.634, "tolerance": 0.4, "without_adapter": 3.0,
        },
        "versions": {"torch": "2.13.0"},
    }  # fmt: skip


@pytest.fixture
def study(project: Project) -> Study:
    return Study(project)


@pytest.fixture
def card() -> Callable[..., dict[str, Any]]:
    """``card(name)``: a card as ``epicrisis tune`` writes it."""
    return make_card


@pytest.fixture
def trainer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Trainer]:
    """What trains is told by the test what to do."""
    made = Trainer()
    monkeypatch.setenv("TRAINER_PORT", str(made.port))
    monkeypatch.setattr(dispatcher, "WORKER", (sys.executable, str(SCRIPT), "worker"))
    yield made
    made.close()


@pytest.fixture
def dispatch(study: Study, trainer: Trainer) -> Iterator[Callable[[], Dispatcher]]:
    """Start a dispatcher; those that are left are stopped at the end."""
    started: list[Dispatcher] = []

    def start() -> Dispatcher:
        started.append(Dispatcher(study.project))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def until_true() -> Callable[[Callable[[], Any]], Any]:
    """Look until something holds, and give it."""
    return until
