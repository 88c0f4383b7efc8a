"""Which reports are in a cell of a table: those behind every number."""

from __future__ import annotations

from ...evaluation.cells import Outcome
from ...evaluation.pairing import Paired
from ...evaluation.result import FAILED, SILENT
from .kept import Column, KeptEvaluation

OUTCOMES = tuple(Outcome)


def columns_of(paired: Paired) -> dict[str, Column]:
    """Every scored variable."""
    from ...evaluation.measures.classes import Classes, labels_of

    found = {}
    for variable in paired.codebook.columns:
        pairs = paired.column(variable.name)
        if all(pair is None for pair in pairs):
            continue
        column = Column(outcome=[-1 if pair is None else OUTCOMES.index(pair.outcome) for pair in pairs])
        if labels_of(variable):
            classes = Classes.of(variable, pairs)
            column.labels = [*labels_of(variable), SILENT, FAILED]
            column.gold = classes.gold.tolist()
            column.answer = classes.answer.tolist()
        found[variable.name] = column
    return found


def reports_with(
    kept: KeptEvaluation,
    variable: str,
    *,
    outcome: str | None = None,
    said: str | None = None,
    answer: str | None = None,
) -> list[str]:
    """The scored reports in which this variable had an ``outcome``, or gold ``said`` one class and the model
    gave another as ``answer`` (both as the confusion matrix writes them); in the run's order."""
    column = kept.columns.get(variable)
    if column is None:
        return []
    reports = kept.evaluation.matching.scored
    if outcome is not None:
        wanted = _place([str(one) for one in OUTCOMES], outcome)
        return [reports[place] for place, found in enumerate(column.outcome) if found == wanted]
    rows, columns = _place(column.labels, said), _place(column.labels, answer)
    return [
        reports[place]
        for place, (gold, given) in enumerate(zip(column.gold, column.answer, strict=True))
        if gold == rows and given == columns
    ]


def _place(labels: list[str], wanted: str | None) -> int:
    return labels.index(wanted) if wanted in labels else -2
