"""A page opened in a real browser, and what became of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 120


@dataclass(frozen=True)
class Seen:
    """The page after its scripts ran, and what the console said of errors and refused requests."""

    dom: str
    console: list[str]

    @property
    def charts(self) -> list[str]:
        """The drawings, one for each chart."""
        return re.findall(r'<svg[^>]* class="marks".*?</svg>', self.dom, re.S)


Look = Callable[..., Seen]


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in _NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip("no browser: install Debian's 'chromium'")


@pytest.fixture
def look(chromium: str, tmp_path: Path) -> Look:
    """Open HTML as a file and give what the browser made of it."""

    def look(html: str, *arguments: str) -> Seen:
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        done = subprocess.run(
            [
                chromium,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run",
                f"--user-data-dir={tmp_path / 'profile'}",
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--enable-logging=stderr",
                "--virtual-time-budget=10000",
                *arguments,
                "--dump-dom",
                path.as_uri(),
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=True,
        )
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return Seen(done.stdout, console)

    return look
