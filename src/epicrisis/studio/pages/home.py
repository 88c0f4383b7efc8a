"""The start page: what the project holds, and what to do next."""

from __future__ import annotations

from pydantic import BaseModel

from ..web.dependencies import TheStudio, Viewer
from ..web.twin import Pages

routes = Pages("project")


class Home(BaseModel):
    """The project at a glance."""

    project: str
    codebooks: list[str]
    reports: list[str]
    gold: list[str]


@routes.page("/", "home.html")
def home(studio: TheStudio, _person: Viewer) -> Home:
    """What the project holds."""
    project = studio.project
    return Home(
        project=project.name,
        codebooks=sorted(path.stem for path in project.shelf("codebooks").glob("*.y*ml")),
        reports=sorted(path.name for path in project.shelf("reports").iterdir()),
        gold=sorted(path.name for path in project.shelf("gold").iterdir()),
    )
