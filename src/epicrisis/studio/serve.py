"""Serving a project until Ctrl-C."""

from __future__ import annotations

import logging
import socket
import threading
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path

import uvicorn

from ..api import Run
from ..errors import OptionError
from .app import create_app
from .database import Database
from .people.sessions import has_accounts
from .project import Project
from .settings import Settings, is_loopback


def serve(
    folder: Path,
    *,
    run: str | None = None,
    host: str,
    port: int,
    names: tuple[str, ...] = (),
    certificate: Path | None = None,
    key: Path | None = None,
    behind_proxy: bool = False,
    open_browser: bool = True,
    tell: Callable[[str], None],
) -> None:
    """Serve the project in ``folder``; returns after Ctrl-C. The browser opens on ``run``, if named.

    Raises StoreError where there is no such run, OptionError where others could reach a studio without
    accounts or without HTTPS, and where the address cannot be listened on.
    """
    project = Project.at(folder)
    settings = checked(
        project,
        host=host,
        port=port,
        names=names,
        certificate=certificate,
        key=key,
        behind_proxy=behind_proxy,
    )
    page = "" if run is None else f"runs/{Run.open(project.store, run).id}/results"
    listening = _listen(host, port)
    port = listening.getsockname()[1]
    settings = _with_port(settings, port)
    scheme = "https" if certificate else "http"
    shown = f"[{host}]" if ":" in host else host
    address = f"{scheme}://{shown}:{port}/{page}"
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(project, settings),
            log_level="warning",
            # Addresses name reports.
            access_log=False,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            # Which of the addresses in such headers to believe, the studio says itself.
            proxy_headers=False,
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    )
    tell(f"The studio of {project.name}: {address}")
    tell("Ctrl-C ends it; runs under way go on when it is started again.")
    if open_browser and settings.is_loopback:
        threading.Thread(target=_open, args=(server, address), daemon=True).start()
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    server.run(sockets=[listening])


def checked(
    project: Project,
    *,
    host: str,
    port: int,
    names: tuple[str, ...] = (),
    certificate: Path | None = None,
    key: Path | None = None,
    behind_proxy: bool = False,
) -> Settings:
    """The settings, if they keep the reports safe. Raises OptionError."""
    accounts = has_accounts(Database(project.database))
    if (certificate is None) != (key is None):
        raise OptionError(
            "A certificate and its key belong together.", hint="Give both --certificate and --key."
        )
    for file in (certificate, key):
        if file is not None and not file.is_file():
            raise OptionError("There is no such file.", path=file, hint="Give a PEM file.")
    if not is_loopback(host) or behind_proxy:
        if not accounts:
            raise OptionError(
                f"Everybody who can reach {host} could use the studio: the project has no accounts.",
                hint="First: epicrisis studio user add NAME --role admin --project "
                f"{project.folder}. Or leave out --host to serve this machine alone.",
            )
        if certificate is None and not behind_proxy:
            raise OptionError(
                "Over plain HTTP everybody on the network could read passwords and reports.",
                hint="Give --certificate and --key, or put the studio behind a proxy with HTTPS and "
                "give --behind-proxy.",
            )
    return Settings(
        host=host,
        port=port,
        accounts=accounts,
        secure=certificate is not None or behind_proxy,
        names=names,
        certificate=certificate,
        key=key,
        trust_proxy=behind_proxy,
    )


def _with_port(settings: Settings, port: int) -> Settings:
    from dataclasses import replace

    return replace(settings, port=port)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host.strip("[]"), port))
        # From here on browsers wait for the first page instead of being refused.
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise OptionError(
            f"{host}:{port} cannot be listened on: {error.strerror or type(error).__name__}.",
            hint="Choose another --port; 0 takes any free one.",
        ) from error
    return listening


def _open(server: uvicorn.Server, address: str) -> None:
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.1)
    webbrowser.open(address)
