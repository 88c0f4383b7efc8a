"""How the studio is served."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8100


@dataclass(frozen=True, slots=True)
class Settings:
    """``host`` and ``port`` to listen on. ``accounts``: whether people log in. ``secure``: whether browsers
    reach the studio over HTTPS, so that cookies are sent over nothing else. ``names`` are further names that
    browsers may call this host by. Sizes in bytes: ``upload`` of a file, ``body`` of any other request.
    ``idle`` and ``longest`` bound a session, in seconds."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    accounts: bool = False
    secure: bool = False
    names: tuple[str, ...] = ()
    upload: int = 200_000_000
    body: int = 6_000_000
    idle: float = 8 * 3600.0
    longest: float = 7 * 24 * 3600.0
    certificate: Path | None = None
    key: Path | None = None
    trust_proxy: bool = False

    @property
    def is_loopback(self) -> bool:
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach ``host``."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
