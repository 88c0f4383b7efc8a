"""What a run is to do, with all questions of where from and what with already answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..codebook.codebook import Codebook
from ..engines.engine import EngineInfo
from ..extraction.calibration import Calibration
from ..report import Report
from .identity import EngineIdentity
from .manifest import SourceRecord
from .workers import ReportExtractor


@dataclass(frozen=True, slots=True)
class Ready:
    """An extractor with its engine open: how many reports it takes at once, and how to close it."""

    extractor: ReportExtractor
    info: EngineInfo
    close: Callable[[], None]

    @property
    def parallel(self) -> int:
        return max(1, self.info.parallel)


@dataclass(frozen=True, slots=True)
class Task:
    """A codebook, reports that can be gone through more than once, and the engine to ask.

    ``make_ready`` opens the engine. It is called once, when the first report must be asked. ``calibration``
    is for the confidences; ``notes`` are worth telling the user.
    """

    codebook: Codebook
    reports: Iterable[Report]
    total: int
    source: SourceRecord
    engine: EngineIdentity
    prompt_version: str
    options: Mapping[str, Any]
    make_ready: Callable[[], Ready]
    codebook_path: Path | None = None
    address: str | None = None
    calibration: Calibration | None = None
    notes: tuple[str, ...] = ()
