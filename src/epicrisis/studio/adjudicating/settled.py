"""What holds: the decision if there is one, else what all who judged a cell agree on."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from ...codebook.codebook import Codebook
from ...codebook.variable import Variable
from ...evaluation.gold import GoldCell
from .said import Place, Said, cells_of, decisions, judgements


@dataclass(frozen=True, slots=True)
class Settled:
    """A cell of gold with where it stands, who says so, and when. ``start`` and ``end`` in characters."""

    cell: GoldCell
    start: int | None
    end: int | None
    comment: str
    people: tuple[str, ...]
    at: str


@dataclass(frozen=True, slots=True)
class State:
    """How far a review is from being gold. ``unresolved``: cells on which reviewers differ and nobody
    decided; ``unusable``: cells whose values the codebook does not allow; ``decided``: by adjudication."""

    settled: dict[Place, Settled] = field(default_factory=dict)
    unresolved: list[Place] = field(default_factory=list)
    unusable: int = 0
    decided: int = 0


def state(db: sqlite3.Connection, review: str, codebook: Codebook) -> State:
    """What holds in a review now."""
    found = State()
    decided = decisions(db, review, codebook)
    said = judgements(db, review, codebook)
    unusable = by_decision = 0
    for place in [*said, *(place for place in decided if place not in said)]:
        variable = codebook[place[1]]
        if place in decided:
            by_decision += 1
            several = [decided[place]]
        else:
            several = said[place]
        cells = cells_of(codebook, several)
        if cells is None:
            unusable += 1
        elif not all_agree(variable, cells):
            found.unresolved.append(place)
        else:
            found.settled[place] = _settled(several, cells)
    return State(found.settled, found.unresolved, unusable, by_decision)


def all_agree(variable: Variable, cells: Sequence[GoldCell]) -> bool:
    """Whether any two say the same, by the comparison that measures agreement and runs."""
    from ...evaluation.agreement.ratings import agree_on

    return all(agree_on(variable, one, other) for one, other in combinations(cells, 2))


def differences(codebook: Codebook, said: dict[Place, list[Said]]) -> list[Place]:
    """The cells on which reviewers differ, in no particular order."""
    found = []
    for place, several in said.items():
        if len(several) > 1:
            cells = cells_of(codebook, several)
            if cells is None or not all_agree(codebook[place[1]], cells):
                found.append(place)
    return found


def _settled(several: Sequence[Said], cells: Sequence[GoldCell]) -> Settled:
    """The first who gave a quote speaks for those who agree with him."""
    first = next((place for place, said in enumerate(several) if said.answer.evidence is not None), 0)
    evidence = several[first].answer.evidence
    comments = dict.fromkeys(said.comment for said in several if said.comment)
    return Settled(
        cell=cells[first],
        start=None if evidence is None else evidence.start,
        end=None if evidence is None else evidence.end,
        comment=" / ".join(comments),
        people=tuple(said.person for said in several),
        at=max(said.at for said in several),
    )
