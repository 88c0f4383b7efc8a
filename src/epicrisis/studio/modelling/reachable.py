"""The servers on this machine that answer now, and whether those that were added do."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from pydantic import BaseModel

from ...engines import servers
from ...engines.address import parse
from ...engines.transport import Transport
from ...errors import EpicrisisError
from ..engines import Engines
from ..studio import Studio
from ..tasks import tasks_of

#: Where model servers listen unless they are told otherwise.
PORTS = {11434: "Ollama", 8080: "llama.cpp", 8000: "vLLM", 1234: "LM Studio", 30000: "SGLang"}
#: Seconds a server has to say what it serves, and for which its answer counts.
TIMEOUT, FRESH = 3.0, 30.0


class Server(BaseModel):
    """A server. ``url`` without its model; ``reached``: whether it answered; ``reason``: why not.
    ``loopback``: whether it is on this machine."""

    url: str
    software: str = ""
    models: list[str] = []
    reached: bool = False
    reason: str = ""
    loopback: bool = True


class Servers(BaseModel):
    """``looking``: they are being asked right now."""

    looking: bool
    found: list[Server]


def servers_of(studio: Studio, *, again: bool = False) -> Servers:
    """What the last look found; begins another in the background where that is a while ago."""
    known: _Looked = studio.__dict__.setdefault("_servers", _Looked())
    tasks, urls = tasks_of(studio, "servers"), _urls(studio)
    task = tasks.find("look")
    looking = task is not None and task.open
    if not looking and (again or known.age > FRESH or known.urls != urls):
        looking = tasks.begin("look", lambda _task: known.look(urls)).open
    return Servers(looking=looking, found=known.found)


class _Looked:
    """The answers of the last look."""

    def __init__(self) -> None:
        self.found: list[Server] = []
        self.urls: list[str] = []
        self._at: float | None = None
        self._lock = threading.Lock()

    @property
    def age(self) -> float:
        return float("inf") if self._at is None else time.monotonic() - self._at

    def look(self, urls: list[str]) -> None:
        with ThreadPoolExecutor(max(1, len(urls)), thread_name_prefix="epicrisis-servers") as pool:
            found = list(pool.map(ask, urls))
        with self._lock:
            added = set(urls[len(PORTS) :])
            self.found = [one for one in found if one.reached or one.url in added]
            self.urls, self._at = urls, time.monotonic()


def ask(url: str) -> Server:
    """Ask one server what it serves; one that does not answer as a model server is not reached."""
    host = (urlsplit(url).hostname or "").lower()
    loopback = host in ("localhost", "127.0.0.1", "::1")
    server = Server(url=url, loopback=loopback)
    try:
        with Transport(url, {}, trust_env=not loopback) as transport:
            software, models = servers.served(transport, TIMEOUT)
    except EpicrisisError as error:
        server.reason = error.message
        return server
    server.software, server.models, server.reached = software, list(models), True
    return server


def _urls(studio: Studio) -> list[str]:
    """The usual places first, then the servers that were added."""
    usual = [f"http://127.0.0.1:{port}/v1" for port in PORTS]
    added = []
    for one in Engines(studio.database).choices():
        if one.allowed and one.address.lower().startswith(("http://", "https://")):
            added.append(parse(one.address).url or "")
    return [*usual, *dict.fromkeys(url for url in added if url and url not in usual)]
