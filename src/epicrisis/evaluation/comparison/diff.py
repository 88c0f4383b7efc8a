"""Two runs cell by cell: what changed from one to the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from ...codebook.codebook import Codebook
from ...codebook.variable import Variable
from ...errors import OptionError
from ...extraction.answer import Answer, Extraction, Status
from ...runs.run import StoredRun
from ..cells import compare as outcome_of
from ..cells import same
from ..gold import Gold, GoldCell
from ..shown import shown, shown_gold
from .quotes import quote_of


class Change(StrEnum):
    """What changed in a cell."""

    VALUE = "value"  #: another value, or one where there was none, or none where there was one
    STATUS = "status"  #: the same value, or none in both, with another status


class Side(StrEnum):
    """Which of two answers agrees with gold."""

    BOTH = "both"
    OLD = "old"
    NEW = "new"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Half:
    """One run's answer in a changed cell, in words. ``quote`` is the report's own text."""

    value: str
    status: str
    quote: str | None


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """A cell in which two runs differ. ``gold``: the right value in words, and ``agrees`` which side has it;
    both ``None`` without gold and where gold has no such cell."""

    report: str
    variable: str
    change: Change
    old: Half
    new: Half
    gold: str | None = None
    agrees: Side | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """One variable: cells in both runs, and how many changed; with gold, in how many of
    those only the new answer is right (``mended``), and in how many only the old one (``broken``)."""

    variable: str
    cells: int
    values: int
    statuses: int
    mended: int | None = None
    broken: int | None = None


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed from run ``old`` to run ``new``. ``cells`` by variable, then in the order of ``old``.
    ``variables_left_out``: names and why."""

    old: str
    new: str
    reports: int
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    variables: tuple[Changes, ...]
    variables_left_out: dict[str, str]
    cells: tuple[ChangedCell, ...]
    gold: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return asdict(self)


def diff(
    old: StoredRun, new: StoredRun, *, variables: Collection[str] = (), gold: Gold | None = None
) -> Diff:
    """The cells that two runs have in common and in which they differ.

    ``variables`` limits it to some. Values are compared as in scoring: quantities in one unit, texts by
    their words. With ``gold``, each changed cell says which side agrees with it. Raises OptionError where
    the runs have no report or no variable in common, or a named variable is not one of those.
    """
    codebook, left_out = _shared(old, new, variables)
    before = {extraction.report_id: extraction for extraction in old}
    after = {extraction.report_id: extraction for extraction in new}
    ids = [report for report in before if report in after]
    if not ids:
        raise OptionError(
            f"The runs {old.id} and {new.id} have no report in common.",
            hint="Reports are the same if they have the same id.",
        )
    told = {} if gold is None else gold.cells
    changes, cells = [], []
    for variable in codebook.columns:
        found: list[ChangedCell] = []
        for report in ids:
            pair = _answer(before[report], variable.name), _answer(after[report], variable.name)
            found.extend(_changed(report, variable, *pair, told.get(report, {}).get(variable.name)))
        changes.append(_count(variable.name, len(ids), found, gold is not None))
        cells.extend(found)
    return Diff(
        old=old.id,
        new=new.id,
        reports=len(ids),
        only_old=tuple(report for report in before if report not in after),
        only_new=tuple(report for report in after if report not in before),
        variables=tuple(changes),
        variables_left_out=left_out,
        cells=tuple(cells),
        gold=None if gold is None else gold.name,
    )


def _shared(old: StoredRun, new: StoredRun, wanted: Collection[str]) -> tuple[Codebook, dict[str, str]]:
    """The codebook of the variables to compare, and those left out with the reason."""
    ours, theirs = old.codebook, new.codebook
    left_out: dict[str, str] = {}
    for name in dict.fromkeys([*ours.names, *theirs.names]):
        if name not in theirs:
            left_out[name] = f"not in {new.id}"
        elif name not in ours:
            left_out[name] = f"not in {old.id}"
        elif ours[name].kind != theirs[name].kind:
            left_out[name] = f"of different kinds: {ours[name].kind}, {theirs[name].kind}"
    shared = [name for name in ours.names if name not in left_out]
    if not shared:
        raise OptionError(
            f"The runs {old.id} and {new.id} have no variable in common.",
            hint="Variables are common if they have the same name and kind in both codebooks.",
        )
    for name in wanted:
        if name in left_out:
            raise OptionError(f"The variable '{name}' cannot be compared: {left_out[name]}.")
        if name not in shared:
            near = get_close_matches(name, shared, 1)
            meant = f"Did you mean '{near[0]}'? " if near else ""
            raise OptionError(
                f"The runs have no variable '{name}'.", hint=f"{meant}They have: {', '.join(shared)}."
            )
    if wanted:
        return ours.subset(set(wanted)), {}
    return ours.subset(set(shared)), left_out


def _changed(
    report: str, variable: Variable, old: Answer, new: Answer, gold: GoldCell | None
) -> Iterator[ChangedCell]:
    change = _change(variable, old, new)
    if change is not None:
        yield ChangedCell(
            report,
            variable.name,
            change,
            _half(old),
            _half(new),
            gold=None if gold is None else shown_gold(gold),
            agrees=None if gold is None else _side(variable, old, new, gold.value),
        )


def _answer(extraction: Extraction, name: str) -> Answer:
    # A report that failed as a whole may have no answers.
    return extraction.answers.get(name) or Answer(Status.FAILED)


def _change(variable: Variable, old: Answer, new: Answer) -> Change | None:
    if old.status.has_value != new.status.has_value:
        return Change.VALUE
    if old.status.has_value and not same(variable, new.value, old.value):
        return Change.VALUE
    # A failure is no answer at all, which silence is.
    if (old.status is Status.FAILED) != (new.status is Status.FAILED):
        return Change.VALUE
    return Change.STATUS if old.status is not new.status else None


def _side(variable: Variable, old: Answer, new: Answer, gold: Any) -> Side:
    before, after = (outcome_of(variable, answer, gold).agrees for answer in (old, new))
    if before and after:
        return Side.BOTH
    if before or after:
        return Side.OLD if before else Side.NEW
    return Side.NEITHER


def _half(answer: Answer) -> Half:
    return Half(shown(answer.value) if answer.status.has_value else "", answer.status.value, quote_of(answer))


def _count(variable: str, cells: int, found: list[ChangedCell], with_gold: bool) -> Changes:
    values = sum(cell.change is Change.VALUE for cell in found)
    mended = sum(cell.agrees is Side.NEW for cell in found) if with_gold else None
    broken = sum(cell.agrees is Side.OLD for cell in found) if with_gold else None
    return Changes(variable, cells, values, len(found) - values, mended, broken)
