"""What gold and reviewers say of one report, to be set beside the run's answers."""

from __future__ import annotations

from pydantic import BaseModel

from ...api import Run
from ...evaluation.agreement.ratings import agree_on
from ...evaluation.cells import compare
from ...evaluation.gold import GoldCell
from ...evaluation.shown import shown
from ...extraction.answer import Answer
from ...extraction.record import Record
from .. import golds
from ..adjudicating.kept import kept
from ..adjudicating.said import Said, cells_of, judgements
from ..people.roles import Person, Role
from ..reviewing.reviews import find
from ..reviewing.seeing import sees_others
from ..studio import Studio
from .differing import gold_of, reviews_of, state_of_file


class Opinion(BaseModel):
    """What somebody else says of a cell. ``who``: the name of gold, or the reviewer; ``agrees`` with the
    run."""

    who: str
    review: str = ""
    status: str
    shown: str = ""
    comment: str = ""
    agrees: bool


class InReview(BaseModel):
    """A review that has the report."""

    id: str
    name: str
    closed: bool


def by_gold(studio: Studio, run: Run, record: Record, name: str) -> dict[str, Opinion]:
    """What gold says of the report, by variable. Raises Refused (404), ReadingError."""
    state = state_of_file(golds.path_of(studio, name))
    gold = kept(studio).get(("results", run.id, name), state, lambda: gold_of(studio, run, name))
    codebook, answers = run.codebook, record.extraction.answers
    return {
        variable: _opinion(
            name,
            cell,
            variable in answers and compare(codebook[variable], answers[variable], cell.value).agrees,
        )
        for variable, cell in gold.cells.get(record.report_id, {}).items()
    }


def by_reviewers(studio: Studio, run: Run, record: Record, person: Person) -> dict[str, list[Opinion]]:
    """What reviewers said of the report, by variable: only what the person may see already."""
    codebook, answers = run.codebook, record.extraction.answers
    found: dict[str, list[Opinion]] = {}
    with studio.database.reading() as db:
        for review in reviews_of(db, run.id):
            known = find(db, review)
            others = person.may(Role.EDITOR) or sees_others(db, known, record.report_id, person.name)
            for (report, variable), several in judgements(db, review, codebook).items():
                if report != record.report_id:
                    continue
                mine = [said for said in several if others or said.person == person.name]
                ours = answers.get(variable)
                found.setdefault(variable, []).extend(
                    _said(
                        known.name,
                        said,
                        cell,
                        ours is not None and agree_on(codebook[variable], cell, _cell(ours)),
                    )
                    for said, cell in zip(mine, cells_of(codebook, mine) or [], strict=False)
                )
    return found


def in_reviews(studio: Studio, run: Run, report_id: str) -> list[InReview]:
    """The reviews of the run that have the report, the latest first."""
    with studio.database.reading() as db:
        rows = db.execute(
            "SELECT id, name, closed FROM reviews WHERE run = ? AND id IN"
            " (SELECT review FROM review_reports WHERE report_id = ?) ORDER BY created DESC, id",
            (run.id, report_id),
        ).fetchall()
    return [InReview(id=row["id"], name=row["name"], closed=row["closed"] is not None) for row in rows]


def _said(review: str, said: Said, cell: GoldCell, agrees: bool) -> Opinion:
    return _opinion(said.person, cell, agrees).model_copy(update={"review": review, "comment": said.comment})


def _cell(answer: Answer) -> GoldCell:
    return GoldCell(answer.status, answer.value if answer.status.has_value else None)


def _opinion(who: str, cell: GoldCell, agrees: bool) -> Opinion:
    words = "" if cell.value is None else shown(cell.value)
    return Opinion(who=who, status=str(cell.status), shown=words, agrees=agrees)
