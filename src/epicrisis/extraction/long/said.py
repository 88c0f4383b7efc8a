"""What one part of a report says of one variable, in the offsets of the whole report."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from epicrisis.report import Span

from ..answer import Answer, Evidence, Status
from .lexicon import Role
from .part import Part
from .sections import Section


class Standing(IntEnum):
    """How much the section that a piece of evidence stands in has to say under ``merge: conclusion``."""

    ADDENDUM = 0
    CONCLUSION = 1
    DIAGNOSIS = 2
    OTHER = 3
    BEFORE = 4  #: what was known, asked or seen before this examination
    NOWHERE = 5  #: no evidence


_STANDINGS = {
    Role.ADDENDUM: Standing.ADDENDUM,
    Role.CONCLUSION: Standing.CONCLUSION,
    Role.DIAGNOSIS: Standing.DIAGNOSIS,
    Role.INDICATION: Standing.BEFORE,
    Role.HISTORY: Standing.BEFORE,
    Role.COMPARISON: Standing.BEFORE,
}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, its offsets those of the report; the part it is from, from 0; and its evidence's section."""

    answer: Answer
    part: int
    place: int
    standing: Standing

    @property
    def firmness(self) -> int:
        """0 where the report says so, 1 where it hedges, 2 where no words for it were found."""
        return (Status.STATED, Status.UNCERTAIN, Status.INFERRED).index(self.answer.status)


class Whole:
    """A report that was asked in parts: puts what was said of them into the offsets of the report."""

    def __init__(self, text: str, sections: Sequence[Section], parts: Sequence[Part]) -> None:
        self.text = text
        self.parts = parts
        self._sections = sections
        self._starts = [one.start for one in sections]

    def said(self, answer: Answer, part: int) -> Said:
        """What ``answer``, in the offsets of part ``part`` (from 0), says of the report."""
        return self.again(self.shifted(answer, self.parts[part]), part)

    def again(self, answer: Answer, part: int) -> Said:
        """The same for an answer that is in the report's offsets already."""
        if answer.evidence is None:
            return Said(answer, part, self.parts[part].start, Standing.NOWHERE)
        return Said(answer, part, answer.evidence.start, self._standing(answer.evidence.start))

    def shifted(self, answer: Answer, part: Part) -> Answer:
        """``answer`` with the offsets of the whole report, those of its mentions or items too."""
        value: Any = answer.value
        if isinstance(value, list):
            value = [self._item(item, part) for item in value]
        evidence = answer.evidence
        if evidence is not None:
            place = part.place(evidence.start, evidence.end)
            evidence = Evidence(self.text[place.start : place.end], *place, evidence.grade)
        return replace(answer, value=value, evidence=evidence)

    def _item(self, item: Mapping[str, Any], part: Part) -> dict[str, Any]:
        if any(isinstance(cell, Answer) for cell in item.values()):
            return {name: self.shifted(cell, part) for name, cell in item.items()}
        place: Span = part.place(item["start"], item["end"])
        return {**item, "text": self.text[place.start : place.end], "start": place.start, "end": place.end}

    def _standing(self, place: int) -> Standing:
        found = bisect_right(self._starts, place) - 1
        role = self._sections[found].role if found >= 0 else None
        return Standing.OTHER if role is None else _STANDINGS.get(role, Standing.OTHER)
