"""The start page: what the project holds, and what to do next."""

from __future__ import annotations

from pydantic import BaseModel

from .. import codebooks
from ..example import copy_example
from ..glance import Glance, StepName, glance
from ..report_sets import ReportSets
from ..sets.counted import Counted, Counting
from ..web.dependencies import Editor, TheStudio, Viewer
from ..web.twin import Pages

routes = Pages("project")

#: Sets whose reports are counted here; the page Reports has all of them.
_SHOWN = 5


class SetGlance(BaseModel):
    """A set of reports and its counts."""

    name: str
    counting: Counting


class Home(BaseModel):
    """The project at a glance. ``next``: the step that comes next, None when all were done."""

    project: str
    codebooks: list[str]
    reports: list[SetGlance]
    all_reports: int
    gold: list[str]
    empty: bool
    counting: bool
    next: StepName | None
    at_a_glance: Glance


class Added(BaseModel):
    """What was copied into the project: names of files."""

    files: list[str]


@routes.page("/", "home.html")
def home(studio: TheStudio, _person: Viewer) -> Home:
    """What the project holds, how far it is, and what comes next."""
    project = studio.project
    sets, counted = ReportSets(project, studio.database), Counted(studio)
    names = sets.names()
    reports = [SetGlance(name=name, counting=counted.state(name, wait=0.2)) for name in names[:_SHOWN]]
    gold = sorted(path.name for path in project.shelf("gold").iterdir() if not path.is_symlink())
    own = codebooks.names(project)
    unusable = sum(one.counting.summary is not None and bool(one.counting.summary.problem) for one in reports)
    at_a_glance = glance(studio, reports=len(names) - unusable, gold=len(gold))
    following = at_a_glance.next
    return Home(
        project=project.name,
        codebooks=own,
        reports=reports,
        all_reports=len(names),
        gold=gold,
        empty=not (own or names or gold or at_a_glance.all_runs),
        counting=any(one.counting.summary is None and one.counting.failed is None for one in reports),
        next=None if following is None else following.name,
        at_a_glance=at_a_glance,
    )


@routes.api.post("/project/example", status_code=201)
def add_example(studio: TheStudio, person: Editor) -> Added:
    """Copy the brain-MRI example into the project: a codebook, reports, and gold. Nothing is replaced."""
    return Added(files=list(copy_example(studio, by=person.name).values()))
