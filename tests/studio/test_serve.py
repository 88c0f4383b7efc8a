"""Who may be let in decides whether the studio starts at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from epicrisis.errors import OptionError
from epicrisis.studio.project import Project
from epicrisis.studio.serve import checked
from epicrisis.studio.settings import is_loopback


@pytest.fixture
def pem(tmp_path: Path) -> dict[str, Path]:
    files = {"certificate": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    for file in files.values():
        file.write_text("pem")
    return files


def test_this_machine_alone_needs_nobody(project: Project) -> None:
    for host in ("127.0.0.1", "localhost", "::1"):
        settings = checked(project, host=host, port=8100)
        assert (settings.accounts, settings.secure) == (False, False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "studio.hospital.example"])
def test_others_need_accounts(project: Project, pem: dict[str, Path], host: str) -> None:
    with pytest.raises(OptionError, match="no accounts") as caught:
        checked(project, host=host, port=8100, **pem)
    assert "studio user add" in (caught.value.hint or "")


def test_a_proxy_needs_accounts_too(project: Project) -> None:
    with pytest.raises(OptionError, match="no accounts"):
        checked(project, host="127.0.0.1", port=8100, behind_proxy=True)


def test_others_need_https(project: Project, accounts: Any, pem: dict[str, Path]) -> None:
    with pytest.raises(OptionError, match="plain HTTP"):
        checked(project, host="0.0.0.0", port=8100)
    settings = checked(project, host="0.0.0.0", port=8100, **pem)
    assert (settings.accounts, settings.secure) == (True, True)
    assert checked(project, host="0.0.0.0", port=8100, behind_proxy=True).secure


def test_accounts_count_on_this_machine_too(project: Project, accounts: Any) -> None:
    assert checked(project, host="127.0.0.1", port=8100).accounts


def test_a_certificate_comes_with_its_key(project: Project, pem: dict[str, Path]) -> None:
    with pytest.raises(OptionError, match="belong together"):
        checked(project, host="127.0.0.1", port=8100, certificate=pem["certificate"])
    with pytest.raises(OptionError, match="no such file"):
        checked(project, host="127.0.0.1", port=8100, certificate=Path("gone.pem"), key=pem["key"])


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *((host, True) for host in ("127.0.0.1", "127.3.4.5", "::1", "[::1]", "localhost")),
        *((host, False) for host in ("0.0.0.0", "10.0.0.1", "localhost.evil.example", "")),
    ],
)
def test_what_only_this_machine_can_reach(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
