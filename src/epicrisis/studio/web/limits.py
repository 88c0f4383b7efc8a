"""Bodies that are too large are refused while they come in, not after."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..settings import Settings
from .guard import refusal
from .refusals import Refused

UPLOADS = "/api/uploads"


class BodyLimit:
    """Counts the bytes of a request's body."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        uploads = scope["path"].startswith(UPLOADS)
        most = self._settings.upload if uploads else self._settings.body
        too_large = Refused(
            413,
            "too-large",
            f"This is larger than {most / 1_000_000:g} MB, the most that is taken here.",
            "Split it, or put large files into the project's folder 'reports' yourself.",
        )
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > most:
            request = Request(scope, receive)
            request.state.person = None
            request.state.language = "en"
            # Programs and the studio's own scripts send bodies: they are told in JSON.
            await refusal(request, too_large)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > most:
                    raise too_large
            return message

        await self._app(scope, counted, send)
