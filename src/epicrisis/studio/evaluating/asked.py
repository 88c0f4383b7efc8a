"""What is to be measured, and when it is the same as before."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from ..._version import __version__
from ...api import Run
from ...runs.store import Store

Name = Annotated[str, Field(max_length=200)]
#: Raised when what is kept changes its form.
_FORM = 1
#: Seconds for which the numbers of a run that is under way are not made anew.
_WHILE_RUNNING = 300


class AskedGold(BaseModel):
    """``gold`` by name, as the list of golds has it; ``blank`` says what its blank cells mean."""

    gold: Name = ""
    blank: Literal["not-mentioned", "ignore"] = "not-mentioned"

    def query(self, **more: Any) -> str:
        """As the query of an address; only what is not left at its default, and ``more``."""
        given = self.model_dump(exclude_defaults=True) | more
        return urlencode({name: _plain(value) for name, value in given.items() if value is not None}, True)


class Asked(AskedGold):
    """What ``epicrisis evaluate`` is asked for. ``human``: golds of two people or more; ``by``: carried
    columns; ``splits`` random splits with the share ``train`` in the training part, or ``leave_one_out``;
    ``target``: the share of right answers to reach by review; ``half_width``: how precise gold should be."""

    human: Annotated[list[Name], Field(max_length=10)] = []
    by: Annotated[list[Name], Field(max_length=10)] = []
    splits: Annotated[int | None, Field(ge=1, le=500)] = None
    train: Annotated[float, Field(ge=0.1, le=0.9)] = 0.5
    leave_one_out: bool = False
    target: Annotated[float | None, Field(gt=0, le=1)] = None
    half_width: Annotated[float, Field(ge=0.005, le=0.4)] = 0.05
    cost_per_hour: Annotated[float | None, Field(ge=0, le=1_000_000)] = None


class AskedComparison(AskedGold):
    """The runs to set beside each other; the first is the baseline."""

    run: Annotated[list[Name], Field(max_length=8)] = []


def key_of(kind: str, asked: AskedGold, runs: list[Run], golds: Sequence[Path | Hashable]) -> str:
    """The same where everything that the numbers rest on is the same: the runs as they are now, the golds'
    content (files) or state, the options, and the program. Begins with what names the runs."""
    content = {
        "form": _FORM,
        "program": __version__,
        "kind": kind,
        "asked": asked.model_dump(mode="json"),
        "runs": [_state(run) for run in runs],
        "golds": [_digest(gold) for gold in golds],
    }
    whole = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return ".".join([*(name_of(run.id) for run in runs), whole[:32]])


def name_of(run: str) -> str:
    """A run in the name of a file, whatever its id."""
    return hashlib.sha256(run.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _state(run: Run) -> list[Any]:
    """What changes whenever the run's answers do; while it is under way, every few minutes."""
    status = run.status
    if status == "running":
        return [run.id, status, int(time.time() // _WHILE_RUNNING)]
    with Store(run.store_path, create=False) as store:
        row = store.run(run.id)
        counts = store.counts(row.number)
    return [run.id, status, row.ended, counts.done, counts.failed, counts.failed_answers]


def _digest(gold: Path | Hashable) -> str:
    if not isinstance(gold, Path):
        return repr(gold)
    with gold.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
