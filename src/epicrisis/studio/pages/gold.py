"""Gold: tables of human answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel

from .. import codebooks
from ..people.activity import note
from ..sets.gold_files import GoldCheck, GoldFile, gold_check, gold_files
from ..shelves import Shelved
from ..studio import Studio
from ..web.dependencies import Editor, TheStudio, Viewer
from ..web.twin import Pages

routes = Pages("gold")

GoldName = Annotated[str, Path(min_length=1, max_length=200)]


class GoldView(BaseModel):
    """The gold files of the project; ``check``: one of them read by a codebook, if that was asked for.

    ``upload`` is the most bytes that are taken at a time.
    """

    files: list[GoldFile]
    codebooks: list[str]
    check: GoldCheck | None
    upload: int


@routes.page("/gold", "gold.html")
def gold(
    studio: TheStudio,
    _person: Viewer,
    name: Annotated[str | None, Query(max_length=200, description="A file to check.")] = None,
    codebook: Annotated[str | None, Query(max_length=200, description="The codebook to check it by.")] = None,
) -> GoldView:
    """The gold files of the project, and, where both are named, what is wrong with one by a codebook."""
    check = None
    if name and codebook:
        check = gold_check(studio, _shelved(studio).path(name), codebook)
    return GoldView(
        files=gold_files(studio),
        codebooks=[*codebooks.names(studio.project), *codebooks.shipped()],
        check=check,
        upload=studio.settings.upload,
    )


@routes.api.delete("/gold/{name}", status_code=204)
def remove_gold(studio: TheStudio, person: Editor, name: GoldName) -> None:
    """Take a gold file away. Reviews keep theirs."""
    _shelved(studio).remove(name, by=person.name)


@routes.api.get("/gold/{name}/file", response_class=Response)
def download_gold(studio: TheStudio, person: Viewer, name: GoldName) -> Response:
    """The file as it is."""
    path = _shelved(studio).path(name)
    with studio.database.writing() as db:
        note(db, person.name, "gold.download", name)
    return FileResponse(path, media_type="application/octet-stream", filename=name)


def _shelved(studio: Studio) -> Shelved:
    return Shelved(studio.project, studio.database, "gold")
