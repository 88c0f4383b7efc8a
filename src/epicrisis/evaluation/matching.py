"""What is to be scored: the run, its gold, and the reports that are left out."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from .gold import Blank, Gold, load_gold
from .learned import Learned, learned_by
from .pairing import Paired, pair
from .protocol import Protocol, by_protocol
from .split_file import SplitFile, read_split

if TYPE_CHECKING:
    from ..runs.run import StoredRun

#: Gold, or the file or run it is to be read from.
GoldSource = Gold | str | PathLike[str]


@dataclass(frozen=True, slots=True)
class Matched:
    """A run beside its gold. ``split`` is the file that chose the reports, ``learned`` what the run has
    seen before, ``notes`` what a reader of the numbers should know."""

    gold: Gold
    paired: Paired
    learned: Learned
    split: SplitFile | None = None
    notes: tuple[str, ...] = ()


def match(
    run: StoredRun,
    gold: GoldSource,
    *,
    blank: Blank = Blank.NOT_MENTIONED,
    split: str | PathLike[str] | None = None,
    lenient: bool = False,
) -> Matched:
    """The run's answers beside gold, without the reports the run learned from and those that the split
    file does not have for testing.

    ``blank`` is for gold that is still to be read; ``lenient`` leaves out what gold is silent about (see
    ``Protocol``). Raises ``ReadingError`` and ``OptionError`` as
    ``load_gold``, ``read_split`` and ``pair`` do.
    """
    found = as_gold(run, gold, blank=blank)
    found = by_protocol(found, Protocol.LENIENT if lenient else Protocol.STRICT)
    learned = learned_by(run)
    exclude = dict(learned.reports)
    notes = [*found.notes, *learned.notes]
    chosen = None
    if split is not None:
        chosen = read_split(Path(split), id_name=_id_name(run))
        for report in found.cells:
            reason = chosen.reason(report)
            if reason is not None:
                exclude.setdefault(report, reason)
        strangers = sum(report not in found.cells for report in chosen.parts)
        if strangers:
            notes.append(f"{strangers} of the {len(chosen.parts)} ids of the split file are not in the gold.")
    paired = pair(run, found, exclude=exclude)
    status = run.status
    if status != "finished":
        notes.append(f"The run is {status}: only the reports done so far are scored.")
    return Matched(found, paired, learned, chosen, tuple(notes))


def uncalibrated(run: StoredRun, matched: Matched) -> Paired:
    """The same reports with the confidences that the model gave: what a calibration is made from."""
    if run.manifest.calibration is None:
        return matched.paired
    return pair(run, matched.gold, exclude=matched.paired.matching.excluded, raw=True)


def as_gold(run: StoredRun, gold: GoldSource, *, blank: Blank = Blank.NOT_MENTIONED) -> Gold:
    """Gold as it is, or read for the run's codebook. Raises as ``load_gold`` does."""
    if isinstance(gold, Gold):
        return gold
    # A run's name is looked up as it is written; a file is known by being one.
    what = gold if isinstance(gold, str) else Path(gold)
    return load_gold(what, run.codebook, run.store_path, blank, id_name=_id_name(run))


def _id_name(run: StoredRun) -> str | None:
    """What the column of ids is called in a table of this run."""
    return run.manifest.source.columns.identity.get("id")
