"""The calibration of a run's confidences by its gold, and where it is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ...errors import OptionError, OutputError
from ...extraction.calibration import Calibration, Method, beside
from ...runs.calibrating import asking_of
from ...runs.manifest import Manifest
from ...runs.run import StoredRun
from ..pairing import Paired
from ..resampling import Array
from .fitting import FEWEST_CELLS, FEWEST_EACH, METHODS, can_fit, fit_curves, held_out
from .reliability import brier_score, ece, make_bins
from .scores import Scores, scores


def fit(paired: Paired, *, gold: str = "", seed: int = 0) -> Calibration:
    """The curves that make this run's confidences probabilities, by the method of the lowest
    cross-validated Brier score: Platt's, isotonic, combined, or none if the raw confidences do best.

    ``gold`` is the gold's name, for the record. Raises OptionError if there are too few cells with a
    confidence, or too few right or wrong ones among them.
    """
    cells = scores(paired)
    if not can_fit(cells):
        raise OptionError(_too_little(cells), hint="Annotate more reports, or review by raw confidence.")
    raw = cells.confidence
    tried: dict[Method, Array] = {"raw": raw}
    tried |= {method: held_out(cells, method, seed=seed) for method in METHODS}
    best: Method = min(tried, key=lambda method: brier_score(tried[method], cells.right))
    curves = None if best == "raw" else fit_curves(cells, best)
    return Calibration(
        method=best,
        variables={}
        if curves is None
        else {cells.variables[place]: curve for place, curve in curves.own.items()},
        pooled=None if curves is None else curves.pooled,
        codebook=paired.codebook.name,
        codebook_digest=paired.codebook.digest,
        cells=len(cells),
        reports=len(np.unique(cells.report)),
        brier=(brier_score(raw, cells.right), brier_score(tried[best], cells.right)),
        ece=(ece(make_bins(raw, cells.right)), ece(make_bins(tried[best], cells.right))),
        gold=gold,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def save(calibration: Calibration, run: StoredRun, path: Path | None = None) -> Path:
    """Write the calibration beside the codebook's file, or at ``path``, with what the run was asked with.

    Returns the file. Raises OptionError if the run's codebook has no file of the user's own, OutputError
    if the file cannot be written.
    """
    manifest = run.manifest
    where = _beside_codebook(manifest) if path is None else path
    document = calibration.model_copy(update={"run": manifest.run, "asking": asking_of(manifest)})
    unfinished = where.with_name(where.name + ".part")
    try:
        unfinished.write_text(document.model_dump_json(indent=2) + "\n", encoding="utf-8")
        unfinished.replace(where)
    except OSError as error:
        raise OutputError(
            f"The calibration cannot be written: {error.strerror}.", path=where, hint=_ELSEWHERE
        ) from None
    return where


_ELSEWHERE = "Name a file with --calibration-file; 'epicrisis extract --calibration' takes it from there."


def _beside_codebook(manifest: Manifest) -> Path:
    if manifest.codebook.path is None:
        raise OptionError("The run's codebook came from no file.", hint=_ELSEWHERE)
    path = Path(manifest.codebook.path)
    if not path.is_file():
        raise OptionError("The run's codebook is not there any more.", path=path, hint=_ELSEWHERE)
    from ... import library

    if path.resolve().is_relative_to(Path(library.__file__).resolve().parent):
        raise OptionError(
            "The run's codebook ships with epicrisis: nothing is kept beside it.",
            hint=f"{_ELSEWHERE} Or copy the codebook to a file of yours and run that.",
        )
    return beside(path)


def _too_little(cells: Scores) -> str:
    if not len(cells):
        return "No scored answer has a confidence: there is nothing to calibrate."
    right = int(cells.right.sum())
    return (
        f"Calibration needs at least {FEWEST_CELLS} cells with a confidence, at least {FEWEST_EACH} of them "
        f"right and {FEWEST_EACH} wrong, in two reports or more: there are {right} right and "
        f"{len(cells) - right} wrong ones."
    )
