"""Which calibration goes with a run: the one kept beside its codebook, if it fits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..codebook.codebook import Codebook
from ..errors import OptionError
from ..extraction.calibration import Asking, Calibration, beside
from .manifest import Manifest


@dataclass(frozen=True, slots=True)
class Chosen:
    """The calibration to apply, if any, and what there is to say about it."""

    calibration: Calibration | None = None
    notes: tuple[str, ...] = ()


def choose(wanted: bool | Path, codebook: Codebook, path: Path | None, asking: Asking) -> Chosen:
    """The calibration beside the codebook's file (``True``), none (``False``), or the one in a file.

    One that was made with another codebook, model or way of asking is passed over, and a note says so; if
    it was named, OptionError says so. Raises CodebookError for a file that is no calibration.
    """
    if wanted is False or (wanted is True and path is None):
        return Chosen()
    file = wanted if isinstance(wanted, Path) else beside(path or Path())
    if wanted is True and not file.is_file():
        return Chosen()
    calibration = Calibration.load(file)
    reason = calibration.mismatch(codebook.digest, asking)
    if reason is None:
        by = f", by {calibration.gold}" if calibration.gold else ""
        return Chosen(calibration, (f"Confidences are calibrated with {file.name}{by}.",))
    if wanted is True:
        return Chosen(notes=(f"Confidences are not calibrated: {file.name} does not fit, {reason}.",))
    raise OptionError(
        f"The calibration does not fit: {reason}.", path=file, hint="Evaluate a run of this kind to make one."
    )


def asking_of(manifest: Manifest) -> Asking:
    """The model of a run and the way it was asked."""
    engine = manifest.engine.identity
    return Asking.of(engine["model"], engine.get("digest"), manifest.prompt_version, manifest.options)


@lru_cache(maxsize=8)
def calibration_in(manifest: str) -> Calibration | None:
    """The calibration recorded in a manifest, given as the store has it."""
    recorded = json.loads(manifest).get("calibration")
    return None if recorded is None else Calibration.model_validate(recorded)
