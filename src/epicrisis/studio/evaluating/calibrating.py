"""Confidences calibrated by gold, kept beside the project's codebook for later runs."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from ... import codebook as codebook_package
from ...api import Run
from ...errors import EpicrisisError
from ...evaluation.gold import Blank
from ...extraction.calibration import Calibration, beside
from ...runs.calibrating import asking_of
from .. import codebooks
from ..people.activity import note
from ..project import Project
from ..stored_runs import open_run
from ..studio import Studio
from ..web.refusals import conflict
from .asked import AskedGold
from .humans import read


class CalibrationMade(BaseModel):
    """What a calibration is worth: Brier score and calibration error before, and after (cross-validated).
    ``method`` is 'raw' where no curve made confidences better."""

    codebook: str
    file: str
    method: str
    cells: int
    reports: int
    brier: tuple[float, float]
    ece: tuple[float, float]
    gold: str
    created: str


class Calibrating(BaseModel):
    """``codebook``: the project's that the run was made with, where a calibration can be kept; none if there
    is none any more. ``kept``: the calibration there is already; ``fits``: whether it is for such runs."""

    codebook: str | None
    kept: CalibrationMade | None = None
    fits: bool = False


def calibrating(studio: Studio, run: Run) -> Calibrating:
    """Where a calibration by this run would go, and what is there."""
    found = _codebook_of(studio.project, run)
    if found is None:
        return Calibrating(codebook=None)
    name, path = found
    try:
        calibration = Calibration.load(beside(path)) if beside(path).is_file() else None
    except EpicrisisError:
        calibration = None
    if calibration is None:
        return Calibrating(codebook=name)
    manifest = run.manifest
    fits = calibration.fits(manifest.codebook.digest, asking_of(manifest))
    return Calibrating(codebook=name, kept=_made(calibration, name, beside(path)), fits=fits)


def calibrate(studio: Studio, run_id: str, asked: AskedGold, *, by: str) -> CalibrationMade:
    """Fit and keep. Raises Refused (404) for a run or gold that is not there, (409) where the project has no
    codebook of this run, OptionError where gold is too little."""
    from ...evaluation.calibration import fit, save
    from ...evaluation.matching import match, uncalibrated

    run = open_run(studio.project, run_id)
    found = _codebook_of(studio.project, run)
    if found is None:
        raise conflict(
            "The project has no codebook that asks what this run asked.",
            "Copy the codebook into the project, make a run with it, and calibrate that.",
        )
    name, path = found
    blank = Blank(asked.blank)
    gold = read(studio, run, asked.gold, run.codebook, blank)
    made = fit(uncalibrated(run, match(run, gold, blank=blank)), gold=gold.name)
    where = save(made, run, beside(path))
    with studio.database.writing() as db:
        note(
            db,
            by,
            "calibration.save",
            name,
            run=run.id,
            gold=asked.gold,
            cells=made.cells,
            method=made.method,
        )
    return _made(made, name, where)


def _codebook_of(project: Project, run: Run) -> tuple[str, Path] | None:
    """The project's codebook that asks what the run asked: the one it was made with before any other."""
    record = run.manifest.codebook
    first = Path(record.path).stem if record.path else ""
    for name in sorted(codebooks.names(project), key=lambda one: one != first):
        path = codebooks.path_of(project, name)
        try:
            if codebook_package.load(path).digest == record.digest:
                return name, path
        except EpicrisisError:
            continue
    return None


def _made(calibration: Calibration, codebook: str, path: Path) -> CalibrationMade:
    return CalibrationMade(
        codebook=codebook,
        file=path.name,
        method=calibration.method,
        cells=calibration.cells,
        reports=calibration.reports,
        brier=calibration.brier,
        ece=calibration.ece,
        gold=calibration.gold,
        created=calibration.created,
    )
