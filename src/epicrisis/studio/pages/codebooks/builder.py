"""One codebook: the form beside the YAML, what the model would see, and reports to try it on."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from ....codebook.lint import examine
from ....codebook.load import read_text
from ... import codebooks
from ...building.checking import Checked, check
from ...building.form import FormWords, form_words
from ...building.prompts import PromptView, prompt_view
from ...codebook_versions import Version, Versions, VersionText
from ...engines import EngineChoice, Engines
from ...project import SHIPPED
from ...report_sets import ReportSets
from ...web.dependencies import TheStudio, Viewer
from ...web.refusals import Refused, not_found
from .routes import AVersion, Name, Yaml, routes, tidy

#: Reports at the beginning of a set that one can pick to try a codebook on.
PICKABLE = 500


class Builder(BaseModel):
    """A codebook to look at and change. ``version`` is ``None`` for one that ships: that can be copied."""

    name: str
    yaml: str
    version: Version | None
    words: FormWords
    engines: list[EngineChoice]
    reports: list[str]


class ToCheck(BaseModel):
    """A codebook's YAML, and its content where that was changed in the form: the YAML is then changed so that
    it says the same. ``rewrite`` allows writing it anew where that loses comments."""

    yaml: Yaml
    document: dict[str, Any] | None = None
    rewrite: bool = False


class ToShow(BaseModel):
    """The prompt of which codebook, counted by which engine; ``load``: also where it must load its model."""

    yaml: Yaml
    engine: Annotated[str | None, Field(max_length=500)] = None
    load: bool = False


class Sample(BaseModel):
    """A report to try a codebook on: the one at a place (from 0) of a set."""

    reports: str
    at: int
    id: str
    text: str
    last: bool


@routes.page("/codebooks/{name}", "codebook.html")
def codebook(name: Name, studio: TheStudio, _person: Viewer) -> Builder:
    """One codebook."""
    version: VersionText | None = None
    if name.startswith(SHIPPED):
        text = read_text(codebooks.path_of(studio.project, name))
    else:
        version = Versions(studio.project, studio.database).current(name)
        text = version.yaml
    sets = ReportSets(studio.project, studio.database)
    return Builder(
        name=name,
        yaml=text,
        version=None if version is None else Version(**version.model_dump(exclude={"yaml"})),
        words=form_words(),
        engines=Engines(studio.database).choices(),
        reports=[*sets.names(), *sets.shipped()],
    )


@routes.api.post("/codebooks/check")
def codebook_check(sent: ToCheck, _person: Viewer) -> Checked:
    """What a codebook says and what is wrong with it. Nothing is kept."""
    return check(tidy(sent.yaml), sent.document, rewrite=sent.rewrite)


@routes.api.post("/codebooks/prompt")
def codebook_prompt(sent: ToShow, studio: TheStudio, _person: Viewer) -> PromptView:
    """What the model would see of a codebook without errors."""
    found = examine(tidy(sent.yaml)).codebook
    if found is None:
        raise Refused(422, "codebook", "The codebook has errors.", "Mend them first; then there is a prompt.")
    engine = None if sent.engine is None else Engines(studio.database).checked(sent.engine)
    return prompt_view(found, engine, load=sent.load)


@routes.api.get("/codebook-samples")
def codebook_sample(
    studio: TheStudio,
    _person: Viewer,
    reports: Annotated[str, Query(max_length=200)],
    at: Annotated[int, Query(ge=0, lt=PICKABLE)] = 0,
) -> Sample:
    """A report to try a codebook on, of the first of a set."""
    found = list(islice(iter(ReportSets(studio.project, studio.database).open(reports)), at, at + 2))
    if not found:
        raise not_found("report")
    return Sample(
        reports=reports,
        at=at,
        id=found[0].id,
        text=found[0].text,
        last=len(found) == 1 or at + 1 == PICKABLE,
    )


@routes.api.get("/codebooks/{name}/yaml", response_class=Response)
def codebook_yaml(name: Name, studio: TheStudio, _person: Viewer, version: AVersion = None) -> Response:
    """The YAML as a file to keep; of an earlier version if it is named."""
    if version is not None:
        text = Versions(studio.project, studio.database).get(name, version).yaml
    else:
        text = read_text(codebooks.path_of(studio.project, name))
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in name)
    return Response(
        text.encode(),
        media_type="application/yaml",
        headers={"Content-Disposition": f'attachment; filename="{plain}.yaml"'},
    )
