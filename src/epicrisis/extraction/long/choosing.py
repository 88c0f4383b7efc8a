"""One answer out of those of several parts, for variables with one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from epicrisis.codebook.variable import BooleanVariable, ClosedVariable, ItemVariable, Variable

from ..answer import Answer, Status
from .said import Said, Standing
from .same import amount, same

#: Conflicts that are noted one by one.
_MOST_NOTED = 3


def settled(variable: ItemVariable, said: Sequence[Said], parts: int) -> Answer:
    """What the parts say together of ``variable``, by its ``merge``.

    ``parts`` is how many parts there are. A value counts before silence, silence before "not applicable".
    A part that failed makes the answer ``failed`` only if no other has a value.
    """
    valued = [one for one in said if one.answer.status.has_value]
    if not valued:
        return without_value(said, parts)
    chosen = min(valued, key=_order(variable))
    others = [one for one in valued if not same(variable, one.answer.value, chosen.answer.value)]
    notes = [*chosen.answer.notes, *_conflicts(variable, others), *failures(said, parts)]
    return replace(chosen.answer, notes=unique(notes))


def without_value(said: Sequence[Said], parts: int) -> Answer:
    """The answer where no part has a value. It is as sure as the least sure of the parts."""
    answers = [one.answer for one in said]
    for status in (Status.FAILED, Status.NOT_MENTIONED, Status.NOT_APPLICABLE):
        of_it = [answer for answer in answers if answer.status is status]
        if not of_it:
            continue
        reasons = [note for answer in of_it for note in answer.notes]
        if status is Status.FAILED:
            if parts > 1:
                reasons.append(f"failed in {_numbered(one.part for one in _failed(said))} of {parts}")
            return Answer(status, notes=unique(reasons))
        sure, votes = least_sure(of_it)
        return Answer(status, confidence=sure, notes=unique(reasons), votes=votes)
    return Answer(Status.NOT_MENTIONED)


def failures(said: Sequence[Said], parts: int) -> list[str]:
    """A note on the parts that failed, for an answer that another part gave."""
    failed = _failed(said)
    if not failed:
        return []
    reasons = "; ".join(unique(note for one in failed for note in one.answer.notes))
    where = f"failed in {_numbered(one.part for one in failed)} of {parts}"
    return [f"{where}: {reasons}" if reasons else where]


def least_sure(answers: Iterable[Answer]) -> tuple[float | None, float | None]:
    """The lowest confidence and the votes of the answer that has it; ``None`` if none has one."""
    known = ((one.confidence, one.votes) for one in answers if one.confidence is not None)
    return min(known, key=lambda pair: pair[0], default=(None, None))


def unique(notes: Iterable[str]) -> tuple[str, ...]:
    """Each note once, in order."""
    return tuple(dict.fromkeys(notes))


def place_of(answer: Answer) -> str:
    """Where the evidence of an answer stands, for a note: places are named, words never."""
    if answer.evidence is None:
        return "without evidence"
    return f"at characters {answer.evidence.start} to {answer.evidence.end}"


def _failed(said: Sequence[Said]) -> list[Said]:
    return [one for one in said if one.answer.status is Status.FAILED]


def _numbered(parts: Iterable[int]) -> str:
    numbers = sorted({part + 1 for part in parts})
    listed = ", ".join(str(number) for number in numbers)
    return f"part {listed}" if len(numbers) == 1 else f"parts {listed}"


def _order(variable: Variable) -> Callable[[Said], tuple[Any, ...]]:
    """What ``variable.merge`` looks at, the best first. Every policy but ``conclusion`` asks first how firmly
    it is said: the question "infarct?" must not outweigh the finding that there is none."""
    match variable.merge:
        case "last":
            return lambda one: (one.firmness, -one.place, -one.part)
        case "any_true":
            return lambda one: (one.firmness, not one.answer.value, one.place, one.part)
        case "maximum":
            return lambda one: (one.firmness, *_largest_first(variable, one), one.place, one.part)
        case "conclusion":
            return lambda one: (one.standing, one.firmness, one.place, one.part)
        case _:
            return lambda one: (one.firmness, one.place, one.part)


def _largest_first(variable: Variable, one: Said) -> tuple[Any, ...]:
    """A key that is the smaller, the larger the value; what cannot be compared comes last."""
    size = amount(variable, one.answer.value)
    if size is None:
        return (1, 0)
    return (0, _Falling(size)) if isinstance(size, str) else (0, -size)


class _Falling(str):
    """A text that sorts before those it is after."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _conflicts(variable: Variable, others: Sequence[Said]) -> list[str]:
    """Notes on the parts that say something else. Values of closed kinds are named; others, which are words
    or figures of the report, are pointed at."""
    notes: list[str] = []
    noted: list[Any] = []
    for one in sorted(others, key=lambda one: (one.standing is Standing.NOWHERE, one.place, one.part)):
        value = one.answer.value
        if any(same(variable, value, before) for before in noted):
            continue
        noted.append(value)
        if isinstance(variable, BooleanVariable | ClosedVariable):
            written = str(value).lower() if isinstance(value, bool) else value
            notes.append(f"another part says: {written}, {place_of(one.answer)}")
        else:
            notes.append(f"another part gives another value, {place_of(one.answer)}")
    more = len(notes) - _MOST_NOTED
    return notes if more <= 0 else [*notes[:_MOST_NOTED], f"{more} further values in other parts"]
