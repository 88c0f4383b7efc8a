"""The API called with everything its own OpenAPI document allows, and much that it does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from epicrisis import library
from epicrisis.studio.app import create_app
from epicrisis.studio.project import Project

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A project with something in it, and no models."""
    project = Project.at(tmp_path_factory.mktemp("contract") / "study")
    shipped = library.path("brain-mri")
    for shelf, name, source in (
        ("codebooks", "brain.yaml", "codebook.yaml"),
        ("reports", "brain.csv", "reports.csv"),
        ("gold", "brain.csv", "gold.csv"),
    ):
        (project.folder / shelf / name).write_bytes((shipped / source).read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPICRISIS_HOME", str(tmp_path_factory.mktemp("home")))
        # Without the extra, asking for a training is answered with 501.
        patch.setattr("epicrisis.studio.tuning.extra.installed", lambda: True)
        patch.setattr(
            "epicrisis.studio.people.accounts._hasher",
            lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
        )
        yield create_app(project)


@pytest.fixture(scope="module")
def token(app: Any) -> str:
    client = TestClient(app, base_url="http://127.0.0.1:8100")
    return str(client.get("/api/me").json()["csrf"])


#: Fetching a model, looking for servers and trying to log in are left out.
_LEFT_OUT = re.compile(r"/models/.*(pull|fetch)|/engines/|/models$|/api/login")


def test_the_document_is_kept(app: Any, token: str) -> None:
    headers = {"host": "127.0.0.1:8100", "X-CSRF-Token": token}
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=headers)
    broken: list[str] = []
    called = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if _LEFT_OUT.search(operation.path):
            continue
        called += 1

        @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def call(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=_CHECKS)

        try:
            call()
        except (Exception, BaseExceptionGroup) as error:
            broken.append(f"{operation.method.upper()} {operation.path}: {error}")
    assert called > 5
    assert not broken, "\n\n".join(broken)
