"""Which answers to a report are sure enough to train on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..codebook.codebook import Codebook
from ..codebook.variable import GroupVariable, Variable
from ..evaluation.gold import GoldCell, cell_of
from ..extraction.answer import Answer, Status
from ..extraction.candidate import Candidate
from ..extraction.checking import InvalidValueError
from ..extraction.dependencies import all_ruled_out


class Verdict(StrEnum):
    """What became of one answer."""

    SURE = "sure"  #: taken: its confidence is high enough
    REVIEWED = "reviewed"  #: taken: a person said so
    RULED_OUT = "ruled out"  #: covered: an answer that was taken leaves nothing to say
    UNSURE = "unsure"  #: its confidence is too low
    NO_CONFIDENCE = "no confidence"  #: nobody knows how sure it is
    DEPENDENT = "dependent"  #: not applicable, for an answer that was not taken
    FAILED = "failed"  #: there is no answer, or a part of it failed
    NOT_ALLOWED = "not allowed"  #: not a value of the codebook

    @property
    def covers(self) -> bool:
        return self in (Verdict.SURE, Verdict.REVIEWED, Verdict.RULED_OUT)


@dataclass(frozen=True, slots=True)
class Taken:
    """The cells of a report that were taken, and what became of every answer, by variable."""

    cells: Mapping[str, GoldCell]
    verdicts: Mapping[str, Verdict]

    @property
    def open(self) -> tuple[str, ...]:
        """The variables without an answer to train on."""
        return tuple(name for name, verdict in self.verdicts.items() if not verdict.covers)


def take(
    codebook: Codebook,
    answers: Mapping[str, Answer],
    reviewed: Mapping[str, GoldCell],
    at_least: float,
) -> Taken:
    """The answers to the asked variables that have a confidence of ``at_least`` so much, in [0, 1]; what a
    person ``reviewed`` stands in the place of the model's answer, always.

    A variable that one of these rules out has nothing to say, whatever the model said of it.
    """
    cells: dict[str, GoldCell] = {}
    verdicts: dict[str, Verdict] = {}
    for variable in codebook.variables:
        name = variable.name
        if name in reviewed:
            cells[name], verdicts[name] = reviewed[name], Verdict.REVIEWED
            continue
        verdicts[name] = _verdict(variable, answers.get(name), at_least)
        if verdicts[name] is Verdict.SURE:
            try:
                cells[name] = cell_of(variable, answers[name])
            except InvalidValueError:
                verdicts[name] = Verdict.NOT_ALLOWED
    known = {name: Candidate(value=cell.value) for name, cell in cells.items() if cell.value is not None}
    out = all_ruled_out(codebook.variables, known)
    for variable in codebook.variables:
        if variable.name in out and variable.name not in reviewed:
            allowed = variable.allows("not_applicable")
            cells[variable.name] = GoldCell(Status.NOT_APPLICABLE if allowed else Status.NOT_MENTIONED)
            verdicts[variable.name] = Verdict.RULED_OUT
    return Taken(cells, verdicts)


def _verdict(variable: Variable, answer: Answer | None, at_least: float) -> Verdict:
    if answer is None or answer.status is Status.FAILED or _spoilt(variable, answer):
        return Verdict.FAILED
    if answer.status is Status.NOT_APPLICABLE:
        return Verdict.DEPENDENT  # unless what was taken rules it out too
    if answer.confidence is None:
        return Verdict.NO_CONFIDENCE
    return Verdict.SURE if answer.confidence >= at_least else Verdict.UNSURE


def _spoilt(variable: Variable, answer: Answer) -> bool:
    """Whether a part of an item failed: as gold it would read as silence."""
    if not isinstance(variable, GroupVariable):
        return False
    return any(part.status is Status.FAILED for item in answer.value or () for part in item.values())
