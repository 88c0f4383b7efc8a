"""A stress test from one call."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

from ..api import EngineSettings
from ..codebook.codebook import Codebook
from ..engines.engine import Engine
from ..engines.store import Report as FetchReport
from ..errors import OptionError
from ..evaluation.gold import Blank, Gold
from ..evaluation.resampling import DRAWS
from ..extraction.extractor import ExtractionOptions
from ..runs.database import store_path
from ..runs.progress import Progress
from ..runs.run import StoredRun
from .asking import Asked, Stopped, ask, cases
from .measure import measure
from .result import Stress
from .subject import Subject, of_reports, of_run


def stress(
    what: StoredRun | Codebook | str | PathLike[str],
    reports: object = None,
    *,
    gold: Gold | str | PathLike[str],
    engine: Engine | str | None = None,
    only: Sequence[str] = (),
    strengths: Sequence[int] = (),
    limit: int | None = None,
    settings: EngineSettings | None = None,
    options: ExtractionOptions | None = None,
    blank: Blank | str = Blank.NOT_MENTIONED,
    store: str | PathLike[str] | None = None,
    seed: int = 0,
    draws: int = DRAWS,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Stress:
    """How much worse the answers get when the same reports are written worse.

    ``what`` is a run (or its name), asked again in its own way; or, with ``reports``, a codebook, as
    ``extract`` takes both. Only reports that ``gold`` has are asked, the first ``limit`` of them. ``only``
    names perturbations and ``strengths`` strengths; all of them if left out. ``seed`` draws what is perturbed
    and where. The same call again asks nothing twice, unless ``fresh``.

    Raises as ``extract`` does, and OptionError for a run that cannot be asked again.
    """
    wanted = cases(only, strengths)
    subject = subject_of(
        what,
        reports,
        gold=gold,
        engine=engine,
        limit=limit,
        settings=settings,
        options=options,
        blank=blank,
        store=store,
    )
    asked = ask(subject, wanted, seed=seed, fresh=fresh, progress=progress)
    if isinstance(asked, Stopped):
        raise asked.session.error or KeyboardInterrupt
    return measured(subject, asked, seed=seed, draws=draws)


def subject_of(
    what: StoredRun | Codebook | str | PathLike[str],
    reports: object = None,
    *,
    gold: Gold | str | PathLike[str],
    engine: Engine | str | None = None,
    limit: int | None = None,
    settings: EngineSettings | None = None,
    options: ExtractionOptions | None = None,
    blank: Blank | str = Blank.NOT_MENTIONED,
    store: str | PathLike[str] | None = None,
    fetch_report: FetchReport | None = None,
) -> Subject:
    """What is put under stress: see ``stress``. ``fetch_report`` hears of a model that is fetched."""
    path = store_path(store)
    if isinstance(what, StoredRun) or (reports is None and isinstance(what, str)):
        if reports is not None or options is not None:
            raise OptionError(
                "A run has its own reports and options.", hint="Name a codebook to ask otherwise, or others."
            )
        return of_run(
            what if isinstance(what, StoredRun) else StoredRun.open(path, what),
            gold,
            engine=engine,
            blank=Blank(blank),
            limit=limit,
            settings=settings,
            fetch_report=fetch_report,
        )
    if reports is None:
        raise OptionError("A codebook alone has no reports.", hint="Give the reports too, or name a run.")
    return of_reports(
        what,
        reports,
        gold,
        path,
        engine=engine,
        options=options,
        blank=Blank(blank),
        limit=limit,
        settings=settings,
        fetch_report=fetch_report,
    )


def measured(subject: Subject, asked: Asked, *, seed: int = 0, draws: int = DRAWS) -> Stress:
    """The effects of what was asked, beside the subject's gold. ``seed`` is that of the perturbations too."""
    return measure(
        asked.baseline,
        asked.cases,
        subject.gold,
        draws=draws,
        seed=seed,
        notes=subject.notes,
        settings={"seed": seed, "limit": subject.limit},
    )
