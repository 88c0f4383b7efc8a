"""The application: its pages, its API, and what stands before them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from .._version import __version__
from .background import Background
from .pages import every_page
from .project import Project
from .settings import Settings
from .studio import Studio
from .web.errors import answer_errors
from .web.guard import guard
from .web.limits import BodyLimit
from .web.shield import Shield

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}


def create_app(project: Project, settings: Settings | None = None) -> FastAPI:
    """The studio of one project, to be served by any ASGI server; its lifespan starts the background work."""
    settings = settings or Settings()
    studio = Studio(project, settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        background = Background(studio)
        background.start()
        try:
            yield
        finally:
            background.stop()

    app = FastAPI(
        title="epicrisis studio",
        version=__version__,
        summary="Every page of the studio as JSON, and every change.",
        openapi_url="/api/openapi.json",
        # The usual pages load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.studio = studio
    answer_errors(app)
    for part in every_page():
        app.include_router(part.api)
        app.include_router(part.pages)
    app.add_api_route("/static/{name:path}", _static, include_in_schema=False)
    app.add_api_route("/healthz", _healthy, include_in_schema=False)
    guard(app)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Shield, settings=settings)
    return app


def _static(name: str, request: Request) -> Response:
    kind = _TYPES.get(name.rpartition(".")[2])
    if kind is None or name not in _statics():
        raise HTTPException(404)
    keep = "public, max-age=31536000, immutable" if request.url.query else "no-cache"
    return Response(_statics()[name].read_bytes(), media_type=kind, headers={"Cache-Control": keep})


@cache
def _statics() -> dict[str, Traversable]:
    # The folder does not change while the studio runs, and every page asks for several of its files.
    folder = resources.files("epicrisis.studio") / "static"
    return {one.name: one for one in folder.iterdir() if one.is_file()}


def _healthy() -> Response:
    return JSONResponse({"status": "ok", "version": __version__})
