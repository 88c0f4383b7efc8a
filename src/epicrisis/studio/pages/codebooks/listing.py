"""All codebooks, and starting another."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import File, Form, UploadFile
from pydantic import BaseModel, Field

from .... import library
from ....codebook.load import read_text
from ....errors import CodebookError
from ... import codebooks
from ...building import starting
from ...building.checking import summary
from ...codebook_versions import Version, Versions
from ...project import SHIPPED
from ...web.dependencies import Editor, TheStudio, Viewer
from .routes import NewName, Note, routes, tidy

Start = Literal["empty", "examples", "copy"]


class CodebookRow(BaseModel):
    """One codebook of the project. ``trouble``: why its file cannot be read."""

    name: str
    title: str = ""
    variables: int = 0
    languages: list[str] = []
    errors: int = 0
    warnings: int = 0
    version: Version | None = None
    trouble: str = ""


class ShippedRow(BaseModel):
    """A codebook that comes with the program."""

    name: str
    title: str
    variables: int
    languages: list[str]


class Listing(BaseModel):
    """The codebooks of the project, those that ship with reports and gold, the names of further ones that
    ship, and the names of those that were removed."""

    codebooks: list[CodebookRow]
    shipped: list[ShippedRow]
    tasks: list[str]
    removed: list[str]


class NewCodebook(BaseModel):
    """A codebook to start: empty, with an example of every kind, or as a copy of ``source``."""

    name: NewName
    start: Start = "empty"
    source: Annotated[str, Field(max_length=120)] = ""
    languages: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=20)] = ["en"]
    note: Note = ""


class Made(BaseModel):
    """The new codebook, and notes on what could not be taken over."""

    name: str
    notes: list[str] = []


@routes.page("/codebooks", "codebooks.html")
def codebooks_list(studio: TheStudio, _person: Viewer) -> Listing:
    """All codebooks."""
    versions = Versions(studio.project, studio.database)
    return Listing(
        codebooks=[_row(versions, name) for name in codebooks.names(studio.project)],
        shipped=[_shipped(studio, name) for name in codebooks.shipped()],
        tasks=[f"{SHIPPED}{name}" for name in library.names() if name not in library.studies()],
        removed=versions.removed(),
    )


@routes.api.post("/codebooks", status_code=201)
def codebook_new(wanted: NewCodebook, studio: TheStudio, person: Editor) -> Made:
    """Start a codebook."""
    if wanted.start == "copy":
        text = starting.copied(read_text(codebooks.path_of(studio.project, wanted.source)), wanted.name)
    elif wanted.start == "examples":
        text = starting.with_examples(wanted.name, wanted.languages)
    else:
        text = starting.empty(wanted.name, wanted.languages)
    Versions(studio.project, studio.database).make(
        wanted.name,
        tidy(text),
        how="copied" if wanted.start == "copy" else "made",
        note=wanted.note or wanted.source,
        by=person.name,
    )
    return Made(name=wanted.name)


@routes.api.post("/uploads/codebooks", status_code=201)
def codebook_upload(
    studio: TheStudio,
    person: Editor,
    file: Annotated[UploadFile, File(description="A dictionary (CSV), a JSON Schema or a codebook (YAML).")],
    name: Annotated[str, Form(min_length=1, max_length=100)],
) -> Made:
    """A codebook from a REDCap data dictionary, a JSON Schema, or a codebook's YAML."""
    file_name = file.filename or ""
    text, notes = starting.imported(file.file.read(starting.LARGEST + 1), file_name, name)
    Versions(studio.project, studio.database).make(
        name, tidy(text), how="imported", note=file_name[:300], by=person.name
    )
    return Made(name=name, notes=notes)


def _row(versions: Versions, name: str) -> CodebookRow:
    try:
        version = versions.current(name)
    except CodebookError as error:
        return CodebookRow(name=name, trouble=error.message)
    found = summary(version.yaml)
    return CodebookRow(
        name=name,
        title=found.title,
        variables=found.variables,
        languages=found.languages,
        errors=found.errors,
        warnings=found.warnings,
        version=Version(**version.model_dump(exclude={"yaml"})),
    )


def _shipped(studio: TheStudio, name: str) -> ShippedRow:
    found = summary(read_text(codebooks.path_of(studio.project, name)))
    return ShippedRow(name=name, title=found.title, variables=found.variables, languages=found.languages)
