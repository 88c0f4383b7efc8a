"""Bodies that are too large are refused while they come in, not after."""

from __future__ import annotations

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..settings import Settings
from .refusals import Refused

#: What takes whole files. A codebook is small, and read into memory.
UPLOADS = ("/api/uploads/reports", "/api/uploads/gold")


class BodyLimit:
    """Counts the bytes of a request's body."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        uploads = scope["path"] in UPLOADS
        most = self._settings.upload if uploads else self._settings.body
        too_large = Refused(
            413,
            "too-large",
            f"This is larger than {most / 1_000_000:g} MB, the most that is taken here.",
            "Split it, or put large files into the project's folder 'reports' yourself.",
        )
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > most:
            await _refuse(too_large, scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            # Whoever reads the body is told that no more comes, and what it answers is not sent.
            return {"type": "http.disconnect"} if seen > most else message

        async def unless_too_large(message: Message) -> None:
            if seen <= most:
                await send(message)

        try:
            await self._app(scope, counted, unless_too_large)
        except Exception:
            if seen <= most:
                raise
        if seen > most:
            await _refuse(too_large, scope, receive, send)


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    # Programs and the studio's own scripts send bodies: they are told in JSON.
    await JSONResponse(refused.refusal.model_dump(), refused.status)(scope, receive, send)
