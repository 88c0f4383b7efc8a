"""A project, and the studio that serves it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient

from epicrisis.studio.app import create_app
from epicrisis.studio.database import Database
from epicrisis.studio.people.accounts import Accounts
from epicrisis.studio.project import Project
from epicrisis.studio.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Hashes that are cheap to make: these passwords protect nothing."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr("epicrisis.studio.people.accounts._hasher", lambda: hasher)
        yield


class Client(TestClient):
    """A browser that carries its token. Answers that are errors of the server raise."""

    def __init__(self, project: Project, settings: Settings | None = None, **options: Any) -> None:
        self.project = project
        super().__init__(
            create_app(project, settings),
            base_url=f"{'https' if settings and settings.secure else 'http'}://127.0.0.1:8100",
            follow_redirects=False,
            **options,
        )

    def with_token(self) -> Client:
        self.headers["X-CSRF-Token"] = self.get("/api/me").json()["csrf"]
        return self

    def log_in(self, name: str, password: str = PASSWORD) -> Client:
        answer = self.post("/api/login", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.text
        self.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return self


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.at(tmp_path / "study")


@pytest.fixture
def client(project: Project) -> Iterator[Client]:
    """The one person of a studio without accounts."""
    with Client(project) as client:
        yield client.with_token()


@pytest.fixture
def make_client(project: Project) -> Iterator[Callable[..., Client]]:
    """``make_client(Settings(accounts=True))``: a browser that knows nothing yet."""
    with contextlib.ExitStack() as stack:
        yield lambda settings=None, **options: stack.enter_context(Client(project, settings, **options))


@pytest.fixture
def accounts(project: Project) -> Accounts:
    """One account of each role, called by it, plus a second reviewer."""
    accounts = Accounts(Database(project.database))
    for name, role in (
        ("admin", "admin"),
        ("editor", "editor"),
        ("reviewer", "reviewer"),
        ("second", "reviewer"),
        ("viewer", "viewer"),
    ):
        accounts.add(name, role, PASSWORD, by="test")
    return accounts
