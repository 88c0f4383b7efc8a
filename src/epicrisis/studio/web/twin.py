"""Pages with a JSON twin: one function gives what a page shows, to people as HTML, to programs as JSON."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from .refusals import Refusal
from .rendering import render

P = ParamSpec("P")
V = TypeVar("V", bound=BaseModel)

#: What every handler under /api may answer instead.
REFUSALS: dict[int | str, dict[str, Any]] = {
    code: {"model": Refusal, "description": words}
    for code, words in {
        400: "The request is malformed.",
        401: "Nobody is logged in.",
        403: "The role or the CSRF token does not allow it.",
        404: "There is no such thing.",
        409: "Somebody else changed it, or its state does not allow it.",
        413: "Too large.",
        422: "What was sent cannot be used.",
        429: "Too often.",
        501: "An extra is not installed.",
        502: "The engine could not answer.",
        503: "The engine or the studio is busy.",
        504: "The engine took too long.",
    }.items()
}


class Pages:
    """The routes of one part of the studio: pages with their twins, and changes under ``/api``."""

    def __init__(self, tag: str) -> None:
        self.pages = APIRouter(include_in_schema=False)
        self.api = APIRouter(prefix="/api", tags=[tag], responses=REFUSALS)

    def page(
        self, path: str, template: str, *, api_path: str | None = None
    ) -> Callable[[Callable[P, V]], Callable[P, V]]:
        """Serve what a function gives at ``path`` as HTML and at ``/api`` + ``path`` as JSON.

        The function's parameters are FastAPI's; it returns a pydantic model, which the template knows as
        ``view``. ``api_path`` is where the twin lies, if it is not the same path.
        """

        def register(view: Callable[P, V]) -> Callable[P, V]:
            self.api.get(api_path or (path if path != "/" else "/home"), operation_id=view.__name__)(view)
            self.pages.get(path, response_class=HTMLResponse)(_as_page(view, template))
            return view

        return register


def _as_page(view: Callable[P, V], template: str) -> Callable[..., Response]:
    """A handler with the parameters of ``view`` and the request, which renders what ``view`` gives."""
    hints = typing.get_type_hints(view, include_extras=True)
    signature = inspect.signature(view)
    resolved = [one.replace(annotation=hints[name]) for name, one in signature.parameters.items()]
    keyword = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in resolved]
    # FastAPI hands the request to one parameter only: the view's own, if it has one.
    own = next((one.name for one in keyword if one.annotation is Request), None)
    if own is None:
        keyword.append(inspect.Parameter("request_", inspect.Parameter.KEYWORD_ONLY, annotation=Request))

    def page(**arguments: Any) -> Response:
        request = arguments.pop("request_") if own is None else arguments[own]
        return render(request, template, view(**arguments))  # type: ignore[call-arg]

    page.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]
    page.__name__ = f"{view.__name__}_page"
    return page
