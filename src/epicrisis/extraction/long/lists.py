"""What several parts list, as one list: mentions and items of groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from epicrisis.codebook.variable import GroupVariable, SpansVariable

from ..answer import Answer, Evidence, Grade, Status
from .choosing import failures, least_sure, settled, unique, without_value
from .said import Said, Whole
from .same import same

Item = Mapping[str, Answer]


def mentions(variable: SpansVariable, said: Sequence[Said], whole: Whole) -> Answer:
    """All mentions, in the order of the report. Of two that overlap, come from two parts and have the same
    type, the longer one stays."""
    listing = _listing(variable, said)
    if not listing:
        return without_value(said, len(whole.parts))
    found = [(mention, one.part) for one in listing for mention in one.answer.value]
    found.sort(key=lambda one: (one[0]["start"], -one[0]["end"], one[1]))
    kept: list[tuple[Mapping[str, Any], int]] = []
    doubts: list[str] = []
    for mention, part in found:
        rivals = [other for other, its_part in kept if its_part != part and _overlap(mention, other)]
        if any(rival["type"] == mention["type"] for rival in rivals):
            continue
        if any(_place(rival) == _place(mention) for rival in rivals):
            doubts.append(
                f"another part gives another type, at characters {mention['start']} to {mention['end']}"
            )
            continue
        kept.append((mention, part))
    left, notes = _at_most(variable.max_items, [mention for mention, _ in kept], "mentions")
    answers = [one.answer for one in listing]
    notes = [*_notes(listing, len(whole.parts)), *doubts, *notes, *failures(said, len(whole.parts))]
    first = _first_evidence(left[0], answers)
    sure, votes = least_sure(answers)
    return Answer(Status.STATED, left, first, sure, unique(notes), votes)


def items(variable: GroupVariable, said: Sequence[Said], whole: Whole) -> Answer:
    """All items, in the order of the report, the same one only once. Two items of two parts are the same if
    their ``keys`` are; where no key tells, if they differ in nothing and share half of what the poorer one
    says, or the place of their evidence. What they say of a sub-variable is settled by its own ``merge``."""
    listing = _listing(variable, said)
    parts = len(whole.parts)
    if not listing:
        return without_value(said, parts)
    joined: list[_Joined] = []
    for one in listing:
        taken: set[int] = set()
        for item in one.answer.value:
            number = _counterpart(variable, item, joined, taken)
            if number is None:
                taken.add(len(joined))
                joined.append(_Joined([(item, one.part)], item))
                continue
            taken.add(number)
            joined[number].said.append((item, one.part))
            joined[number].item = _settle(variable, joined[number].said, whole)
    joined.sort(key=lambda one: one.place(whole))
    left, notes = _at_most(variable.max_items, [one.item for one in joined], "items")
    answers = [one.answer for one in listing]
    notes = [*_notes(listing, parts), *notes, *failures(said, parts)]
    first = next((evidence for item in left if (evidence := _evidence(item)) is not None), None)
    status = Status.INFERRED if first is None else Status.STATED
    sure, votes = least_sure(answers)
    return Answer(status, left, first, sure, unique(notes), votes)


@dataclass(slots=True)
class _Joined:
    """One item, as each part says it, and all of it together."""

    said: list[tuple[Item, int]]
    item: Item

    def place(self, whole: Whole) -> int:
        """Where it is first spoken of."""
        item, part = self.said[0]
        evidence = _evidence(item)
        return whole.parts[part].start if evidence is None else evidence.start


def _listing(variable: SpansVariable | GroupVariable, said: Sequence[Said]) -> list[Said]:
    """The parts whose lists count, in the order of the report."""
    valued = [one for one in said if one.answer.status.has_value and one.answer.value]
    valued.sort(key=lambda one: one.part)
    if variable.merge == "union":
        return valued
    return valued[:1] if variable.merge == "first" else valued[-1:]


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def _place(mention: Mapping[str, Any]) -> tuple[int, int]:
    return mention["start"], mention["end"]


def _first_evidence(mention: Mapping[str, Any], answers: Sequence[Answer]) -> Evidence:
    place = _place(mention)
    for answer in answers:
        if answer.evidence is not None and (answer.evidence.start, answer.evidence.end) == place:
            return answer.evidence
    return Evidence(mention["text"], *place, Grade.EXACT)


def _notes(listing: Sequence[Said], parts: int) -> list[str]:
    """What is noted of the lists, with the number of the part where there are several."""
    if len(listing) == 1:
        return list(listing[0].answer.notes)
    return [f"part {one.part + 1} of {parts}: {note}" for one in listing for note in one.answer.notes]


def _at_most(most: int, listed: list[Any], noun: str) -> tuple[list[Any], list[str]]:
    over = len(listed) - most
    return (listed[:most], [f"{over} further {noun} left out: at most {most}"]) if over > 0 else (listed, [])


def _counterpart(
    variable: GroupVariable, item: Item, joined: Sequence[_Joined], taken: set[int]
) -> int | None:
    """The item found before that ``item`` is, if any; none that another item of the same part is."""
    scores = {
        number: score
        for number, other in enumerate(joined)
        if number not in taken and (score := _alike(variable, item, other.item)) is not None
    }
    return max(scores, key=lambda number: (scores[number], -number)) if scores else None


def _alike(variable: GroupVariable, one: Item, other: Item) -> float | None:
    """How much two items have in common; ``None`` if they are not the same."""
    equal: set[str] = set()
    different: set[str] = set()
    for sub in variable.variables:
        values = [_value(item, sub.name) for item in (one, other)]
        if None not in values:
            (equal if same(sub, *values) else different).add(sub.name)
    score = len(equal) - len(different) + 0.5 * _share_evidence(one, other)
    if (equal | different) & set(variable.keys):
        return None if different & set(variable.keys) else score
    if different or not equal:
        return None
    poorer = min(
        sum(_value(item, sub.name) is not None for sub in variable.variables) for item in (one, other)
    )
    return score if 2 * len(equal) >= poorer or _share_evidence(one, other) else None


def _value(item: Item, name: str) -> Any:
    cell = item.get(name)
    return cell.value if cell is not None and cell.status.has_value else None


def _share_evidence(one: Item, other: Item) -> bool:
    first, second = _evidence(one), _evidence(other)
    return first is not None and second is not None and first.start < second.end and second.start < first.end


def _evidence(item: Item) -> Evidence | None:
    """The first evidence of an item's values."""
    found = [cell.evidence for cell in item.values() if cell.evidence is not None and cell.status.has_value]
    return min(found, key=lambda one: (one.start, one.end), default=None)


def _settle(variable: GroupVariable, said: Sequence[tuple[Item, int]], whole: Whole) -> dict[str, Answer]:
    """One item out of what several parts say of it."""
    cells: dict[str, Answer] = {}
    for sub in variable.variables:
        of_it = [whole.again(item[sub.name], part) for item, part in said if sub.name in item]
        if of_it:
            cells[sub.name] = settled(sub, of_it, len(whole.parts))
    return cells
