"""How far the reviewers of a review agree, as it stands now."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from ...codebook.codebook import Codebook
from ...codebook.variable import localised
from ...evaluation.estimate import Estimate
from ...evaluation.gold import Gold, GoldCell
from ...extraction.checking import InvalidValueError
from ..people.activity import now
from .kept import judgements_stamp, kept
from .review import Review
from .said import Place, Said, judgements
from .settled import differences

#: Bootstrap draws behind an interval: enough to look at, and quick enough to be asked for again and again.
DRAWS = 400
#: In a large review an answer may be as old as this many times the time that measuring takes.
REST = 8.0


class Measured(BaseModel):
    """A number with its 95 % interval; ``note`` says why one of them is missing. ``n``: reports."""

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int
    note: str | None = None


class VariableView(BaseModel):
    """One variable. ``both``: cells that two reviewers or more judged; ``differ``: those of them on which
    they differ. ``measures``: those that suit the kind, percent agreement first."""

    variable: str
    label: str
    kind: str
    both: int
    differ: int
    measures: list[Measured]


class Rater(BaseModel):
    """A reviewer and how many reports he judged anything of."""

    name: str
    reports: int


class AgreementView(BaseModel):
    """The agreement of a review as it was ``at`` that time. ``differ`` of ``both`` cells are different;
    ``reports`` were judged by two reviewers or more. Without variables nothing can be compared yet."""

    review: str
    name: str
    at: str
    raters: list[Rater]
    reports: int
    both: int
    differ: int
    variables: list[VariableView]


def agreement(review: Review, language: str = "en") -> AgreementView:
    """The agreement now; worked out once until a judgement changes, and in large reviews not all the time."""
    with review.studio.database.reading() as db:
        stamp = judgements_stamp(db, review.id)
        return kept(review.studio).get(
            ("agreement", review.id, language), stamp, lambda: _measure(db, review, language), rest=REST
        )


def golds_of(codebook: Codebook, said: Mapping[Place, Sequence[Said]]) -> list[Gold]:
    """What each reviewer said, as gold. All have all variables that anybody judged: what one of them did not
    judge is no rating."""
    cells: dict[str, dict[str, dict[str, GoldCell]]] = {}
    seen: set[str] = set()
    for (report, name), several in said.items():
        for one in several:
            try:
                cell = one.cell(codebook[name])
            except InvalidValueError:
                continue
            seen.add(name)
            cells.setdefault(one.person, {}).setdefault(report, {})[name] = cell
    variables = tuple(name for name in codebook.names if name in seen)
    return [Gold(person, cells[person], variables) for person in sorted(cells, key=str.casefold)]


def _measure(db: sqlite3.Connection, review: Review, language: str) -> AgreementView:
    codebook = review.codebook
    said = judgements(db, review.id, codebook)
    golds = golds_of(codebook, said)
    view = AgreementView(
        review=review.id,
        name=review.name,
        at=now(),
        raters=[Rater(name=gold.name, reports=len(gold.cells)) for gold in golds],
        reports=0,
        both=0,
        differ=0,
        variables=[],
    )
    compared = [place for place, several in said.items() if len(several) > 1]
    if not compared:
        return view
    from ...evaluation.agreement import agree

    differing = [name for _, name in differences(codebook, said)]
    names = [name for _, name in compared]
    # A variable that nobody judged twice has nothing to say yet.
    twice = codebook.subset(set(names))
    found = agree(golds, twice, draws=DRAWS)
    for one in found.variables:
        variable = codebook[one.name]
        measures = [_measured(name, one.measures[name]) for name in one.headline]
        view.variables.append(
            VariableView(
                variable=one.name,
                label=localised(variable.label, [language, *codebook.languages], one.name.replace("_", " ")),
                kind=one.kind,
                both=names.count(one.name),
                differ=differing.count(one.name),
                measures=measures,
            )
        )
    view.reports = len({report for report, _ in compared})
    view.both, view.differ = len(compared), len(differing)
    return view


def _measured(name: str, estimate: Estimate) -> Measured:
    return Measured(
        name=name,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        n=estimate.n,
        note=estimate.note,
    )
