"""Cells to look at: where the run and gold disagree, the run's most confident mistakes first."""

from __future__ import annotations

from .cells import Outcome
from .pairing import Pair, Paired, PairedReport
from .result import Suspect
from .shown import shown_answer, shown_gold


def suspects(paired: Paired, most: int | None = 100) -> tuple[Suspect, ...]:
    """The cells that disagree, at most ``most`` of them (``None``: all).

    A confident answer against gold may well be an error of gold, and costs most if it is not. Answers
    without a confidence come after those with one, failed ones last; otherwise in the order of the reports
    and of the codebook.
    """
    order = {name: place for place, name in enumerate(paired.codebook.names)}
    found = [
        (pair, report, name)
        for report in paired.reports
        for name, pair in sorted(report.pairs.items(), key=lambda item: order[item[0]])
        if not pair.outcome.agrees
    ]
    found.sort(key=lambda cell: _urgency(cell[0]))
    return tuple(_suspect(pair, report, name) for pair, report, name in found[:most])


def _urgency(pair: Pair) -> tuple[bool, float]:
    confidence = pair.answer.confidence
    return pair.outcome is Outcome.FAILED, 1.0 if confidence is None else -confidence


def _suspect(pair: Pair, report: PairedReport, name: str) -> Suspect:
    evidence = pair.answer.evidence
    return Suspect(
        report=report.id,
        variable=name,
        outcome=str(pair.outcome),
        gold=shown_gold(pair.gold),
        answer=shown_answer(pair.answer),
        status=str(pair.answer.status),
        confidence=pair.answer.confidence,
        # What gold rests on says most about a cell that the run left empty.
        quote=pair.gold.quote if evidence is None else evidence.quote,
        start=None if evidence is None else evidence.start,
        end=None if evidence is None else evidence.end,
        notes=pair.answer.notes,
    )
