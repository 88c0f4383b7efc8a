"""What was measured, kept so that nobody waits for it twice."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ...evaluation.comparison.diff import Diff
from ...evaluation.comparison.result import Comparison
from ...evaluation.result import Evaluation
from ..project import Project
from ..studio import Studio
from .asked import Asked, AskedComparison, name_of

#: Files on the disk, and documents in memory.
_FILES, _IN_MEMORY = 100, 12
K = TypeVar("K", bound="Kept")


class Kept(BaseModel):
    """What can be made again from run and gold. It may hold words of reports, as the run store does."""

    # Some measures are infinite or not numbers.
    model_config = ConfigDict(ser_json_inf_nan="constants")


class Column(BaseModel):
    """One variable in every scored report, in their order: the outcome's place among all outcomes, and the
    classes that gold and answer have among ``labels`` (only of closed variables); -1 where not scored."""

    outcome: list[int]
    labels: list[str] = []
    gold: list[int] = []
    answer: list[int] = []


class Difference(BaseModel):
    """A cell in which run and gold disagree, in words."""

    report: str
    variable: str
    outcome: str
    gold: str
    answer: str
    confidence: float | None = None


class Point(BaseModel):
    """With the share ``reviewed`` of the reports read by a person, so much of all answers is right."""

    reviewed: float
    accuracy: float
    low: float | None = None
    high: float | None = None


class KeptEvaluation(Kept):
    """An evaluation with what its pages need besides: every scored cell, the curve of review, and the
    reports of the run that no gold has, least certain first."""

    asked: Asked
    evaluation: Evaluation
    columns: dict[str, Column]
    differences: list[Difference]
    curve: list[Point]
    unreviewed: list[str]
    reports: int


class KeptComparison(Kept):
    """A comparison, and for each run but the first the cells in which it differs from the first."""

    asked: AskedComparison
    comparison: Comparison
    diffs: list[Diff]


class Shelf:
    """The documents of one project."""

    def __init__(self, project: Project) -> None:
        self._folder = project.cache / "evaluations"
        self._memory: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: str, kind: type[K]) -> K | None:
        """The document of this key; ``None`` if there is none that can be read."""
        with self._lock:
            found: Any = self._memory.get(key)
            if found is not None:
                self._memory.move_to_end(key)
        if found is None:
            try:
                found = kind.model_validate_json(self._path(key).read_bytes())
            except (OSError, ValidationError):
                return None
            self._remember(key, found)
        return found if isinstance(found, kind) else None

    def keep(self, key: str, document: Kept, runs: Iterable[str]) -> None:
        """Keep a document; those of runs that are no longer among ``runs`` go, and the oldest of many."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._path(key)
        partial = path.with_suffix(".part")
        partial.touch(mode=0o600)
        partial.write_text(document.model_dump_json(), "utf-8")
        partial.replace(path)
        self._remember(key, document)
        self.tidy(runs)

    def tidy(self, runs: Iterable[str]) -> None:
        """Remove what is about runs that are gone: nothing of a removed run stays behind."""
        known = {name_of(run) for run in runs}
        files = sorted(self._files(), key=_age)
        for number, path in enumerate(files):
            gone = not known.issuperset(path.stem.split(".")[:-1])
            if gone or number < len(files) - _FILES:
                path.unlink(missing_ok=True)
                with self._lock:
                    self._memory.pop(path.stem, None)

    def latest(self, kind: type[K], most: int) -> list[K]:
        """The last documents of this kind, the newest first."""
        found: list[K] = []
        for path in sorted(self._files(), key=_age, reverse=True):
            document = self.find(path.stem, kind) if len(found) < most else None
            if document is not None:
                found.append(document)
        return found

    def _files(self) -> list[Path]:
        return list(self._folder.glob("*.json")) if self._folder.is_dir() else []

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _remember(self, key: str, document: Kept) -> None:
        with self._lock:
            self._memory[key] = document
            self._memory.move_to_end(key)
            while len(self._memory) > _IN_MEMORY:
                self._memory.popitem(last=False)


def shelf_of(studio: Studio) -> Shelf:
    """The documents of this studio's project."""
    shelf: Shelf | None = studio.__dict__.get("_evaluations")
    return shelf or studio.__dict__.setdefault("_evaluations", Shelf(studio.project))


def _age(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0
