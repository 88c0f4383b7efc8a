"""What one can choose on the page: codebooks, reports, engines, and what is chosen to begin with."""

from __future__ import annotations

from pydantic import BaseModel

from ...report import Report
from .. import codebooks, stored_runs
from ..engines import EngineChoice, Engines
from ..jobs.trainings import Trainings
from ..project import Project
from ..report_sets import ReportSets
from ..studio import Studio
from ..web.refusals import Refused, not_found

#: The most reports of a set that are listed at once.
LISTED = 200
#: How many of the latest runs are looked at to see whether one is at work.
_LATEST = 8


class Choice(BaseModel):
    """A name in the project; ``shipped``: it comes with the program."""

    name: str
    label: str
    shipped: bool


class ReportChoice(BaseModel):
    """A report of a set, and its length in characters."""

    id: str
    characters: int


class ReportChoices(BaseModel):
    """The first reports of a set; ``more``: whether there are others."""

    report_set: str
    reports: list[ReportChoice]
    more: bool


class PickedReport(BaseModel):
    """One report of a set."""

    report_set: str
    id: str
    text: str
    language: str | None = None


def codebook_choices(studio: Studio) -> list[Choice]:
    """Those of the project, then those that ship with reports."""
    return _choices(codebooks.names(studio.project), codebooks.shipped())


def set_choices(studio: Studio) -> list[Choice]:
    sets = ReportSets(studio.project, studio.database)
    return _choices(sets.names(), sets.shipped())


def listed(studio: Studio, report_set: str, holding: str = "") -> ReportChoices:
    """The reports of a set whose ids hold some letters, in any case.

    Raises Refused (404), or ReadingError where the set cannot be read.
    """
    wanted = holding.casefold()
    found: list[ReportChoice] = []
    for report in ReportSets(studio.project, studio.database).open(report_set):
        if wanted in report.id.casefold():
            if len(found) == LISTED:
                return ReportChoices(report_set=report_set, reports=found, more=True)
            found.append(ReportChoice(id=report.id, characters=len(report.text)))
    return ReportChoices(report_set=report_set, reports=found, more=False)


def picked(studio: Studio, report_set: str, report_id: str) -> Report:
    """Raises Refused (404), or ReadingError where the set cannot be read."""
    for report in ReportSets(studio.project, studio.database).open(report_set):
        if report.id == report_id:
            return report
    raise not_found("report")


def engine_of(studio: Studio, address: str) -> EngineChoice:
    """The engine, ready to be asked.

    Raises OptionError for one that is not the project's, Refused (409) for a model that is not fetched.
    """
    engines = Engines(studio.database)
    engines.checked(address)
    choice = next(one for one in engines.choices() if one.address == address)
    if not choice.ready:
        raise Refused(
            409, "not-fetched", "This model has not been fetched yet.", "Fetch it on the page Models."
        )
    return choice


def is_busy(project: Project) -> bool:
    """Whether a run or a training is at work on this machine, which makes everything slower."""
    if any(run.status == "running" for run in stored_runs.all_runs(project)[:_LATEST]):
        return True
    return bool(Trainings(project).with_status("running"))


def _choices(own: list[str], shipped: list[str]) -> list[Choice]:
    return [
        *(Choice(name=name, label=name, shipped=False) for name in own),
        *(Choice(name=name, label=name.partition(":")[2], shipped=True) for name in shipped),
    ]
