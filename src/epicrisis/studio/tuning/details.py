"""Everything about one training or adapter: how far it is, what came of it, what it can be used with."""

from __future__ import annotations

from pydantic import BaseModel

from ...adapter import CARD, open_adapter
from ...errors import EpicrisisError
from ...tuning.licence import licence_warning
from .. import codebooks
from ..jobs import Training, TuneRequest
from ..jobs.queue import EveryJob
from ..jobs.trainings import Trainings
from ..studio import Studio
from ..web.refusals import Refusal, not_found, refusal_of
from .cards import Card, card_of
from .drawing import Plot, Whiskers, loss_plot, score_plot, whiskers
from .history import History, history
from .more_gold import MoreGold, more_gold
from .shelf import choices


class TrainingDetails(BaseModel):
    """A training, its adapter, or both. ``asked`` is what somebody of the studio asked for. ``engines`` are
    the addresses of engines of the project that the adapter can be used with. ``codebook``: the name it has
    in the project, where that codebook is there. ``waiting_for``: how many jobs come before it. ``drawn``:
    the variables of the card's metrics, in their order."""

    name: str
    status: str
    wanted: str | None = None
    waiting_for: int = 0
    person: str | None = None
    created: str | None = None
    ended: str | None = None
    asked: TuneRequest | None = None
    history: History = History()
    loss: Plot | None = None
    score: Plot | None = None
    more_gold: MoreGold | None = None
    card: Card | None = None
    drawn: list[Whiskers | None] = []
    engines: list[str] = []
    codebook: str | None = None
    warnings: list[str] = []
    error: Refusal | None = None
    may_stop: bool = False
    may_resume: bool = False
    may_remove: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it will change by itself."""
        return self.status in ("queued", "running")

    @property
    def share(self) -> float:
        """Of the steps that are done, from 0 to 1."""
        return min(1.0, self.history.step / self.history.steps) if self.history.steps else 0.0


def details(studio: Studio, name: str) -> TrainingDetails:
    """The training or adapter of that name. Raises Refused (404), OptionError for a name that leads
    elsewhere."""
    jobs = Trainings(studio.project)
    job = jobs.called(name)
    folder = studio.project.file("adapters", name)
    if job is None and not folder.is_dir():
        raise not_found("training")
    known = TrainingDetails(name=name, status="interrupted", history=history(folder))
    if job is not None:
        _add_job(known, studio, job)
    if (folder / CARD).is_file() and not known.is_open:
        try:
            adapter = open_adapter(folder)
            known.card = card_of(adapter)
        except EpicrisisError as error:
            known.status, known.error = "failed", refusal_of(error, studio.project)
        else:
            if job is None:
                known.status, known.created = "finished", known.card.created
            if known.card.metrics is not None:
                known.drawn = [whiskers(one.before, one.after) for one in known.card.metrics.variables]
            known.engines = _engines(studio, name)
            known.codebook = known.asked.codebook if known.asked else _in_project(studio, known.card)
    elif job is None and not known.history.at:
        # A folder that no training made.
        raise not_found("training")
    known.loss, known.score = loss_plot(known.history), score_plot(known.history)
    known.more_gold = more_gold(folder)
    known.warnings = _warnings(known)
    known.may_remove = not known.is_open and (job is None or not jobs.is_alive(job.id))
    return known


def _add_job(known: TrainingDetails, studio: Studio, job: Training) -> None:
    known.status, known.wanted = job.status, job.wanted
    known.person, known.created, known.ended = job.person, job.created, job.ended
    known.asked = TuneRequest(**job.request.model_dump(include=set(TuneRequest.model_fields)))
    known.error = job.error if job.status == "failed" else None
    known.may_stop, known.may_resume = job.may_pause, job.may_resume
    if job.status == "queued":
        ahead = EveryJob(studio.project).with_status("running", "queued")
        known.waiting_for = sum(one.number < job.number or one.status == "running" for one in ahead)


def _engines(studio: Studio, name: str) -> list[str]:
    found = next((one for one in choices(studio.project, studio.database) if one.name == name), None)
    return [] if found is None else found.engines


def _in_project(studio: Studio, card: Card) -> str | None:
    """The codebook of the project that the adapter answers, by its content; else by its name."""
    same_name = None
    for name in (*codebooks.names(studio.project), *codebooks.shipped()):
        try:
            found = codebooks.load(studio.project, name)
        except EpicrisisError:
            continue
        if found.digest == (card.codebook.digest or "").removeprefix("sha256:"):
            return name
        same_name = same_name or (name if found.name == card.codebook.name else None)
    return same_name


def _warnings(known: TrainingDetails) -> list[str]:
    """What the training said aloud, and what the licence of the base says."""
    found = list(known.history.notes)
    if known.card is not None:
        found += [one for one in known.card.notes if one not in found]
        base = known.card.base
        said = licence_warning(base.licence, base.name or "the base")
        if said is not None and said not in found:
            found.append(said)
    return found
