"""The stronger engine whose answers are to be learned from: asked as ``extract`` asks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..api import EngineSettings, prepare
from ..engines.store import Report as FetchReport
from ..errors import OptionError
from ..extraction.extractor import ExtractionOptions
from ..reading import ReportSet
from ..report import Report
from ..runs.progress import Progress
from ..runs.session import Session, work
from ..runs.task import Ready


def ask(
    reports: ReportSet,
    chosen: Sequence[Report],
    codebook: str | os.PathLike[str],
    engine: str,
    store: Path,
    *,
    options: ExtractionOptions | None = None,
    settings: EngineSettings | None = None,
    calibration: bool | Path = True,
    unsure: bool = False,
    fresh: bool = False,
    progress: Progress | None = None,
    fetch_report: FetchReport | None = None,
) -> Session:
    """Ask ``engine`` about the ``chosen`` of ``reports``, in a run of ``store``, or go on with that run.

    Unless ``unsure`` answers are of use, an engine that does not say how sure it is raises ``OptionError``
    before the first report. Raises as ``extract`` does; what stops it later is the session's ``error``.
    """
    task = prepare(
        replace(reports, open=lambda: iter(chosen)),
        codebook,
        engine,
        settings=settings,
        options=options,
        calibration=calibration,
        fetch_report=fetch_report,
    )

    def make_ready() -> Ready:
        ready = task.make_ready()
        if not ready.info.logprobs and not unsure:
            ready.close()
            raise OptionError(
                f"The engine {ready.info.model} does not say how sure it is, so none of its answers could be "
                "taken.",
                hint="Use one that reports the probabilities of its tokens (epicrisis doctor says whether it "
                "does); or have its answers reviewed, and give --reviewed.",
            )
        return ready

    return work(replace(task, make_ready=make_ready), store, progress=progress, fresh=fresh)
