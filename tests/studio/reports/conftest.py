"""Sets of reports on the shelf."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from epicrisis.studio.project import Project


@pytest.fixture
def shelve(project: Project) -> Callable[[str, str | bytes], Path]:
    """``shelve("r.csv", "id,text\\n...")``: put a file on the shelf by hand; a name may have folders."""

    def shelve(name: str, content: str | bytes) -> Path:
        path = project.shelf("reports") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return shelve


@pytest.fixture
def summary(client) -> Callable[[str], dict]:
    """The counts of a set, once there are any."""

    def summary(name: str) -> dict:
        for _ in range(100):
            found = client.get(f"/api/reports/{name}").json()["set"]["counting"]
            if found["summary"] is not None:
                return found["summary"]
            assert found["failed"] is None
        raise AssertionError("never counted")

    return summary
