"""What every request passes before a page sees it: host, session, origin, token."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from ...errors import EpicrisisError
from ..people.roles import Person
from ..people.sessions import Sessions, local_person
from ..settings import Settings
from ..studio import Studio
from . import languages
from .dependencies import the_studio
from .refusals import Refused, status_of
from .rendering import render

logger = logging.getLogger(__name__)

TOKEN_HEADER = "X-CSRF-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")
#: Pages that are there for those who are not logged in.
_OPEN = ("/login", "/static/", "/api/login", "/healthz")
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
Next = Callable[[Request], Awaitable[Response]]


def guard(app: FastAPI) -> None:
    """Put the checks before all routes of ``app``."""

    @app.middleware("http")
    async def checked(request: Request, call_next: Next) -> Response:
        request.state.person = None
        request.state.language = languages.wanted(
            request.headers.get("accept-language"), request.cookies.get(languages.COOKIE)
        )
        try:
            _check(request)
            if request.state.person is None and not request.url.path.startswith(_OPEN):
                response = _to_login(request)
            else:
                response = await call_next(request)
        except Refused as refused:
            response = refusal(request, refused)
        except EpicrisisError as error:
            # Of the studio's own file, before any handler is asked.
            response = refusal(
                request, Refused(status_of(error), error.code, error.message, error.hint or "")
            )
        return response


def refusal(request: Request, refused: Refused) -> Response:
    """The answer to a request that is refused: JSON for programs, a page for people."""
    if wants_json(request):
        return JSONResponse(refused.refusal.model_dump(), refused.status)
    return render(request, "refused.html", refused.refusal, status=refused.status)


def wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.method not in _SAFE


def cookie_name(settings: Settings) -> str:
    # A browser lets only this very host, over HTTPS, set a cookie of such a name.
    return "__Host-epicrisis" if settings.secure else f"epicrisis-{settings.port}"


def _check(request: Request) -> None:
    studio = the_studio(request)
    _check_host(request, studio.settings)
    _check_site(request)
    request.state.person = _who(request, studio)
    if request.method not in _SAFE:
        _check_origin(request)
        if not request.url.path.startswith(_OPEN):
            _check_token(request)


def _check_host(request: Request, settings: Settings) -> None:
    """Only names that this studio has: a page elsewhere whose name points here must not reach it."""
    try:
        name = (urlsplit(f"//{request.headers.get('host', '')}").hostname or "").lower()
    except ValueError:  # a bracket that is not closed
        name = ""
    known = {*_LOCAL_NAMES, settings.host.strip("[]").lower(), *(one.lower() for one in settings.names)}
    # Listening everywhere without a name given: whichever name leads here.
    anywhere = settings.host in ("0.0.0.0", "::") and not settings.names
    if name not in known and not anywhere:
        raise Refused(
            400, "host", "This studio does not go by that name.", "Start it with --name NAME to allow it."
        )


def _check_site(request: Request) -> None:
    """What a page elsewhere embeds or fetches is not made for it, even if it could not read the answer; links
    from elsewhere may lead to pages."""
    if request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none"):
        return
    leads_here = request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"
    if request.url.path.startswith("/api/") or not leads_here:
        raise _elsewhere()


def _who(request: Request, studio: Studio) -> Person | None:
    if not studio.accounts:
        return local(studio)
    sessions = sessions_of(studio)
    return sessions.person(request.cookies.get(cookie_name(studio.settings)))


def sessions_of(studio: Studio) -> Sessions:
    return Sessions(studio.database, idle=studio.settings.idle, longest=studio.settings.longest)


def local(studio: Studio) -> Person:
    """The one person of a studio without accounts; looked up once."""
    person: Person | None = studio.__dict__.get("_local")
    if person is None:
        person = local_person(studio.database)
        studio.__dict__["_local"] = person
    return person


def _check_origin(request: Request) -> None:
    """A browser says where a change comes from: only from here."""
    origin = request.headers.get("origin")
    host = request.headers.get("host", "").lower()
    if origin is not None and origin.lower().partition("://")[2] != host:
        raise _elsewhere()


def _elsewhere() -> Refused:
    return Refused(403, "origin", "This was asked for by another site.", "Use the studio's own pages.")


def _check_token(request: Request) -> None:
    person: Person | None = request.state.person
    if person is None:
        return
    given = request.headers.get(TOKEN_HEADER, "")
    if not hmac.compare_digest(given.encode(), person.csrf.encode()):
        raise Refused(
            403,
            "csrf",
            f"The header {TOKEN_HEADER} is missing or is not that of your session.",
            "Reload the page and try again.",
        )


def _to_login(request: Request) -> Response:
    if wants_json(request):
        raise Refused(401, "login", "You are not logged in.", "Log in and try again.")
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/login?then={quote(there, safe='')}", 303)
