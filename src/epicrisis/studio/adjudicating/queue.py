"""The cells that somebody has to decide, in the order they are decided."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from ...evaluation.cells import compare
from .kept import judgements_stamp, kept
from .review import Review
from .said import Place, Said, cells_of, judgements
from .settled import differences


@dataclass(frozen=True, slots=True)
class Queue:
    """Cells in the order of the reports and of the codebook, and those of them that are decided."""

    cells: Sequence[Place]
    decided: frozenset[Place]

    @property
    def open(self) -> list[Place]:
        return [place for place in self.cells if place not in self.decided]

    def after(self, place: Place | None) -> Place | None:
        """The next cell nobody decided, beginning anew at the end; ``None`` where none is left."""
        waiting = self.open
        if place not in self.cells:
            return waiting[0] if waiting else None
        here = self.cells.index(place)
        later = [one for one in self.cells[here + 1 :] if one not in self.decided]
        others = [one for one in waiting if one != place]
        return later[0] if later else others[0] if others else None

    def neighbour(self, place: Place, steps: int) -> Place | None:
        """The cell so many steps on, decided or not."""
        if place not in self.cells:
            return None
        there = self.cells.index(place) + steps
        return self.cells[there] if 0 <= there < len(self.cells) else None


def queue(review: Review, *, with_model: bool = False) -> Queue:
    """The cells on which reviewers differ; ``with_model``: those too on which they agree, against the model.

    A cell that somebody decided stays in its place, even if the reviewers have come to agree since.
    """
    with review.studio.database.reading() as db:
        stamp = judgements_stamp(db, review.id)
        known = kept(review.studio)
        found = known.get(("differences", review.id), stamp, lambda: _differences(db, review))
        if with_model:
            found = {
                *found,
                *known.get(("against", review.id), stamp, lambda: _against_model(db, review)),
            }
        decided = {
            (row["report_id"], row["variable"])
            for row in db.execute("SELECT report_id, variable FROM decisions WHERE review = ?", (review.id,))
        }
        reports = {report: place for place, report in enumerate(review.order(db))}
    variables = {name: place for place, name in enumerate(review.codebook.names)}
    cells = [place for place in {*found, *decided} if place[0] in reports and place[1] in variables]
    cells.sort(key=lambda place: (reports[place[0]], variables[place[1]]))
    return Queue(cells, frozenset(decided))


def _differences(db: sqlite3.Connection, review: Review) -> set[Place]:
    return set(differences(review.codebook, judgements(db, review.id, review.codebook)))


def _against_model(db: sqlite3.Connection, review: Review) -> set[Place]:
    """Where two reviewers or more agree with each other and not with the model."""
    said = {
        place: several
        for place, several in judgements(db, review.id, review.codebook).items()
        if len(several) > 1
    }
    differing = set(differences(review.codebook, said))
    by_report: dict[str, list[tuple[Place, list[Said]]]] = {}
    for place, several in said.items():
        if place not in differing:
            by_report.setdefault(place[0], []).append((place, several))
    found: set[Place] = set()
    for report, places in by_report.items():
        try:
            answers = review.run.extraction(report).answers
        except KeyError:
            continue
        for place, several in places:
            variable = review.codebook[place[1]]
            cells = cells_of(review.codebook, several)
            answer = answers.get(place[1])
            if cells is None or answer is None or not compare(variable, answer, cells[0].value).agrees:
                found.add(place)
    return found
