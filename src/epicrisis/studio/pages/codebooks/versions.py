"""The versions of a codebook, and how two of them differ."""

from __future__ import annotations

from pydantic import BaseModel

from ... import codebooks
from ...building.differences import Difference, difference
from ...codebook_versions import Version, Versions, VersionText
from ...web.dependencies import TheStudio, Viewer
from ...web.refusals import not_found
from .routes import AVersion, Name, Number, routes


class History(BaseModel):
    """The versions of a codebook, the latest first, and the difference between two of them. ``there``:
    whether the codebook still is; its versions stay when it is removed."""

    name: str
    there: bool
    versions: list[Version]
    old: int | None
    new: int
    difference: Difference


@routes.page("/codebooks/{name}/versions", "codebook_versions.html")
def codebook_versions(
    name: Name, studio: TheStudio, _person: Viewer, old: AVersion = None, new: AVersion = None
) -> History:
    """The versions of a codebook; the latest compared with the one before it unless others are named."""
    versions = Versions(studio.project, studio.database)
    there = name in codebooks.names(studio.project)
    if there:
        versions.current(name)
    known = versions.all(name)
    if not known:
        raise not_found("codebook")
    chosen = versions.get(name, new or known[0].number)
    earlier = old or max((one.number for one in known if one.number < chosen.number), default=None)
    before = "" if earlier is None else versions.get(name, earlier).yaml
    return History(
        name=name,
        there=there,
        versions=known,
        old=earlier,
        new=chosen.number,
        difference=difference(before, chosen.yaml),
    )


@routes.api.get("/codebooks/{name}/versions/{number}")
def codebook_version(name: Name, number: Number, studio: TheStudio, _person: Viewer) -> VersionText:
    """One version with its text."""
    return Versions(studio.project, studio.database).get(name, number)
