"""A learning curve: the same training on more and more reports, and whether annotating more would pay."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import OptionError
from .curve_picture import picture
from .data import Annotated
from .events import Listener
from .measured import Measured, measured
from .notebook import Notebook, write_whole
from .worth import Worth, worth

CURVE = "curve.json"
PICTURE = "curve.svg"
#: How many training reports; all that there are come last.
SIZES = (25, 50, 100)

#: Trains on these reports, in a folder of their own, going on from the checkpoint that it finds there; gives
#: the score, on the same validation reports every time.
Run = Callable[[Sequence[Annotated], Path], Measured | float | None]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """So many ``reports`` of so many ``patients`` were trained on."""

    reports: int
    patients: int
    score: Measured

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {"reports": self.reports, "patients": self.patients, "score": self.score.as_dict()}


@dataclass(frozen=True, slots=True)
class Curve:
    """``points`` in the order of their sizes; ``worth`` says whether more annotation would pay."""

    points: tuple[CurvePoint, ...]
    worth: Worth

    @classmethod
    def of(cls, points: Sequence[CurvePoint]) -> Curve:
        """The curve through these points."""
        ordered = tuple(sorted(points, key=lambda one: one.reports))
        return cls(ordered, worth(ordered))

    def as_dict(self) -> dict[str, Any]:
        """As JSON, without ids of reports: all that a picture of it needs."""
        points = [
            {
                "reports": one.reports,
                "patients": one.patients,
                "value": one.score.value,
                "low": one.score.low,
                "high": one.score.high,
            }
            for one in self.points
        ]
        return {"points": points, "worth": self.worth.as_dict()}

    def svg(self) -> str:
        """A picture of it, readable by itself and within a page."""
        return picture(self.points, self.worth)


def nested(
    reports: Sequence[Annotated], sizes: Sequence[int] = SIZES, seed: int = 0
) -> list[list[Annotated]]:
    """The reports to train on, for each size: whole patients, as near to the size as they go, those of a
    smaller size among those of every larger one. Sizes that the data lacks are left out; all reports come
    last.

    Which they are depends on the patients and ``seed`` alone. Raises ``OptionError`` for a size below 1 and
    for no reports.
    """
    if not reports or any(size < 1 for size in sizes):
        raise OptionError("A learning curve needs reports, and sizes of at least 1.")
    patients: dict[str, int] = {}
    for one in reports:
        patients[one.patient] = patients.get(one.patient, 0) + 1
    order = sorted(patients)
    random.Random(seed).shuffle(order)
    found: list[list[Annotated]] = []
    for size in sorted(set(sizes)):
        if size >= len(reports):
            break
        count, taken = 0, set[str]()
        for patient in order:
            # The nearer of the two: with this patient, or without.
            if taken and count + patients[patient] / 2 > size:
                break
            taken.add(patient)
            count += patients[patient]
        if count < len(reports) and (not found or count > len(found[-1])):
            found.append([one for one in reports if one.patient in taken])
    return [*found, list(reports)]


def curve(
    reports: Sequence[Annotated],
    run: Run,
    *,
    folder: Path,
    sizes: Sequence[int] = SIZES,
    seed: int = 0,
    listener: Listener | None = None,
    about: Mapping[str, Any] | None = None,
    fresh: bool = False,
) -> Curve:
    """Train on 25, 50, 100 and all of the training reports (or ``sizes``), each from the beginning.

    ``curve.json`` and ``curve.svg`` in ``folder`` are written after each training, so that the same call goes
    on where it was killed; ``about`` says what else must be the same for that (settings, base). Raises
    ``OptionError`` where the folder holds another curve, ``OutputError`` where the disk is full, and what
    ``run`` raises. ``fresh`` empties the folder first.
    """
    subsets = nested(reports, sizes, seed)
    ids = json.dumps([sorted(one.report.id for one in subset) for subset in subsets])
    task = {
        "sizes": [len(subset) for subset in subsets],
        "seed": seed,
        "reports": hashlib.sha256(ids.encode("utf-8", "surrogatepass")).hexdigest(),
        "about": dict(about or {}),
    }
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    notebook = Notebook(folder / CURVE, task)
    done = {point.reports: point for point in map(_point, notebook.read().get("points", ()))}
    for number, subset in enumerate(subsets, 1):
        size, patients = len(subset), len({one.patient for one in subset})
        if size in done:
            continue
        said = {"reports": size, "patients": patients, "number": number, "of": len(subsets)}
        _tell(listener, status="begun", **said)
        score = measured(run(subset, folder / f"reports-{size}"))
        done[size] = CurvePoint(size, patients, score)
        so_far = Curve.of(list(done.values()))
        notebook.write({"points": [one.as_dict() for one in so_far.points], "curve": so_far.as_dict()})
        _draw(so_far, folder)
        _tell(listener, status="done", score=score.value, low=score.low, high=score.high, **said)
    found = Curve.of(list(done.values()))
    _draw(found, folder)
    _tell(listener, status="judged", verdict=str(found.worth.verdict), text=found.worth.sentence)
    return found


def read_curve(folder: Path) -> dict[str, Any] | None:
    """The curve as it stands in ``folder`` (``Curve.as_dict``), for showing it; ``None`` if there is none."""
    try:
        found = json.loads((folder / CURVE).read_text("utf-8"))["curve"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, dict) else None


def _point(found: Mapping[str, Any]) -> CurvePoint:
    return CurvePoint(found["reports"], found["patients"], Measured.of(found["score"]))


def _draw(found: Curve, folder: Path) -> None:
    write_whole(folder / PICTURE, found.svg())


def _tell(listener: Listener | None, **said: Any) -> None:
    if listener is not None:
        listener({"event": "curve", **said})
