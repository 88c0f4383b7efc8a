"""Zip files as people and their enemies make them, and sending files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest


def _zip(*members: tuple[str | zipfile.ZipInfo, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return written.getvalue()


@pytest.fixture
def zipped() -> Callable[..., bytes]:
    """``zipped(("a.txt", "..."), ...)``: the bytes of a zip."""
    return _zip


@pytest.fixture
def send(client: Any) -> Callable[..., Any]:
    """``send(("name.csv", b"..."), existing="replace")``: upload to the shelf of reports."""

    def send(*files: tuple[str, bytes], shelf: str = "reports", **query: str) -> Any:
        return client.post(f"/api/uploads/{shelf}", files=[("file", one) for one in files], params=query)

    return send


@pytest.fixture
def refused(send: Callable[..., Any]) -> Callable[..., tuple[int, str]]:
    """Status and code of an upload that is refused; nothing of it is left in the project."""

    def refused(*files: tuple[str, bytes], **query: str) -> tuple[int, str]:
        answer = send(*files, **query)
        return answer.status_code, answer.json()["code"]

    return refused
