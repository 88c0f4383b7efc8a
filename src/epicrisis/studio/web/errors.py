"""Errors as answers: what happened and what to do, never a report's words."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ...errors import EpicrisisError
from .dependencies import the_studio
from .guard import refusal
from .refusals import Refused, refusal_of, status_of


def answer_errors(app: FastAPI) -> None:
    """Turn every error of the handlers of ``app`` into a Refusal."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return refusal(request, error)

    @app.exception_handler(EpicrisisError)
    async def known(request: Request, error: EpicrisisError) -> Response:
        answer = Refused(status_of(error), error.code, error.message)
        answer.refusal = refusal_of(error, the_studio(request).project)
        return refusal(request, answer)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        # What was sent may hold a report: only where it is wrong is repeated, and how.
        places = [
            f"{'.'.join(str(step) for step in one['loc'])}: {one['type'].replace('_', ' ')}"
            for one in error.errors()[:5]
        ]
        return refusal(request, Refused(422, "malformed", "; ".join(places), "Correct it and send it again."))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        words = {
            404: ("not-found", "There is no such page.", "Check the address, or begin at the start page."),
            405: ("method", "This address does not take that method.", "See /api/openapi.json."),
        }
        code, message, hint = words.get(error.status_code, ("http", str(error.detail)[:200], ""))
        answer = refusal(request, Refused(error.status_code, code, message, hint))
        for name, value in (error.headers or {}).items():
            answer.headers[name] = value
        return answer

    @app.exception_handler(UnicodeEncodeError)
    async def half_a_character(request: Request, _error: UnicodeEncodeError) -> Response:
        # Half a surrogate pair passes through JSON, and is no text that can be kept or shown.
        refused = Refused(
            422, "malformed", "The text holds half a character, which nothing can show.", "Type it again."
        )
        return refusal(request, refused)
