"""Changes of a codebook: saving, renaming, removing, restoring."""

from __future__ import annotations

from pydantic import BaseModel

from ...building.differences import Difference, difference
from ...codebook_versions import Overtaken, Version, Versions
from ...web.dependencies import Editor, TheStudio, Viewer
from .routes import Base, Name, NewName, Note, Number, Yaml, routes, tidy


class ToSave(BaseModel):
    """A codebook's text and the number of the version it rests on. Errors do not keep it from being saved;
    they keep it from being run."""

    yaml: Yaml
    base: Base
    note: Note = ""


class ToRename(BaseModel):
    """What a codebook is to be called."""

    name: NewName


class ToRestore(BaseModel):
    """The number of the version that is the latest now."""

    base: Base
    note: Note = ""


class TwoTexts(BaseModel):
    """Two texts of a codebook to be compared."""

    old: Yaml
    new: Yaml


@routes.api.put("/codebooks/{name}", responses={409: {"model": Overtaken}})
def codebook_save(name: Name, sent: ToSave, studio: TheStudio, person: Editor) -> Version:
    """Save a codebook as a new version."""
    return _without_text(
        Versions(studio.project, studio.database).save(
            name, tidy(sent.yaml), base=sent.base, note=sent.note, by=person.name
        )
    )


@routes.api.delete("/codebooks/{name}", status_code=204)
def codebook_remove(name: Name, studio: TheStudio, person: Editor) -> None:
    """Remove a codebook. Its versions stay, and it can be restored."""
    Versions(studio.project, studio.database).remove(name, by=person.name)


@routes.api.post("/codebooks/{name}/rename")
def codebook_rename(name: Name, sent: ToRename, studio: TheStudio, person: Editor) -> ToRename:
    """Give the file of a codebook another name; what it says stays, and so do its versions."""
    Versions(studio.project, studio.database).rename(name, sent.name, by=person.name)
    return sent


@routes.api.post("/codebooks/{name}/versions/{number}/restore", responses={409: {"model": Overtaken}})
def codebook_restore(
    name: Name, number: Number, sent: ToRestore, studio: TheStudio, person: Editor
) -> Version:
    """Make an earlier version the latest again, as a new version; also of a codebook that was removed."""
    return _without_text(
        Versions(studio.project, studio.database).restore(
            name, number, base=sent.base, note=sent.note, by=person.name
        )
    )


@routes.api.post("/codebooks/difference")
def codebook_difference(sent: TwoTexts, _person: Viewer) -> Difference:
    """How two texts differ, line by line and in what they ask. Nothing is kept."""
    return difference(tidy(sent.old), tidy(sent.new))


def _without_text(version: Version) -> Version:
    return Version(**version.model_dump(include=set(Version.model_fields)))
