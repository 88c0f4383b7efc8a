"""Files that people bring, in pieces as they come."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from ..report_sets import ReportSets
from ..shelves import Existing, Shelved
from ..studio import Studio
from ..uploading.incoming import incoming
from ..uploading.multipart import receive
from ..uploading.taking import Uploaded, take
from ..web.dependencies import Editor, TheStudio
from ..web.refusals import Refused
from ..web.twin import Pages

routes = Pages("uploads")

_FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}}
                    },
                }
            }
        },
    }
}
_Existing = Annotated[Existing, Query(description="What to do where something of that name exists.")]
_Called = Annotated[
    str | None, Query(max_length=200, description="What several texts together are to be called.")
]


@routes.api.post("/uploads/reports", openapi_extra=_FILES, status_code=201)
async def upload_reports(
    request: Request,
    studio: TheStudio,
    person: Editor,
    existing: _Existing = Existing.REFUSE,
    name: _Called = None,
) -> Uploaded:
    """Add sets of reports: tables, texts (several become one set), or zip files of them. All or none."""
    return await _upload(request, studio, "reports", existing, name, person.name)


@routes.api.post("/uploads/gold", openapi_extra=_FILES, status_code=201)
async def upload_gold(
    request: Request, studio: TheStudio, person: Editor, existing: _Existing = Existing.REFUSE
) -> Uploaded:
    """Add gold: tables of human answers, or zip files of them. All or none."""
    return await _upload(request, studio, "gold", existing, None, person.name)


async def _upload(
    request: Request,
    studio: Studio,
    shelf: Literal["reports", "gold"],
    existing: Existing,
    name: str | None,
    by: str,
) -> Uploaded:
    sets = ReportSets(studio.project, studio.database)
    shelved = sets.shelved if shelf == "reports" else Shelved(studio.project, studio.database, "gold")
    try:
        async with contextmanager_in_threadpool(incoming(studio.project)) as folder:
            kind = request.headers.get("content-type", "")
            received = await receive(request.stream(), kind, folder)
            return await run_in_threadpool(
                take,
                studio,
                shelved,
                received,
                folder,
                existing=existing,
                name=name,
                by=by,
                in_use=sets.in_use if shelf == "reports" else _never,
            )
    except ClientDisconnect:
        raise Refused(400, "cut-short", "The upload broke off.", "Send it again.") from None


def _never(_name: str) -> bool:
    """Gold is read when it is asked for; nothing holds on to it."""
    return False
