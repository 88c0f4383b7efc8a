"""Around everything: headers on every answer, and nothing of what went wrong but its type and place."""

from __future__ import annotations

import logging

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..settings import Settings
from .refusals import Refused, place_of

logger = logging.getLogger(__name__)

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class UnforeseenError(Exception):
    """Stands for an error whose own message and locals may hold a report's words."""


class Shield:
    """The outermost part: what leaves here is safe to send and to log."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            # Nothing here speaks it, and the checks of requests do not see it.
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._settings.trust_proxy:
            _believe_proxy(scope)
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._add_headers(scope, message)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception as error:
            words = place_of(error)
            # Addresses name reports: the path without what is asked there.
            logger.error("%s in %s %s", words, scope["method"], _plain(scope["path"]))
            if not started:
                await _answer(scope, error)(scope, receive, with_headers)
        else:
            return
        # The server is to know that it failed, but not with which words.
        raise UnforeseenError(words)

    def _add_headers(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if not scope["path"].startswith("/static/"):
            # Patients' words stay out of the browser's cache.
            headers.setdefault("Cache-Control", "no-store")
        if self._settings.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _believe_proxy(scope: Scope) -> None:
    """The address of whoever asked, as the proxy in front of the studio saw it: the last one in the list.
    Those before it are what the asker himself sent."""
    given = Headers(scope=scope).getlist("x-forwarded-for")
    last = given[-1].rpartition(",")[2].strip() if given else ""
    if last:
        scope["client"] = (last[:100], 0)
    # Only what is reached over HTTPS is served behind a proxy.
    scope["scheme"] = "https"


def _answer(scope: Scope, error: Exception) -> Response:
    from .guard import refusal

    refused = Refused(
        500,
        "unforeseen",
        f"Something went wrong inside the studio ({type(error).__name__}).",
        "Reload and try again; the server's log says where it happened.",
    )
    try:
        return refusal(Request(scope), refused)
    except Exception:  # the page itself is what went wrong
        return JSONResponse(refused.refusal.model_dump(), refused.status)


def _plain(path: str) -> str:
    """Nothing in it can begin another line of a log."""
    return repr(path[:200])[1:-1]
