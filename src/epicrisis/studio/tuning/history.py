"""How far a training is, and how it went: read from what it writes beside the adapter while it works."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ...tuning.events import HISTORY, read_history
from ...tuning.exploring import CURVE

#: Of notes and of their characters; more than that nobody reads.
_NOTES, _LONGEST = 50, 1000


class Step(BaseModel):
    """The loss of a step of the training."""

    step: int
    loss: float


class Validation(BaseModel):
    """A look at the reports that choose: ``score`` by the metric of the history, ``loss`` on the same
    reports. ``best``: the adapter as it was then is the best so far."""

    step: int
    epoch: float | None = None
    loss: float | None = None
    score: float | None = None
    best: bool = False


class History(BaseModel):
    """Everything a training said of itself. ``stage`` is what it does now; ``ended`` how it ended, ``None``
    while it goes on. ``eta`` in seconds, as of the time ``at`` (seconds since 1970); the numbers of reports
    that train, choose and test are ``None`` until they are known. ``answered`` of the ``asked`` reports that
    choose, while they are asked about; else 0 of 0. ``part``: it is trained on so many reports first, to see
    what more gold brings, and all of this is of that training."""

    part: int | None = None
    stage: str | None = None
    base: str = ""
    device: str = ""
    steps: int = 0
    epochs: float | None = None
    train: int | None = None
    validation: int | None = None
    test: int | None = None
    step: int = 0
    epoch: float | None = None
    loss: float | None = None
    tokens_per_second: float | None = None
    eta: float | None = None
    answered: int = 0
    asked: int = 0
    at: float = 0.0
    losses: list[Step] = []
    validations: list[Validation] = []
    metric: str = ""
    notes: list[str] = []
    ended: str | None = None
    error: str | None = None

    @property
    def left(self) -> float | None:
        """Seconds until the training ends, by now; what is measured afterwards comes on top."""
        return None if self.eta is None else max(0.0, self.eta - (time.time() - self.at))

    @property
    def best(self) -> Validation | None:
        """The look that chose the adapter."""
        return next((one for one in reversed(self.validations) if one.best), None)


def history(folder: Path) -> History:
    """What the training that writes into ``folder`` said so far; nothing where it said nothing.

    Before it begins with all reports, that is what the latest training of a part of them says.
    """
    found = _said_in(folder)
    if found.steps:
        return found
    parts = [path for path in (folder / CURVE).glob(f"reports-*/{HISTORY}") if _size(path) is not None]
    if not parts:
        return found
    latest = max(parts, key=_written)
    part = _said_in(latest.parent)
    part.part, part.ended, part.error = _size(latest), found.ended, found.error
    # How the reports were shared out is not told from a part of them.
    part.train = part.validation = part.test = None
    part.notes = list(dict.fromkeys((*found.notes, *part.notes)))[:_NOTES]
    return part


def _size(path: Path) -> int | None:
    size = path.parent.name.removeprefix("reports-")
    return int(size) if size.isascii() and size.isdigit() else None


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # removed meanwhile
        return 0.0


def _said_in(folder: Path) -> History:
    found = History()
    try:
        found.at = (folder / HISTORY).stat().st_mtime
    except OSError:
        return found
    for event in read_history(folder):
        if isinstance(event, dict):
            # Whatever comes after the answers, they are no longer waited for.
            found.answered = found.asked = 0
            _HEARD.get(str(event.get("event")), _nothing)(found, event)
    return found


Event = Mapping[str, Any]


def _stage(found: History, event: Event) -> None:
    found.stage, found.ended, found.error = _text(event, "stage") or None, None, None
    # What was left was of the training alone.
    found.eta = None


def _start(found: History, event: Event) -> None:
    found.base, found.device = _text(event, "base"), _text(event, "device")
    found.steps, found.epochs = _count(event, "steps") or 0, _number(event, "epochs")
    found.train, found.validation, found.test = (
        _count(event, part) for part in ("train", "validation", "test")
    )
    found.ended = found.error = None
    done = _count(event, "done")
    if done is not None:
        # From a checkpoint: what came after it is done again.
        found.step = done
        found.losses = [one for one in found.losses if one.step <= done]
        found.validations = [one for one in found.validations if one.step <= done]


def _step(found: History, event: Event) -> None:
    step = _count(event, "step")
    if step is None:
        return
    # What went on from a checkpoint goes through the steps after it once more.
    found.losses = [one for one in found.losses if one.step < step] if step <= found.step else found.losses
    found.step, found.epoch, found.loss = step, _number(event, "epoch"), _number(event, "loss")
    found.tokens_per_second, found.eta = _number(event, "tokens_per_second"), _number(event, "eta")
    if found.loss is not None:
        found.losses.append(Step(step=step, loss=found.loss))


def _choosing(found: History, event: Event) -> None:
    found.answered, found.asked = (_count(event, name) or 0 for name in ("done", "total"))
    found.eta = _number(event, "eta")


def _validation(found: History, event: Event) -> None:
    step = _count(event, "step")
    step = found.step if step is None else step
    found.metric = _text(event, "metric") or found.metric
    found.validations = [one for one in found.validations if one.step < step]
    found.validations.append(
        Validation(
            step=step,
            epoch=_number(event, "epoch"),
            loss=_number(event, "loss"),
            score=_number(event, "score"),
            best=event.get("best") is True,
        )
    )


def _note(found: History, event: Event) -> None:
    text = _text(event, "text")[:_LONGEST]
    if text and text not in found.notes and len(found.notes) < _NOTES:
        found.notes.append(text)


def _end(found: History, event: Event) -> None:
    found.ended = _text(event, "status") or "failed"
    found.error = _text(event, "error")[:_LONGEST] or None
    found.eta = None


def _nothing(_found: History, _event: Event) -> None:
    """An event of a later version."""


_HEARD = {
    "stage": _stage,
    "start": _start,
    "step": _step,
    "choosing": _choosing,
    "validation": _validation,
    "note": _note,
    "end": _end,
}


def _number(event: Event, name: str) -> float | None:
    value = event.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _count(event: Event, name: str) -> int | None:
    value = _number(event, name)
    return None if value is None or not 0 <= value < 2**53 else int(value)


def _text(event: Event, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""
